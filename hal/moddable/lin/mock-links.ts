import type { TimersPort } from "../../ports/clock.js";
import type { LinkKind, LinkPort, WifiNetwork, WifiPort } from "../../ports/network.js";

/** From `start` to an address, ms. */
const UP_AFTER_MS = 200;
const SCAN_MS = 500;

/** A link of the host under another name: up when it is started and whoever plays the world lets it. */
export class MockLink implements LinkPort {
  readonly kind: LinkKind;
  onChange: ((up: boolean) => void) | undefined;
  /** Told when it goes down, before the firmware is. */
  onDown: (() => void) | undefined;
  readonly #timers: TimersPort;
  #isStarted = false;
  #isReachable: boolean;
  #up = false;

  constructor(kind: LinkKind, timers: TimersPort, isReachable: boolean) {
    this.kind = kind;
    this.#timers = timers;
    this.#isReachable = isReachable;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#timers.set(UP_AFTER_MS, () => this.#settle());
  }

  stop(): void {
    this.#isStarted = false;
    this.#settle();
  }

  set reachable(reachable: boolean) {
    this.#isReachable = reachable;
    this.#settle();
  }

  #settle(): void {
    const up = this.#isStarted && this.#isReachable;
    if (up === this.#up) return;
    this.#up = up;
    if (!up) this.onDown?.();
    // Never from inside `stop`.
    this.#timers.set(0, () => {
      if (this.#up === up) this.onChange?.(up);
    });
  }
}

/** Wi-Fi whose networks are what whoever plays the world says. */
export class MockWifi extends MockLink implements WifiPort {
  declare readonly kind: "wifi";
  networks: readonly (WifiNetwork & { readonly passphrase?: string })[] = [];
  readonly #wifiTimers: TimersPort;
  #scan = 0;

  constructor(timers: TimersPort) {
    super("wifi", timers, false);
    this.#wifiTimers = timers;
  }

  scan(done: (networks: readonly WifiNetwork[], error?: string) => void): void {
    const scan = ++this.#scan;
    this.#wifiTimers.set(SCAN_MS, () => {
      if (scan === this.#scan) done(this.networks.slice(0, 8));
    });
  }

  join(ssid: string, passphrase: string, done: (error?: string) => void): void {
    this.start();
    this.#wifiTimers.set(SCAN_MS, () => {
      const network = this.networks.find((one) => one.ssid === ssid);
      if (network === undefined) return done(`${ssid} is not in reach`);
      if ((network.passphrase ?? "") !== passphrase) return done("the passphrase is wrong");
      this.reachable = true;
      done();
    });
  }

  forget(): void {
    this.reachable = false;
  }
}
