import { crc32 } from "../../../hal/bytes/crc32.js";
import { CloudError } from "../domain.js";

/** A file as the log needs it. What was written is durable only after `sync`. */
export interface Disk {
  readonly size: number;
  /** Bytes from `at`; fewer at the end. */
  read(at: number, length: number): Uint8Array;
  /** All of them, or it throws. */
  write(at: number, bytes: Uint8Array): void;
  sync(): void;
  truncate(size: number): void;
  close(): void;
}

/** An item: length of its body, CRC-32 over the body, 32 bits little endian each; the body. The first byte of a body is its kind. */
export const ITEM_HEADER_BYTES = 8;
/** Larger than any item that is written: what says it is longer is no item. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A read that finds most items whole. */
const READ_BYTES = 1_024;
const SCAN_BYTES = 1024 * 1024;
/** The last item of a group: `C`, this, and where the group began, 48 bits little endian. */
const COMMIT_MARK = Buffer.from("C commit ");
const COMMIT_BODY_BYTES = COMMIT_MARK.length + 6;

export interface Item {
  readonly at: number;
  readonly body: Buffer;
}

/**
 * An append-only file of groups. A group counts once its last item, which says where it began, is there and everything before it is
 * sound: a power cut in the middle of a group takes back all of it and nothing else. One group at a time is not yet synced.
 */
export class LogFile {
  readonly #disk: Disk;
  readonly #name: string;
  #end: number;

  private constructor(disk: Disk, name: string, end: number) {
    this.#disk = disk;
    this.#name = name;
    this.#end = end;
  }

  /**
   * Reads every group from `from` on, in order, and cuts off one that a power cut left torn. Throws CloudError where something is
   * damaged that was whole once: a later group is sound.
   */
  static open(disk: Disk, name: string, from: number, group: (items: readonly Item[]) => void): LogFile {
    const end = LogFile.read(disk, name, from, group);
    if (end < disk.size) {
      disk.truncate(end);
      disk.sync();
    }
    return new LogFile(disk, name, end);
  }

  /** As `open`, of a file that somebody else may be writing: a group that is torn is left alone. Answers where the last group ends. */
  static read(disk: Disk, name: string, from: number, group: (items: readonly Item[]) => void): number {
    if (from > disk.size) {
      throw new CloudError(
        `${name} ends at byte ${disk.size}, and its database knows of ${from}: put both back from the same copy`,
      );
    }
    let end = from;
    let items: Item[] = [];
    const scanner = new Scanner(disk, from);
    for (let item = scanner.next(); item !== undefined; item = scanner.next()) {
      if (!isCommit(item.body)) items.push(item);
      else {
        group(items);
        items = [];
        end = item.at + ITEM_HEADER_BYTES + item.body.length;
      }
    }
    if (end < disk.size) refuseDamage(disk, name, end);
    return end;
  }

  get end(): number {
    return this.#end;
  }

  /** Durable when it returns. When it throws, nothing of it is there. */
  append(bodies: readonly Buffer[]): void {
    const commit = Buffer.alloc(COMMIT_BODY_BYTES);
    COMMIT_MARK.copy(commit);
    commit.writeUIntLE(this.#end, COMMIT_MARK.length, 6);
    const bytes = itemsOf([...bodies, commit]);
    try {
      this.#disk.write(this.#end, bytes);
      this.#disk.sync();
    } catch (error) {
      // Nobody may find half of it, or all of it, after what comes next has taken its place.
      this.#disk.truncate(this.#end);
      throw error;
    }
    this.#end += bytes.length;
  }

  /** The body of the item at `at`. Throws CloudError where there is none: the file was damaged since. */
  item(at: number): Buffer {
    const first = Buffer.from(this.#disk.read(at, READ_BYTES));
    const length = first.length < ITEM_HEADER_BYTES ? 0 : first.readUInt32LE(0);
    const whole =
      ITEM_HEADER_BYTES + length <= first.length ? first : Buffer.from(this.#disk.read(at, ITEM_HEADER_BYTES + length));
    const body = whole.subarray(ITEM_HEADER_BYTES, ITEM_HEADER_BYTES + length);
    if (length > 0 && body.length === length && crc32(body) === first.readUInt32LE(4)) return body;
    throw new CloudError(`${this.#name} is damaged at byte ${at}: put it back from a copy, with its database`);
  }

  /** Every item from the one at `from` on, in order; by default from the beginning. */
  *items(from = 0): Iterable<Item> {
    const scanner = new Scanner(this.#disk, from);
    for (let item = scanner.next(); item !== undefined && item.at < this.#end; item = scanner.next()) {
      if (!isCommit(item.body)) yield item;
    }
  }

  close(): void {
    this.#disk.close();
  }
}

/** Reads items one after the other, up to the first that is not sound. */
export class Scanner {
  readonly #disk: Pick<Disk, "read">;
  #at: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt: number;

  constructor(disk: Pick<Disk, "read">, at: number) {
    this.#disk = disk;
    this.#at = at;
    this.#windowAt = at;
  }

  next(): Item | undefined {
    const at = this.#at;
    const header = this.#bytes(at, ITEM_HEADER_BYTES);
    if (header === undefined) return undefined;
    const length = header.readUInt32LE(0);
    const sum = header.readUInt32LE(4);
    if (length === 0 || length > MAX_BODY_BYTES) return undefined;
    const body = this.#bytes(at + ITEM_HEADER_BYTES, length);
    if (body === undefined || crc32(body) !== sum) return undefined;
    this.#at = at + ITEM_HEADER_BYTES + length;
    return { at, body };
  }

  #bytes(at: number, length: number): Buffer | undefined {
    if (at + length > this.#windowAt + this.#window.length) {
      this.#window = Buffer.from(this.#disk.read(at, Math.max(SCAN_BYTES, length)));
      this.#windowAt = at;
    }
    const from = at - this.#windowAt;
    return from + length > this.#window.length ? undefined : this.#window.subarray(from, from + length);
  }
}

/** As they lie in a file. */
export function itemsOf(bodies: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafe(bodies.reduce((sum, body) => sum + ITEM_HEADER_BYTES + body.length, 0));
  let at = 0;
  for (const body of bodies) {
    bytes.writeUInt32LE(body.length, at);
    bytes.writeUInt32LE(crc32(body), at + 4);
    body.copy(bytes, at + ITEM_HEADER_BYTES);
    at += ITEM_HEADER_BYTES + body.length;
  }
  return bytes;
}

function isCommit(body: Buffer): boolean {
  return body.length === COMMIT_BODY_BYTES && body.subarray(0, COMMIT_MARK.length).equals(COMMIT_MARK);
}

/** Only the last group can be torn. Where the end of one is found that began later than `end`, what lies before it was whole once. */
function refuseDamage(disk: Disk, name: string, end: number): void {
  for (let at = end; at < disk.size; at += SCAN_BYTES) {
    const window = Buffer.from(disk.read(at, SCAN_BYTES + ITEM_HEADER_BYTES + COMMIT_BODY_BYTES));
    for (let found = window.indexOf(COMMIT_MARK); found >= 0; found = window.indexOf(COMMIT_MARK, found + 1)) {
      const body = window.subarray(found, found + COMMIT_BODY_BYTES);
      const isSound = found >= ITEM_HEADER_BYTES && isCommit(body) && crc32(body) === window.readUInt32LE(found - 4);
      if (!isSound || body.readUIntLE(COMMIT_MARK.length, 6) <= end) continue;
      throw new CloudError(
        `${name} is damaged after byte ${end}, with sound records behind it: put it back from a copy, with its database`,
      );
    }
  }
}
