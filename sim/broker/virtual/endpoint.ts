/**
 * The broker's end of a byte stream. Neither `write` nor `close` may call back before it returns; `onClose` is not called
 * after `close`.
 */
export interface Endpoint {
  write(bytes: Uint8Array): void;
  close(): void;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: (() => void) | undefined;
}

/** Where the broker's timeouts come from: the shape of the firmware's TimersPort. */
export interface Scheduler {
  set(delayMs: number, callback: () => void): number;
  clear(id: number): void;
}
