import { createHmac } from "node:crypto";
import { LOOKUP_HASH_BYTES } from "../../../firmware/snapshot/contract.js";
import {
  BOX_BYTES,
  CODE_BOOKING,
  CODE_KEY,
  CRC_BYTES,
  Field,
  FLAG_ENABLED,
  FLAG_ROAMING,
  FLAG_TAKEN,
  FLAG_UNCERTAIN,
  FOB_BYTES,
  HEADER_BYTES,
  MAGIC,
  MAX_NAME_BYTES,
  NO_ROW,
  padAscii,
  ROW_BYTES,
  SECTION_COUNT,
  Section,
  SNAPSHOT_FORMAT,
} from "../../../firmware/snapshot/layout.js";
import { crc32 } from "../../../hal/bytes/crc32.js";
import { type KeyModel, type SnapshotModel, SnapshotModelError } from "./model.js";
import { shortName, shortNames } from "./short-name.js";
import { soundModel } from "./sound-model.js";
import { StringHeap } from "./string-heap.js";

/**
 * The snapshot file of `firmware/snapshot/SPEC.md`. The same model gives the same bytes. Throws SnapshotModelError when the
 * model contradicts itself: duplicates, unknown references, values that do not fit.
 */
export function buildSnapshot(model: SnapshotModel): Uint8Array {
  const [first] = soundModel(model).leftOut;
  if (first !== undefined) throw new SnapshotModelError(first);
  const strings = new StringHeap();
  const fobs = sorted(
    model.keys.flatMap(({ id, fob }) => (fob === undefined ? [] : [{ key: id, fob }])),
    // Serials are ASCII: UTF-16 order is byte order.
    (a, b) => (a.fob < b.fob ? -1 : 1),
  );
  const keyNames = shortNames(
    model.keys.map(({ name }) => name),
    MAX_NAME_BYTES,
  );
  const keys = sorted(model.keys, byId).map((key) => ({ ...key, name: keyNames.get(key.name)! }));
  const sections: Buffer[] = [];
  sections[Section.location] = locationRow(model, strings);
  sections[Section.offsets] = rows(Section.offsets, model.location.offsets, (row, { from, offsetMinutes }) => {
    row.writeUInt32LE(from, 0);
    row.writeInt32LE(offsetMinutes, 4);
  });
  sections[Section.bins] = binRows(model, new Map(fobs.map(({ fob, key }) => [fob, key])));
  sections[Section.keys] = keyRows(keys, new Map(fobs.map(({ key }, row) => [key, row])), strings);
  const keyRowOf = new Map(keys.map(({ id }, row) => [id, row]));
  sections[Section.fobs] = rows(Section.fobs, fobs, (row, { fob, key }) => {
    row.set(padAscii(fob, FOB_BYTES)!);
    row.writeUInt32LE(keyRowOf.get(key)!, FOB_BYTES);
  });
  sections[Section.users] = rows(Section.users, sorted(model.users, byId), (row, { id, name }) => {
    row.writeUInt32LE(id, 0);
    row.writeUInt32LE(reference(strings, name), 4);
  });
  writeAccesses(model, sections);
  sections[Section.codes] = codeRows(model);
  sections[Section.badges] = badgeRows(model);
  sections[Section.strings] = strings.bytes();
  return assemble(model, sections);
}

const byId = (a: { readonly id: number }, b: { readonly id: number }) => a.id - b.id;

function sorted<T>(items: readonly T[], order: (a: T, b: T) => number): T[] {
  return [...items].sort(order);
}

function rows<T>(section: Section, items: readonly T[], write: (row: Buffer, item: T) => void): Buffer {
  const rowBytes = ROW_BYTES[section]!;
  const bytes = Buffer.alloc(items.length * rowBytes);
  items.forEach((item, i) => {
    write(bytes.subarray(i * rowBytes, (i + 1) * rowBytes), item);
  });
  return bytes;
}

function reference(strings: StringHeap, name: string): number {
  return strings.add(shortName(name, MAX_NAME_BYTES));
}

function locationRow({ location }: SnapshotModel, strings: StringHeap): Buffer {
  return rows(Section.location, [location], (row, { id, name, language }) => {
    row.writeUInt32LE(id, 0);
    row.writeUInt32LE(reference(strings, name), 4);
    row.write(language, 8, "latin1");
  });
}

