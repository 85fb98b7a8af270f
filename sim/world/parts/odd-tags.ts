import type { Random } from "../random.js";
import { type Tag, tagWith } from "./tag.js";

/** An NTAG215, less what is not a multiple of eight. */
const DATA_BYTES = 496;
const DATA_ADDRESS = 16;
const BLANKS = ["", " ", "\n", "\r\n", "\t ", "\0\0"] as const;

/** Bytes of a tag's memory that are no data. */
interface Area {
  readonly from: number;
  readonly bytes: number;
}

/**
 * A tag whose first text record is `serial`, written as the NFC Forum's specifications allow and as no fob of this box is:
 * long lengths, ids, chunks, UTF-16, blanks, other records and blocks before it, areas set aside in the middle. Written a second
 * time, from the specifications and not from the driver.
 */
export function oddTag(serial: string, random: Random): Tag {
  const maybe = <T>(work: () => readonly T[]): readonly T[] => (random.next() < 0.4 ? work() : []);
  const stranger = (longest: number) => [
    record(random, {
      format: random.pick([1, 2, 4]),
      type: random.pick(["U", "act", "x/y"]),
      payload: some(random, longest),
    }),
  ];
  const records = [
    ...maybe(() => stranger(260)),
    ...maybe(() => stranger(40)),
    ...textRecords(serial, random),
    ...maybe(() => [record(random, { format: 1, type: "T", payload: [2, 0x65, 0x6e, ...ascii("OTHER")] })]),
  ];
  records[0]![0]! |= 0x80;
  records.at(-1)![0]! |= 0x40;
  const areas: Area[] = [];
  const blocks = [
    ...maybe(() => setAside({ from: 160, bytes: 2 }, "lock", areas, random)),
    ...maybe(() =>
      setAside(
        { from: 26 + random.int(90), bytes: 1 + random.int(16) },
        random.pick(["lock", "memory"]),
        areas,
        random,
      ),
    ),
    ...maybe(() => [0x00, 0x00]),
    ...maybe(() => block(0xfd, some(random, 30), random)),
    ...maybe(() => [0x03, 0x00]),
    ...block(0x03, records.flat(), random),
    ...maybe(() => [0xfe, ...some(random, 10)]),
  ];
  return tagWith(`${serial} ${random.int(2 ** 31)}`, laidOut(blocks, areas, random), DATA_BYTES);
}

function textRecords(serial: string, random: Random): number[][] {
  const text = random.pick(BLANKS) + serial + random.pick(BLANKS);
  const language = ascii(random.pick(["", "en", "ja", "en-US"]));
  const [flag, bytes] = random.pick([
    [0, ascii(text)],
    [0, [0xef, 0xbb, 0xbf, ...ascii(text)]],
    [0x80, utf16(text, "big")],
    [0x80, [0xfe, 0xff, ...utf16(text, "big")]],
    [0x80, [0xff, 0xfe, ...utf16(text, "little")]],
  ] as const);
  const payload = [flag | language.length, ...language, ...bytes];
  if (random.next() < 0.7) return [record(random, { format: 1, type: "T", payload })];
  // Chunks: the first says what it is, the others go on.
  const at = random.int(payload.length);
  const first = record(random, { format: 1, type: "T", payload: payload.slice(0, at), isChunk: true });
  const middle = record(random, { format: 6, type: "", payload: payload.slice(at, at + 3), isChunk: true });
  const last = record(random, { format: 6, type: "", payload: payload.slice(at + 3) });
  return [first, middle, last];
}

function record(
  random: Random,
  {
    format,
    type,
    payload,
    isChunk = false,
  }: { format: number; type: string; payload: readonly number[]; isChunk?: boolean },
): number[] {
  const id = format !== 6 && random.next() < 0.3 ? ascii("id-1") : undefined;
  const isShort = payload.length < 256 && random.next() < 0.7;
  const flags = format | (isShort ? 0x10 : 0) | (id ? 0x08 : 0) | (isChunk ? 0x20 : 0);
  const length = isShort ? [payload.length] : [0, 0, payload.length >> 8, payload.length & 255];
  return [flags, type.length, ...length, ...(id ? [id.length] : []), ...ascii(type), ...(id ?? []), ...payload];
}

function block(tag: number, value: readonly number[], random: Random): number[] {
  const isShort = value.length < 255 && random.next() < 0.8;
  return [tag, ...(isShort ? [value.length] : [0xff, value.length >> 8, value.length & 255]), ...value];
}

/** A control block for an area, which goes onto the list. */
function setAside(area: Area, kind: "lock" | "memory", areas: Area[], random: Random): number[] {
  areas.push(area);
  const size = kind === "lock" ? area.bytes * 8 - random.int(8) : area.bytes;
  // The address is a page number of four bits and an offset of four.
  const exponent = area.from < 128 ? 3 : 4;
  const page = Math.min(15, area.from >> exponent);
  return [kind === "lock" ? 0x01 : 0x02, 3, (page << 4) | (area.from - (page << exponent)), size, 0x30 | exponent];
}

/** Bytes in their places around the areas, which hold whatever. */
function laidOut(bytes: readonly number[], areas: readonly Area[], random: Random): number[] {
  const placed: number[] = [];
  for (const byte of bytes) {
    while (areas.some(({ from, bytes }) => inArea(DATA_ADDRESS + placed.length, from, bytes)))
      placed.push(random.int(256));
    placed.push(byte);
  }
  if (placed.length > DATA_BYTES) throw new RangeError(`a tag of ${placed.length} bytes`);
  return placed;
}

function inArea(address: number, from: number, bytes: number): boolean {
  return address >= from && address < from + bytes;
}

function some(random: Random, longest: number): number[] {
  return [...random.bytes(random.int(longest + 1))];
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

function utf16(text: string, order: "big" | "little"): number[] {
  return ascii(text).flatMap((unit) => (order === "big" ? [0, unit] : [unit, 0]));
}
