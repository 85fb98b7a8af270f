import { createHash } from "node:crypto";

/**
 * What happened in a simulated world, one line an event: virtual milliseconds, box, device, event. The running SHA-256 over
 * all lines is the world's fingerprint: the same seed and scenario give the same one. Typed codes, passphrases and keys never
 * appear in a line.
 */
export class TraceLog {
  readonly #hash = createHash("sha256");
  readonly #ring: string[] = [];
  readonly #keep: number;
  readonly #sink: ((line: string) => void) | undefined;
  #lines = 0;

  /** `keep`: how many of the newest lines `tail` gives, 1 to 100,000. `sink` gets every line as it comes. */
  constructor(options: { keep?: number; sink?: (line: string) => void } = {}) {
    this.#keep = options.keep ?? 200;
    this.#sink = options.sink;
  }

  add(ms: number, box: string, device: string, event: string): void {
    const line = `${ms} ${box} ${device} ${printable(event)}`;
    this.#hash.update(line).update("\n");
    this.#ring[this.#lines % this.#keep] = line;
    this.#lines++;
    this.#sink?.(line);
  }

  /** Lines added so far. */
  get lines(): number {
    return this.#lines;
  }

  /** SHA-256 over all lines so far, in hex. More lines may follow. */
  hash(): string {
    return this.#hash.copy().digest("hex");
  }

  /** The newest lines, oldest first. */
  tail(): string[] {
    const split = this.#lines % this.#keep;
    return this.#lines <= this.#keep ? [...this.#ring] : [...this.#ring.slice(split), ...this.#ring.slice(0, split)];
  }
}

/** Bad scans and crash messages carry anything at all; a line stays one line. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** FNV-1a (32 bits): content in a trace line without the content. */
export function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
