import { Worker } from "node:worker_threads";
import type { Searched } from "./search.js";

/** A parser is given so long for one input before it counts as hanging, ms. */
const HANG_MS = 10_000;
const LOOK_MS = 500;
/** Bytes of the longest input that is told of. */
const MOST_TOLD_BYTES = 4_096;

/** Node 20 hands no loader on to a thread that begins with a TypeScript file. */
const ENTRY = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL("./thread.ts", import.meta.url).href)});
});`;

/** What a search in another thread is told. */
export interface Asked {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly corpus: readonly Uint8Array[];
  readonly present: SharedArrayBuffer;
}

/**
 * The input that is tried now, seen from another thread: how many were tried, its length, its bytes. A parser that hangs does not come
 * back, and could not say by what.
 */
export class Present {
  readonly #numbers: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(shared: SharedArrayBuffer) {
    this.#numbers = new Int32Array(shared, 0, 2);
    this.#bytes = new Uint8Array(shared, 8);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + MOST_TOLD_BYTES);
  }

  tries(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, MOST_TOLD_BYTES));
    this.#numbers[1] = input.length;
    Atomics.add(this.#numbers, 0, 1);
  }

  get count(): number {
    return Atomics.load(this.#numbers, 0);
  }

  get input(): Uint8Array {
    return this.#bytes.slice(0, this.#numbers[1]);
  }
}

/** Searches in a thread of its own, and ends it where the parser hangs. */
export async function searchWatched(asked: Omit<Asked, "present">): Promise<Searched> {
  const memory = Present.memory();
  const present = new Present(memory);
  const worker = new Worker(ENTRY, { eval: true, workerData: { ...asked, present: memory } });
  try {
    return await new Promise<Searched>((resolve, reject) => {
      let before = -1;
      let sinceMs = performance.now();
      const watch = setInterval(() => {
        const { count } = present;
        if (count !== before) {
          before = count;
          sinceMs = performance.now();
        } else if (count > 0 && performance.now() - sinceMs > HANG_MS) {
          const found = { input: present.input, what: `hangs: no answer within ${HANG_MS / 1_000} s` };
          const { target, seed } = asked;
          resolve({ target, seed, inputs: count, places: 0, reached: 0, worthKeeping: [], found });
        }
      }, LOOK_MS);
      worker.on("message", resolve);
      worker.on("error", reject);
      worker.on("exit", () => clearInterval(watch));
    });
  } finally {
    await worker.terminate();
  }
}
