import { expect } from "vitest";
import { offlineCode } from "../../firmware/codes/hotp.js";
import { identityImage } from "../../firmware/identity/copies.js";
import { FlashJournal } from "../../firmware/journal/flash-journal.js";
import { boot } from "../../firmware/main.js";
import { Belief, Kind, type Rec } from "../../firmware/records/records.js";
import { Ledger } from "../../firmware/state/ledger.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import type { Text } from "../../hal/ports/panel.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { IDENTITY_PARTITION, Machine } from "../../sim/world/machine/machine.js";
import type { MachineOptions } from "../../sim/world/machine/machine-options.js";
import { Person } from "../../sim/world/machine/people.js";
import { World } from "../../sim/world/machine/world.js";
import type { TraceLog } from "../../sim/world/trace.js";
import { nodeHash } from "../snapshot/support/models.js";
import { type BoxMemory, readJournal, readMemory, reasonOnFlash } from "./box-memory.js";

export const BOX = "BOX-7";
/** When the world begins: 2026-11-02T08:00:00Z. */
export const START = 1_793_606_400;
const LOOKUP_KEY = new Uint8Array(32).fill(7);
const CODES_KEY = new Uint8Array(32).fill(9);
const HERE = { homeLocation: 4, homeLocationName: "Paris" } as const;

/** Keys of the rig's snapshot by what is special about them, with the codes that take them. */
export const VAN = { id: 1, fob: "012ABC", code: "111111", keyCode: "5150", bin: 0 } as const;
/** Not roaming; its booking is open for the first hour. */
export const FLAT = { id: 2, fob: "013ABD", code: "222222", bin: 1 } as const;
/** Belongs to another location. */
export const TRUCK = { id: 3, fob: "014ABE", code: "333333" } as const;
/** No fob. */
export const VIRTUAL = { id: 4, code: "444444", bin: 2 } as const;
export const BADGE = { ana: "900ANA", bo: "901BOB" } as const;

/** A-1 holds the van, A-2 the flat, A-3 the virtual key; B-1 and B-2 are empty. */
export const MODEL: SnapshotModel = {
  box: BOX,
  version: 6,
  epoch: new Uint8Array(8),
  asOf: 0,
  sheet: 1,
  lookupKey: LOOKUP_KEY,
  location: { id: 4, name: "Paris", language: "fr", offsets: [{ from: 0, offsetMinutes: 60 }] },
  bins: [
    { bin: 0, enabled: true, key: VAN.id },
    { bin: 1, enabled: true, key: FLAT.id },
    { bin: 2, enabled: true, key: VIRTUAL.id },
    { bin: 3, enabled: true },
    { bin: 4, enabled: true },
  ],
  keys: [
    { id: VAN.id, name: "Van", fob: VAN.fob, roaming: true, ...HERE },
    { id: FLAT.id, name: "Flat", fob: FLAT.fob, roaming: false, ...HERE },
    { id: TRUCK.id, name: "Truck", fob: TRUCK.fob, roaming: false, homeLocation: 5, homeLocationName: "Lyon" },
    { id: VIRTUAL.id, name: "Gate", roaming: true, ...HERE },
  ],
  users: [
    { id: 1, name: "Ana" },
    { id: 2, name: "Bo" },
  ],
  accesses: [
    { id: 100, user: 1, key: VAN.id },
    { id: 101, user: 1, key: FLAT.id, window: { from: START, until: START + 3_600 } },
    { id: 102, user: 1, key: TRUCK.id },
    { id: 103, user: 1, key: VIRTUAL.id },
  ],
  codes: [
    { text: VAN.code, target: { kind: "booking", access: 100 } },
    { text: VAN.keyCode, target: { kind: "key", key: VAN.id } },
    { text: FLAT.code, target: { kind: "booking", access: 101 } },
    { text: TRUCK.code, target: { kind: "booking", access: 102 } },
    { text: VIRTUAL.code, target: { kind: "booking", access: 103 } },
  ],
  badges: [
    { serial: BADGE.ana, user: 1 },
    { serial: BADGE.bo, user: 2 },
  ],
};

