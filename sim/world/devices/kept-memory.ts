import type { CrashPort } from "../../../hal/ports/crash.js";
import { WakeCause } from "../../../hal/ports/power.js";
import type { Life } from "./life.js";

const SIZE_BYTES = 512;

/** What a reset leaves as it is, and a loss of power does not. */
export class KeptMemory {
  readonly #bytes = new Uint8Array(SIZE_BYTES);
  #port: CrashPort | undefined;

  /** The port of one boot. */
  port({ wakeCause }: Life): CrashPort {
    const resetReason = wakeCause === WakeCause.watchdog ? "watchdog" : undefined;
    this.#port = { kept: this.#bytes, resetReason, onFault: undefined };
    return this.#port;
  }

  /** A fault ends the boot. */
  fault(message: string): void {
    this.#port?.onFault?.(message);
  }

  lose(): void {
    this.#bytes.fill(0);
  }
}