function binRows({ bins }: SnapshotModel, keyOfFob: ReadonlyMap<string, number>): Buffer {
  return rows(
    Section.bins,
    sorted(bins, (a, b) => a.bin - b.bin),
    (row, { bin, enabled, key: givenKey, fob, uncertain, taken }) => {
      const key = givenKey ?? (fob === undefined ? undefined : keyOfFob.get(fob));
      row.writeUInt32LE(bin, 0);
      row.writeUInt32LE(
        (enabled ? FLAG_ENABLED : 0) | (uncertain === true ? FLAG_UNCERTAIN : 0) | (taken === true ? FLAG_TAKEN : 0),
        4,
      );
      if (key !== undefined) row.writeUInt32LE(key, 8);
      else if (fob !== undefined) row.set(padAscii(fob, FOB_BYTES)!, 12);
    },
  );
}

function keyRows(keys: readonly KeyModel[], fobRowOf: ReadonlyMap<number, number>, strings: StringHeap): Buffer {
  return rows(Section.keys, keys, (row, key) => {
    row.writeUInt32LE(key.id, 0);
    row.writeUInt32LE(reference(strings, key.name), 4);
    row.writeUInt32LE(fobRowOf.get(key.id) ?? NO_ROW, 8);
    row.writeUInt32LE(key.homeLocation, 12);
    row.writeUInt32LE(reference(strings, key.homeLocationName), 16);
    row.writeUInt32LE(key.roaming ? FLAG_ROAMING : 0, 20);
  });
}

function writeAccesses(model: SnapshotModel, sections: Buffer[]): void {
  const accesses = sorted(model.accesses, byId);
  sections[Section.accesses] = rows(Section.accesses, accesses, (row, { id, user, key, window }) => {
    row.writeUInt32LE(id, 0);
    row.writeUInt32LE(user, 4);
    row.writeUInt32LE(key, 8);
    row.writeUInt32LE(window?.from ?? 0, 12);
    row.writeUInt32LE(window?.until ?? 0, 16);
  });
  const index = sorted(
    accesses.map(({ user }, access) => ({ user, access })),
    (a, b) => a.user - b.user || a.access - b.access,
  );
  sections[Section.accessesByUser] = rows(Section.accessesByUser, index, (row, { user, access }) => {
    row.writeUInt32LE(user, 0);
    row.writeUInt32LE(access, 4);
  });
}

interface Hashed {
  readonly hash: Buffer;
  readonly kind: number;
  readonly id: number;
}

function codeRows({ codes, lookupKey }: SnapshotModel): Buffer {
  const hashed = codes.map(({ text, target }): Hashed => {
    const hash = hashOf(lookupKey, text);
    return target.kind === "booking"
      ? { hash, kind: CODE_BOOKING, id: target.access }
      : { hash, kind: CODE_KEY, id: target.key };
  });
  return hashRows(Section.codes, hashed);
}

function badgeRows({ badges, lookupKey }: SnapshotModel): Buffer {
  const hashed = badges.map(({ serial, user }): Hashed => ({ hash: hashOf(lookupKey, serial), kind: 0, id: user }));
  return hashRows(Section.badges, hashed);
}

function hashOf(lookupKey: Uint8Array, text: string): Buffer {
  return createHmac("sha512", lookupKey).update(text, "latin1").digest().subarray(0, LOOKUP_HASH_BYTES);
}

function hashRows(section: Section, hashed: readonly Hashed[]): Buffer {
  const ordered = sorted(hashed, (a, b) => Buffer.compare(a.hash, b.hash));
  return rows(section, ordered, (row, { hash, kind, id }) => {
    row.set(hash);
    row.writeUInt16LE(kind, LOOKUP_HASH_BYTES);
    row.writeUInt32LE(id, 12);
  });
}

function assemble(model: SnapshotModel, sections: readonly Buffer[]): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  let end = HEADER_BYTES;
  for (let section = 0; section < SECTION_COUNT; section++) {
    const bytes = sections[section]!;
    header.writeUInt32LE(end, Field.sections + 8 * section);
    header.writeUInt32LE(bytes.length / ROW_BYTES[section]!, Field.sections + 8 * section + 4);
    end += bytes.length;
  }
  header.writeUInt32LE(MAGIC, Field.magic);
  header.writeUInt16LE(SNAPSHOT_FORMAT, Field.format);
  header.writeUInt16LE(HEADER_BYTES, Field.headerBytes);
  header.writeUInt32LE(end + CRC_BYTES, Field.totalBytes);
  header.writeUInt32LE(model.version, Field.version);
  header.set(padAscii(model.box, BOX_BYTES)!, Field.box);
  header.set(model.epoch, Field.epoch);
  header.writeBigUInt64LE(BigInt(model.asOf), Field.asOf);
  header.writeUInt32LE(model.sheet, Field.sheet);
  header.writeUInt32LE(crc32(header, 0, Field.crc), Field.crc);
  const crc = Buffer.alloc(CRC_BYTES);
  const body = Buffer.concat([header, ...sections]);
  crc.writeUInt32LE(crc32(body), 0);
  return new Uint8Array(Buffer.concat([body, crc]));
}
