import { type ClockPort, ClockQuality } from "../../ports/clock.js";
import { monotonicMs } from "../native.js";
import { FlashFile } from "./native.js";

const MAX_SECONDS = 4_102_444_799;

/** The host's clock with an offset, kept in a file: an RTC that runs on while the process does not. */
export class HostClock implements ClockPort {
  /** Undefined: the file cannot be used, as that of a folder that is not there, and the time lasts as long as the process. */
  readonly #file: FlashFile | undefined;
  /** Box's seconds minus the host's; undefined: never set. */
  #offset: number | undefined;
  #isSynced = false;

  constructor(path: string) {
    this.#file = opened(path);
    if (this.#file === undefined) return;
    const bytes = new DataView(new ArrayBuffer(16));
    this.#file.read(0, new Uint8Array(bytes.buffer));
    if (bytes.getUint32(0) === 1) this.#offset = bytes.getFloat64(8);
  }

  monotonicMs(): number {
    return monotonicMs();
  }

  wallSeconds(): number | undefined {
    return this.#offset === undefined ? undefined : hostSeconds() + this.#offset;
  }

  quality(): ClockQuality {
    if (this.#offset === undefined) return ClockQuality.unknown;
    return this.#isSynced ? ClockQuality.synced : ClockQuality.kept;
  }

  setWall(seconds: number): void {
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) throw new RangeError(`the RTC cannot hold second ${seconds}`);
    this.#offset = Math.floor(seconds) - hostSeconds();
    this.#isSynced = true;
    if (this.#file === undefined) return;
    const bytes = new DataView(new ArrayBuffer(16));
    bytes.setUint32(0, 1);
    bytes.setFloat64(8, this.#offset);
    this.#file.erase(0, 16);
    this.#file.program(0, new Uint8Array(bytes.buffer));
  }
}

function opened(path: string): FlashFile | undefined {
  try {
    return new FlashFile(path, 16, false);
  } catch {
    return undefined;
  }
}

function hostSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
