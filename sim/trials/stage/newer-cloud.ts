import type { CommandKind } from "../../../firmware/records/records.js";
import { decodeCbor, encodeCbor } from "../../../firmware/wire/cbor.js";
import { openEnvelope, seal } from "../../../firmware/wire/envelope.js";
import { isUpLane, Lane, parseTopic } from "../../../firmware/wire/lanes.js";
import { crc32 } from "../../../hal/bytes/crc32.js";
import { hexToBytes } from "../../cloud/domain.js";
import type { CloudService } from "../../cloud/service.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Random } from "../../world/random.js";

/** Numbers of commands that no firmware of today knows. */
const FIRST_NEW_KIND = 200;
const SECTION_TABLE = 68;
const HEADER_CRC = 156;
/** Rows of keys, and the flags in one; of the location, and its zeros. */
const KEYS = { section: 3, rowBytes: 24, flags: 20 } as const;
const LOCATION_ZEROS = 10;

/**
 * The cloud of some years from now, as a box of today meets it: between the real one and its broker, everything on its way to the box
 * gets what such a cloud may add. Off unless `speaks`; what the box says goes through as it is.
 */
export class NewerCloud {
  speaks = false;
  /** What was added, for whoever wants to know that anything was. */
  readonly added = { messages: 0, lanes: 0, commands: 0, snapshots: 0 };
  readonly #random: Random;
  #cloud: CloudService | undefined;
  /** Messages since the last on an unknown lane. */
  #sinceLane = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `cloud`: whose keys seal what goes out. */
  wrap(cloud: CloudService, transport: CloudTransport): CloudTransport {
    this.#cloud = cloud;
    const wrapped: CloudTransport = {
      onMessage: undefined,
      publish: (topic, payload) => {
        transport.publish(topic, this.speaks ? this.#newer(topic, payload) : payload);
        if (this.speaks && this.#isTimeForLane()) this.#unknownLane(transport, topic);
      },
      hears: () => transport.hears?.() ?? true,
      close: () => transport.close(),
    };
    transport.onMessage = (topic, payload) => wrapped.onMessage?.(topic, payload);
    return wrapped;
  }

  /** A snapshot file with a flag, a mark and a section that this format does not have yet. */
  file(bytes: Uint8Array): Uint8Array {
    if (!this.speaks) return bytes;
    this.added.snapshots++;
    const longer = new Uint8Array(bytes.length + 8 + this.#random.int(60));
    longer.set(bytes.subarray(0, bytes.length - 4));
    longer.set(this.#random.bytes(longer.length - bytes.length), bytes.length - 4);
    const view = new DataView(longer.buffer);
    const startOf = (section: number) => view.getUint32(SECTION_TABLE + 8 * section, true);
    const keys = view.getUint32(SECTION_TABLE + 8 * KEYS.section + 4, true);
    for (let row = 0; row < keys; row++) {
      const at = startOf(KEYS.section) + row * KEYS.rowBytes + KEYS.flags;
      view.setUint32(at, view.getUint32(at, true) | (2 << this.#random.int(30)), true);
    }
    view.setUint16(startOf(0) + LOCATION_ZEROS, this.#random.int(0x10000), true);
    view.setUint32(8, longer.length, true);
    view.setUint32(HEADER_CRC, crc32(longer, 0, HEADER_CRC), true);
    view.setUint32(longer.length - 4, crc32(longer, 0, longer.length - 4), true);
    return longer;
  }

  /** Asks the box for something that it has never heard of, and behind that for something that it can do and that changes nothing. */
  askForSomethingNew(box: string): void {
    const cloud = this.#cloud!;
    const state = cloud.store.boxState(box);
    const bins = cloud.store.organisation.boxes.find(({ id }) => id === box)!.bins;
    const enabled = bins.find((bin) => bin.enabled);
    if (enabled === undefined) return;
    this.added.commands++;
    const command = (FIRST_NEW_KIND + this.#random.int(50)) as CommandKind;
    const issued = Math.floor(cloud.store.boxState(box).lastSeen ?? 0);
    state.commands.push({ id: state.nextCommand, command, bin: 0, issued, status: "waiting" });
    state.nextCommand++;
    cloud.setBinEnabled(box, enabled.label, true);
  }

  #newer(topic: string, payload: Uint8Array): Uint8Array {
    const target = parseTopic(topic);
    const box = this.#cloud!.store.organisation.boxes.find(({ id }) => id === target?.box);
    if (target === undefined || box === undefined || isUpLane(target.lane)) return payload;
    const key = hexToBytes(box.sealingKey);
    const opened = openEnvelope(key, target.lane, payload);
    if (opened === undefined) return payload;
    this.added.messages++;
    const known = decodeCbor(opened.body);
    const body = encodeCbor({ ...known, ...this.#fields(target.lane, known) });
    return seal(key, target.lane, opened.session.slice(), opened.challenge.slice(), opened.counter, body);
  }

  /** Fields of other messages, of none, and, where today's reader has to bear it, values beyond their range. */
  #fields(lane: Lane, known: Readonly<Record<string, unknown>>): object {
    const random = this.#random;
    const fields = {
      chapter: random.int(250),
      language: "eo",
      entries: random.bytes(random.int(40)),
      "new-word": [1, {}],
    };
    const isNewKind = lane === Lane.command && Number(known.command) >= FIRST_NEW_KIND;
    return isNewKind ? { ...fields, bin: 230, sheet: "spring" } : fields;
  }

  /** One message in ten, by chance, and one in eight at least: a story that hears of none shows nothing. */
  #isTimeForLane(): boolean {
    this.#sinceLane++;
    return this.#random.next() < 0.1 || this.#sinceLane >= 8;
  }

  #unknownLane(transport: CloudTransport, topic: string): void {
    this.added.lanes++;
    this.#sinceLane = 0;
    const name = this.#random.pick(["firmware", "settings", "command/urgent"]);
    transport.publish(topic.replace(/\/down\/.*$/, `/down/${name}`), this.#random.bytes(1 + this.#random.int(200)));
  }
}
