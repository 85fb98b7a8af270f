import { identityImage, loadIdentity } from "../../../../firmware/identity/copies.js";
import { type encodeCopy, IdentityError } from "../../../../firmware/identity/identity.js";
import type { JournalOwner } from "../../../../firmware/journal/contract.js";
import { FlashJournal } from "../../../../firmware/journal/flash-journal.js";
import { SnapshotError } from "../../../../firmware/snapshot/contract.js";
import { Field as SnapshotField } from "../../../../firmware/snapshot/layout.js";
import { FlashSnapshotSlots } from "../../../../firmware/snapshot/store.js";
import { encodeImageHeader, soundImage } from "../../../../hal/boot/image-header.js";
import { MetadataStore } from "../../../../hal/boot/metadata.js";
import { crc32 } from "../../../../hal/bytes/crc32.js";
import { u32 } from "../../../../hal/bytes/little-endian.js";
import { FlashError } from "../../../../hal/ports/flash.js";
import { bytesOfHex } from "../hex.js";
import { holds, type Target, unlessRefused } from "../target.js";
import { EditedFlash } from "./edited-flash.js";
import { GOOD_SNAPSHOT } from "./good-snapshot.js";

const SECTOR_BYTES = 4_096;
const JOURNAL_SECTORS = 6;
const MOST_RECORDS = 40;
const SIX = [0, 0, 1, 0, 7, 7] as const;

/** Bytes of one edit (`EditedFlash`). */
const edit = (offset: number, ...bytes: readonly number[]) =>
  Uint8Array.from([offset >>> 16, (offset >>> 8) & 255, offset & 255, bytes.length - 1, ...bytes]);

const owner: JournalOwner = { checkpoint: () => [Uint8Array.of(1, 2, 3)] } as unknown as JournalOwner;
const entropy = { fill: (into: Uint8Array) => void into.fill(9) };
const nobody = { checkpoint: () => {}, record: () => {}, missing: () => {} };

let journalImage: Uint8Array | undefined;

/** A journal that has gone once round its ring. */
function goodJournal(): Uint8Array {
  if (journalImage !== undefined) return journalImage;
  const flash = new EditedFlash(new Uint8Array(JOURNAL_SECTORS * SECTOR_BYTES).fill(0xff), SECTOR_BYTES);
  const made = new FlashJournal(flash, entropy).mount(owner);
  made.replay(nobody);
  for (let i = 0; i < 900; i++) {
    made.append(new Uint8Array(20 + (i % 13)).fill(i), "vital");
    made.acknowledge(made.nextSeq - 1);
  }
  journalImage = flash.bytes;
  return journalImage;
}

const journal: Target = {
  name: "journal",
  what: "a journal's partition, with what the input changes in it: it mounts, tells what is left, and takes more",
  seeds: () => [edit(0, 0), edit(SECTOR_BYTES + 70, 0, 0, 0), edit(2 * SECTOR_BYTES, 1, 2, 3, 4), Uint8Array.from(SIX)],
  run(input) {
    const flash = new EditedFlash(goodJournal(), SECTOR_BYTES, input);
    const mounted = new FlashJournal(flash, entropy).mount(owner);
    let last = 0;
    mounted.replay({
      checkpoint: () => {},
      record: (seq) => {
        last = seq;
      },
      missing: (through) => holds(through > last, "a record that was told counts as missing"),
    });
    holds(mounted.oldestSeq <= mounted.nextSeq, "the oldest record is newer than the newest");
    holds(last < mounted.nextSeq, "a record told beyond the last");
    const cursor = mounted.read(mounted.nextSeq - MOST_RECORDS);
    for (let before = 0, count = 0; count < MOST_RECORDS; count++) {
      const found = cursor.next();
      if (found === undefined) break;
      holds(found.seq > before, "records out of order");
      before = found.seq;
    }
    mounted.acknowledge(mounted.nextSeq - 1);
    const seq = mounted.append(Uint8Array.of(1, 2, 3, 4), "vital");
    const again = new FlashJournal(flash, entropy).mount(owner);
    holds(again.nextSeq === seq + 1, `record ${seq} was written, and the next mount goes on at ${again.nextSeq}`);
  },
};

const BOX = "BOX-7";
const VERSION = 3;
const GOOD = bytesOfHex(GOOD_SNAPSHOT);

