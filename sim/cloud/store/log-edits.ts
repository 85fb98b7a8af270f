import { type Disk, type Item, itemsOf, Scanner } from "./log-file.js";

/** A small file that is there or not. */
export interface Plan {
  /** Undefined: there is none. */
  read(): Uint8Array | undefined;
  /** Durable when it returns; a power cut in the middle leaves a part of it. */
  write(bytes: Uint8Array): void;
  remove(): void;
}

/** The last item of a plan. Each one before it: the place, 48 bits little endian, and the body that comes there. */
const END = Buffer.from("E");
const PLACE_BYTES = 6;

/**
 * Items in the middle of a log that become others of the same length. What is to be done is written to a file of its own first: a power cut
 * in the middle of it leaves either the log as it was, or all that is needed to do it again.
 */
export class LogEdits {
  readonly #log: Disk;
  readonly #plan: Plan;

  constructor(log: Disk, plan: Plan) {
    this.#log = log;
    this.#plan = plan;
  }

  /** Does what a power cut has interrupted. Before anybody reads the log. */
  finish(): void {
    const bytes = this.#plan.read();
    if (bytes === undefined) return;
    const scanner = new Scanner({ read: (at, length) => bytes.subarray(at, at + length) }, 0);
    const items: Item[] = [];
    for (let item = scanner.next(); item !== undefined; item = scanner.next()) {
      // Without its end, a plan is half a plan, and nothing of it was done.
      if (item.body.equals(END)) this.#write(items);
      const { body } = item;
      if (body.length > PLACE_BYTES)
        items.push({ at: body.readUIntLE(0, PLACE_BYTES), body: body.subarray(PLACE_BYTES) });
    }
    this.#plan.remove();
  }

  /** Durable when it returns. When it throws, it is not done, or done in part and finished when the log is opened again. */
  apply(edits: readonly Item[]): void {
    const plan = edits.map(({ at, body }) => {
      const place = Buffer.alloc(PLACE_BYTES);
      place.writeUIntLE(at, 0, PLACE_BYTES);
      return Buffer.concat([place, body]);
    });
    this.#plan.write(itemsOf([...plan, END]));
    this.#write(edits);
    this.#plan.remove();
  }

  #write(edits: readonly Item[]): void {
    for (const { at, body } of edits) this.#log.write(at, itemsOf([body]));
    this.#log.sync();
  }
}
