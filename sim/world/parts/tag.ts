import { createHash } from "node:crypto";

/** A Type 2 tag: seven bytes of id, and memory in pages of four bytes. */
export interface Tag {
  readonly id: Uint8Array;
  readonly memory: Uint8Array;
}

/** NTAG213. */
const PAGES = 45;
const DATA_BYTES = 144;
const CONTAINER = 12;
const DATA = 16;

/** A fob as it is made for this box: one NDEF text record with its serial. `serial` empty: blank. */
export function fobTag(serial: string): Tag {
  const text = new TextEncoder().encode(serial);
  const record = [0xd1, 0x01, text.length + 3, 0x54, 0x02, 0x65, 0x6e, ...text];
  return tagWith(serial, serial === "" ? [0xfe] : [0x03, record.length, ...record, 0xfe]);
}

/** A tag with these bytes in its data area, as many as fit. `name` makes its id. */
export function tagWith(name: string, area: readonly number[], dataBytes = DATA_BYTES): Tag {
  const id = new Uint8Array([0x04, ...createHash("sha256").update(`tag ${name}`).digest().subarray(0, 6)]);
  const memory = new Uint8Array(Math.max(PAGES * 4, DATA + dataBytes + 4));
  memory.set([0xe1, 0x10, dataBytes / 8, 0x00], CONTAINER);
  memory.set(area.slice(0, dataBytes), DATA);
  return { id, memory };
}