export interface BoxRigOptions {
  /** Changes to `MODEL`; null: the box was never synced. */
  readonly model?: Partial<SnapshotModel> | null;
  readonly machine?: Partial<MachineOptions>;
  readonly seed?: number;
  readonly journalSectors?: number;
  readonly trace?: TraceLog;
}

/**
 * A whole box in virtual time, without a cloud: its snapshot is written to flash as a download would have left it. Every lock
 * pulse is held to a durable record before it.
 */
export class BoxRig {
  readonly world: World;
  readonly machine: Machine;
  readonly person: Person;
  /** Bins in the order of their pulses. */
  readonly pulses: number[] = [];
  /** Pulses that the journal did not explain. */
  readonly unexplained: string[] = [];

  constructor(options: BoxRigOptions = {}) {
    this.world = new World({
      seed: options.seed ?? 1,
      startWallSeconds: START,
      ...(options.trace && { trace: options.trace }),
    });
    this.machine = new Machine(this.world, {
      name: BOX,
      board: MS5,
      boot: (hal) => boot(hal),
      units: [3, 2],
      identity: identityImage(
        {
          box: BOX,
          sealingKey: new Uint8Array(32).fill(5),
          codesKey: CODES_KEY,
          lookupKey: LOOKUP_KEY,
          broker: { host: "nowhere.test", port: 8883, username: "box", password: "secret" },
        },
        IDENTITY_PARTITION,
      ),
      journal: { sizeBytes: (options.journalSectors ?? 16) * 4_096, sectorBytes: 4_096, alignBytes: 4 },
      snapshot: { sizeBytes: 32_768, sectorBytes: 4_096, alignBytes: 4 },
      rtc: { set: true },
      ...options.machine,
    });
    this.person = new Person(this.machine);
    if (options.model !== null) this.install({ ...MODEL, ...options.model });
    this.machine.bins.watch((event) => {
      if (event.kind !== "pulse") return;
      this.pulses.push(event.bin);
      if (!reasonOnFlash(this.machine.flash.journal, event.bin)) {
        this.unexplained.push(`bin ${event.bin} at ${this.world.nowMs} ms`);
      }
    });
  }

  /** Boots the box and waits for the idle screen. */
  static async started(options: BoxRigOptions = {}): Promise<BoxRig> {
    const rig = new BoxRig(options);
    await rig.start();
    return rig;
  }

  async start(): Promise<void> {
    this.machine.start();
    await this.person.see("idle");
  }

  /** As a finished download and its record would have left the flash; only while the box is off. */
  install(model: SnapshotModel): void {
    const { flash } = this.machine;
    const slotStart = 0;
    const bytes = buildSnapshot(model);
    for (let at = 0; at < bytes.length; at += 4_096) flash.snapshot.erase(slotStart + at);
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
    padded.set(bytes);
    flash.snapshot.program(slotStart, padded);
    const { version, sheet, asOf } = model;
    this.offlineLedger().write({ kind: Kind.snapshotApplied, version, slot: 0, asOf, sheet }, "vital");
    for (const { bin, key, fob } of model.bins) {
      const serial = fob ?? model.keys.find((one) => one.id === key)?.fob;
      if (key !== undefined || fob !== undefined) this.machine.bins.stock(bin, serial ?? `VIRTUAL${key}`);
    }
  }

  /** Writes records as an earlier life of the box would have; only while the box is off. */
  offlineLedger(): Ledger {
    const clock = new HandClock();
    clock.wall = START;
    return new Ledger({
      clock,
      gauge: { read: () => undefined },
      mains: { present: () => true, onChange: undefined },
      brownOutMillivolts: 0,
      partition: new FlashJournal(this.machine.flash.journal, { fill: (into) => void into.fill(3) }),
    });
  }

  get screen(): string | undefined {
    return this.machine.panel.view?.screen;
  }

  get title(): Text | undefined {
    return this.machine.panel.view?.title;
  }

  /** Why the panel refuses, without the prefix; undefined when it does not. */
  get refusal(): string | undefined {
    if (this.screen !== "refused") return undefined;
    const { title, lines } = this.machine.panel.view!;
    return [title, ...lines].find((text) => text.id.startsWith("refused-"))?.id.slice("refused-".length);
  }

