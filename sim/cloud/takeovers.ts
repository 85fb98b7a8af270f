/** A connection that ends sooner is a short one, ms. */
const SHORT_MS = 150_000;
const SHORT_IN_A_ROW = 5;
/** A connection that lasts as long ends the suspicion, ms. */
const GONE_MS = 600_000;

/**
 * A broker closes the older of two connections with one client id (MQTT 3.1.1, 3.1.4-2) and says nothing. Two clouds that share one
 * throw each other out for ever; from here that is one short connection after another.
 */
export class Takeovers {
  readonly #nowMs: () => number;
  #connectedAtMs: number | undefined;
  #short = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  connected(): void {
    this.#connectedAtMs = this.#nowMs();
  }

  closed(): void {
    if (this.#connectedAtMs === undefined) return;
    const lastedMs = this.#nowMs() - this.#connectedAtMs;
    this.#connectedAtMs = undefined;
    if (lastedMs < SHORT_MS) this.#short++;
    else if (lastedMs >= GONE_MS || this.#short < SHORT_IN_A_ROW) this.#short = 0;
  }

  get suspected(): boolean {
    return this.#short >= SHORT_IN_A_ROW;
  }
}
