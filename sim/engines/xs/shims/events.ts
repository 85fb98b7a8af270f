/** The part of Node's EventEmitter that mqtt-packet calls. */
type Listener = (...values: unknown[]) => void;

export class EventEmitter {
  readonly #listeners: { readonly event: string; readonly listener: Listener }[] = [];

  on(event: string, listener: Listener): this {
    this.#listeners.push({ event, listener });
    return this;
  }

  /** An `error` without a listener is thrown, as Node does. */
  emit(event: string, ...values: unknown[]): boolean {
    let heard = false;
    for (const entry of this.#listeners) {
      if (entry.event !== event) continue;
      heard = true;
      entry.listener(...values);
    }
    if (!heard && event === "error") throw values[0];
    return heard;
  }
}