/** With checksums that are right: what gets past them is what a cloud could have built. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint32(SnapshotField.crc, crc32(bytes, 0, SnapshotField.crc), true);
  const total = u32(bytes, SnapshotField.totalBytes);
  if (total >= 4 && total <= bytes.length) view.setUint32(total - 4, crc32(bytes, 0, total - 4), true);
  return bytes;
}

const SLOT_BYTES = 2 * SECTOR_BYTES;
const TEN = new Uint8Array(10).fill(3);

const snapshot: Target = {
  name: "snapshot",
  what: "a snapshot's slot, with what the input changes in it, under checksums that are right",
  seeds: () => [
    new Uint8Array(0),
    edit(SnapshotField.sections, 160),
    edit(SnapshotField.sections + 12, 9),
    edit(200, 0xff, 0xff),
    edit(260, 0, 0, 0, 0),
  ],
  run(input) {
    const slot = new Uint8Array(SLOT_BYTES).fill(0xff);
    slot.set(GOOD);
    const edited = new EditedFlash(slot, SECTOR_BYTES, input).bytes;
    const image = new Uint8Array(4 * SLOT_BYTES).fill(0xff);
    image.set(withChecksums(edited));
    const slots = new FlashSnapshotSlots({ flash: new EditedFlash(image, SECTOR_BYTES), box: BOX });
    const view = unlessRefused(() => slots.open(0, VERSION), SnapshotError);
    if (view === undefined) return;
    // Whatever was taken can be asked anything.
    for (const id of [0, 1, 2, 0xffff_ffff]) {
      view.keyById(id);
      view.userName(id);
      view.access(id);
      view.accessesOf(id, 0, 32);
      view.bin(id % 200);
    }
    for (const serial of ["012ABC", "999NEW", "", "x".repeat(16)]) view.keyByFob(serial);
    view.code(TEN);
    view.badge(TEN);
    view.offsetMinutes(1_800_000_000);
  },
};

const IDENTITY = {
  box: BOX,
  sealingKey: new Uint8Array(32),
  codesKey: new Uint8Array(32),
  lookupKey: new Uint8Array(32),
  broker: { host: "broker.example", port: 8_883, username: "u", password: "p" },
} as Parameters<typeof encodeCopy>[0];
const IDENTITY_BYTES = 2 * SECTOR_BYTES;

const identity: Target = {
  name: "identity",
  what: "the identity's partition, with what the input changes in it, under a checksum that is right",
  seeds: () => [new Uint8Array(0), edit(4, 5, 0), edit(14, 0x60), edit(SECTOR_BYTES, 0)],
  run(input) {
    const image = identityImage(IDENTITY, { sizeBytes: IDENTITY_BYTES, sectorBytes: SECTOR_BYTES } as never);
    const edited = new EditedFlash(image, SECTOR_BYTES, input);
    const { bytes } = edited;
    const length = bytes[4]! | (bytes[5]! << 8);
    if (length <= bytes.length - 10) new DataView(bytes.buffer).setUint32(6, crc32(bytes, 10, 10 + length), true);
    const loaded = unlessRefused(() => loadIdentity(edited), IdentityError);
    if (loaded !== undefined) holds(/^[A-Za-z0-9-]{1,32}$/.test(loaded.identity.box), "a box's name that is none");
  },
};

const PAYLOAD = new Uint8Array(100).fill(3);

const boot: Target = {
  name: "boot",
  what: "the boot stub's metadata and an image's header, with what the input changes in them",
  seeds: () => [new Uint8Array(0), edit(60, 1, 2, 3, 4), edit(SECTOR_BYTES, 0)],
  run(input) {
    const image = new Uint8Array(2 * SECTOR_BYTES).fill(0xff);
    image.set(
      encodeImageHeader({
        length: PAYLOAD.length,
        release: 2,
        security: 1,
        payloadCrc: crc32(PAYLOAD, 0, PAYLOAD.length, 0),
        model: "MS5",
      }),
    );
    image.set(PAYLOAD, 64);
    const flash = new EditedFlash(image, SECTOR_BYTES, input);
    const found = soundImage(flash);
    if (found !== undefined) holds(found.length >= 1 && found.length <= flash.sizeBytes, "an image beyond its slot");
    unlessRefused(() => new MetadataStore(flash).read(), FlashError);
  },
};

export const FLASH_TARGETS: readonly Target[] = [journal, snapshot, identity, boot];
