import { createHash } from "node:crypto";

/** An NTAG213: seven bytes of id, 45 pages of four bytes. */
export interface Tag {
  readonly id: Uint8Array;
  readonly memory: Uint8Array;
}

const PAGES = 45;
const USER_PAGE = 4;

/** A fob as it is made for this box: one NDEF text record with its serial. `serial` empty: blank. */
export function fobTag(serial: string): Tag {
  const id = new Uint8Array([0x04, ...createHash("sha256").update(`tag ${serial}`).digest().subarray(0, 6)]);
  const memory = new Uint8Array(PAGES * 4);
  const text = new TextEncoder().encode(serial);
  const record = [0xd1, 0x01, text.length + 3, 0x54, 0x02, 0x65, 0x6e, ...text];
  const message = serial === "" ? [0xfe] : [0x03, record.length, ...record, 0xfe];
  memory.set(message.slice(0, memory.length - USER_PAGE * 4), USER_PAGE * 4);
  return { id, memory };
}