  get refusalParams(): Text["params"] {
    const { title, lines } = this.machine.panel.view!;
    return [title, ...lines].find((text) => text.id.startsWith("refused-"))?.params;
  }

  get notices(): string[] {
    return this.machine.panel.view?.notices.map((notice) => notice.id) ?? [];
  }

  get memory(): BoxMemory {
    return readMemory(this.machine);
  }

  /** What the box believes to be in `bin`. */
  content(bin: number): { held: unknown; uncertain: boolean } {
    const { belief, item } = this.memory.beliefs.content(bin);
    return { held: belief === Belief.taken ? undefined : item, uncertain: belief === Belief.doubt };
  }

  /** The same in two words: `holds`, `empty`, `taken` or `doubt`, and about which key or fob. */
  belief(bin: number): readonly [string, number | string | undefined] {
    const { belief, item } = this.memory.beliefs.content(bin);
    return [Object.entries(Belief).find(([, value]) => value === belief)![0], item?.key ?? item?.fob];
  }

  records(): Rec[] {
    return [...readJournal(this.machine.flash.journal, 1)].flatMap(({ record }) => record ?? []);
  }

  of<K extends Kind>(kind: K): Extract<Rec, { kind: K }>[] {
    return this.records().filter((record): record is Extract<Rec, { kind: K }> => record.kind === kind);
  }

  /** Results of the exchanges so far, in order. */
  get outcomes(): number[] {
    return this.of(Kind.outcome).map((record) => record.result);
  }

  /** Types a code and expects to be refused for `reason`; goes back to idle. */
  async refused(code: string, reason: string): Promise<void> {
    await this.person.type(code);
    await this.isRefused(reason);
  }

  async isRefused(reason: string): Promise<void> {
    await this.person.see("refused");
    expect(this.refusal).toBe(reason);
    await this.person.cancel();
  }

  /** Types a code, takes what is behind the door and closes it. */
  async pickUp(code: string): Promise<string> {
    await this.person.type(code);
    if (this.machine.panel.view?.screen === "take-or-return") await this.person.choose("take");
    return await this.take();
  }

  async take(): Promise<string> {
    await this.person.see("bin-open");
    const bin = this.shownBin();
    const fob = await this.person.takeKey(bin);
    await this.person.closeDoor(bin);
    return fob;
  }

  /** Scans a fob and hangs it where the box says; answers the bin. */
  async giveBack(fob: string): Promise<number> {
    await this.person.scan(fob);
    return await this.put(fob);
  }

  async put(fob: string): Promise<number> {
    await this.person.see("bin-open", 60_000);
    const bin = this.shownBin();
    await this.person.putKey(bin, fob);
    await this.person.closeDoor(bin);
    return bin;
  }

  /** The bin that the screen names. */
  shownBin(): number {
    return this.machine.bins.byLabel(String(this.title?.params?.bin));
  }

  async idle(): Promise<void> {
    await this.person.see("idle", 120_000);
  }

  /** The printed code of `bin:A-1`, `all` or `unmount`. */
  printed(target: string, number: number, sheet = 1): string {
    return offlineCode(nodeHash, CODES_KEY, target, sheet, number);
  }

  /** From idle to the entry of the emergency code of a bin. */
  async askForBin(unit: string, number: string): Promise<void> {
    await this.person.choose("emergency");
    await this.person.choose("one-bin");
    await this.person.choose(unit);
    await this.person.type(number);
    await this.person.see("emergency-code");
  }

  async askFor(what: "all-bins" | "unmount"): Promise<void> {
    await this.person.choose("emergency");
    await this.person.choose(what);
    await this.person.see("emergency-code");
  }

  async rebooted(limitMs = 60_000): Promise<void> {
    const { boots } = this.machine;
    await this.world.until(() => this.machine.boots > boots, limitMs, "a boot");
    await this.world.advance(1);
  }

  /** Fails with the crash's own stack, and on pulses that nothing explains. */
  check(): void {
    const crash = this.machine.crashes[0];
    if (crash !== undefined) throw new Error(`the firmware crashed: ${crash.stack}`);
    expect(this.unexplained).toEqual([]);
  }
}
