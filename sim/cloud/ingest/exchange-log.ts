import {
  Auth,
  type Body,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  Flag,
  Kind,
  Outcome,
  type Rec,
} from "../../../firmware/records/records.js";
import { Inventory, type Movement } from "../inventory.js";
import { OrganisationIndex } from "../organisation.js";
import type {
  EmergencyEntry,
  EpochState,
  ExchangeEntry,
  ExchangeStatus,
  ItemId,
  Source,
  When,
  Whereabouts,
} from "../state.js";
import type { CloudStore } from "../store.js";
import { detailOf, nameIn } from "./names.js";

type Of<K extends Kind> = Extract<Body, { kind: K }>;

const STATUS: Readonly<Record<Outcome, ExchangeStatus>> = {
  [Outcome.done]: "done",
  [Outcome.leftOpen]: "leftOpen",
  [Outcome.notOpened]: "notOpened",
  [Outcome.unconfirmed]: "unconfirmed",
};

/**
 * Turns records into the logs and the inventory. Each record is given exactly once and in the box's order; what it names may
 * be unknown to the organisation by now, so nothing here refuses.
 */
export class ExchangeLog {
  readonly inventory: Inventory;
  readonly #store: CloudStore;
  readonly #pending = new Map<string, ExchangeEntry>();
  /** By every emergency record that belongs to the entry. */
  readonly #emergencies = new Map<string, EmergencyEntry>();
  #index: OrganisationIndex;
  #indexed: object;

  constructor(store: CloudStore) {
    this.#store = store;
    this.inventory = new Inventory(store.data);
    this.#indexed = store.organisation;
    this.#index = new OrganisationIndex(store.organisation);
    for (const entry of store.data.exchanges) if (entry.status === "pending") this.#pending.set(sourceId(entry), entry);
    for (const entry of store.data.emergencies)
      if (entry.status === "pending") this.#emergencies.set(sourceId(entry), entry);
  }

  get index(): OrganisationIndex {
    if (this.#indexed !== this.#store.organisation) {
      this.#indexed = this.#store.organisation;
      this.#index = new OrganisationIndex(this.#store.organisation);
    }
    return this.#index;
  }

  record(source: Source, rec: Rec, epoch: EpochState): void {
    if (rec.kind === Kind.boot) epoch.boot = rec.boot;
    const when = whenOf(rec, epoch);
    if (rec.kind === Kind.intent) this.#intent(source, rec, when);
    else if (rec.kind === Kind.outcome) this.#outcome(source, rec, when);
    else if (rec.kind === Kind.emergency) this.#emergency(source, rec, when);
    else if (rec.kind === Kind.emergencyOutcome) this.#emergencyOutcome(source, rec, when);
    else this.#event(source, rec, when);
    // Opened by a crowbar or a mechanical key.
    if (rec.kind === Kind.door && rec.event === DoorEvent.unexpected) this.inventory.doubt(source.box, rec.bin);
    if (rec.kind === Kind.command) this.#receipt(source.box, rec.id);
  }

  undecodable(source: Source, raw: string, reason: string): void {
    const when: When = { clock: "unknown", offline: false, onBattery: false };
    this.#store.data.events.push({ ...source, ...when, kind: "undecodable", detail: { raw, reason } });
  }

  /** The box began a new journal: what was under way in the old one can no longer be told. */
  abandonOtherEpochs(box: string, epoch: string): void {
    for (const entry of [...this.#pending.values()]) {
      if (entry.box === box && entry.epoch !== epoch)
        this.#settle(entry, Outcome.unconfirmed, { box, time: entry.time });
    }
  }

  #intent(source: Source, rec: Of<typeof Kind.intent>, when: When): void {
    const item = this.inventory.itemOf(rec, this.index);
    const key = item.startsWith("key:") ? Number(item.slice(4)) : undefined;
    const named = this.#keyName(key ?? rec.key);
    // Of a removed key: the thing that came or went is the fob.
    const fob = rec.fob ?? (rec.key !== undefined && item.startsWith("fob:") ? item.slice(4) : undefined);
    const entry: ExchangeEntry = {
      ...source,
      ...when,
      exchange: rec.exchange,
      bin: rec.bin,
      binLabel: this.#label(source.box, rec.bin),
      ...(key === undefined ? {} : { key }),
      ...(named === undefined ? {} : { keyName: named }),
      ...(fob === undefined ? {} : { fob }),
      auth: nameIn(Auth, rec.auth),
      ...(rec.user === undefined ? {} : { user: rec.user }),
      userName: this.#userName(rec),
      ...(rec.access === undefined ? {} : { access: rec.access }),
      status: "pending",
    };
    this.#store.data.exchanges.push(entry);
    this.#pending.set(sourceId(source), entry);
  }

  #keyName(key: number | undefined): string | undefined {
    if (key === undefined) return undefined;
    return (this.index.keys.get(key) ?? this.inventory.formerKey(key))?.name ?? `key ${key}`;
  }

  #userName(rec: Of<typeof Kind.intent>): string {
    if (rec.user !== undefined) return this.index.users.get(rec.user)?.name ?? `user ${rec.user}`;
    if (rec.auth === Auth.keyCode) return "Key Code User";
    if (rec.auth === Auth.quickScan) return "Quick Scan";
    return rec.auth === Auth.oneTouch ? "One-Touch" : "unknown user";
  }

  #outcome(source: Source, rec: Of<typeof Kind.outcome> & Rec, when: When): void {
    const entry = this.#pending.get(sourceId({ ...source, seq: rec.of }));
    // Its intent fell into a gap: nobody can say what was exchanged.
    if (entry === undefined) this.#event(source, rec, when);
    else this.#settle(entry, rec.result, { box: source.box, time: when.time ?? entry.time });
  }

  #settle(entry: ExchangeEntry, result: Outcome, by: Movement): void {
    entry.status = STATUS[result];
    this.#pending.delete(sourceId(entry));
    if (result === Outcome.notOpened) return;
    if (entry.key === undefined && entry.fob === undefined) {
      // A one-touch opening of an empty bin names nothing: whoever opened it may have put anything in.
      this.inventory.doubt(entry.box, entry.bin);
      return;
    }
    const item = this.inventory.itemOf(entry, this.index);
    const certain = result !== Outcome.unconfirmed;
    const before = this.inventory.whereabouts(item)?.place;
    const isElsewhere =
      entry.exchange === Exchange.pickup && certain
        ? this.inventory.take(item, entry.box, entry.bin, entry.userName, by)
        : this.inventory.put(item, entry.box, entry.bin, certain, by);
    const isAway = before !== undefined && (before.box !== entry.box || before.bin !== entry.bin);
    if (isAway && (before.certain || !certain)) this.#left(before);
    // A thing that is nobody's and has no fob to tell it by: no box can be told what hangs there.
    if (isNameless(item, this.index)) this.inventory.doubt(entry.box, entry.bin);
    // The other box's snapshot says that the key is there.
    if (isElsewhere) this.#store.touchPermissions();
  }

  /**
   * Something is said to be elsewhere than it was sure to be, or perhaps to be there. A serial can be copied: were its bin
   * empty from now on, the box would hand what hangs there to the next tag.
   */
  #left({ box, bin }: NonNullable<Whereabouts["place"]>): void {
    if (this.inventory.in(box, bin) === undefined) this.inventory.doubt(box, bin);
  }

  #emergency(source: Source, rec: Of<typeof Kind.emergency>, when: When): void {
    let entry = rec.of === undefined ? undefined : this.#emergencies.get(sourceId({ ...source, seq: rec.of }));
    if (entry === undefined) {
      const target = nameIn(EmergencyTarget, rec.target) as EmergencyEntry["target"];
      entry = { ...source, ...when, target, sheet: rec.sheet, number: rec.number, bins: [], status: "pending" };
      this.#store.data.emergencies.push(entry);
      this.#burn(source.box, rec, when);
    }
    this.#emergencies.set(sourceId(source), entry);
    if (rec.bin === undefined) return;
    const wasCertain = !this.inventory.isDoubtful(source.box, rec.bin);
    entry.bins.push({ bin: rec.bin, binLabel: this.#label(source.box, rec.bin), wasCertain, status: "pending" });
    // From here on somebody may have reached in, whether or not the end of it is ever told.
    this.inventory.doubt(source.box, rec.bin);
  }

  #burn(box: string, rec: Of<typeof Kind.emergency>, when: When): void {
    const { sheets } = this.#store.boxState(box);
    const target =
      rec.target === EmergencyTarget.bin
        ? `bin:${this.#label(box, rec.bin ?? 0)}`
        : rec.target === EmergencyTarget.all
          ? "all"
          : "unmount";
    const known = sheets.used.some((u) => u.sheet === rec.sheet && u.number === rec.number && u.target === target);
    const time = when.time === undefined ? {} : { time: when.time };
    if (!known) sheets.used.push({ sheet: rec.sheet, target, number: rec.number, ...time });
    // The box closed every older sheet when it took a code of a newer one; the cloud must not reopen them.
    sheets.current = Math.max(sheets.current, rec.sheet);
    sheets.minimum = Math.max(sheets.minimum, rec.sheet);
  }

  #emergencyOutcome(source: Source, rec: Of<typeof Kind.emergencyOutcome> & Rec, when: When): void {
    const entry = this.#emergencies.get(sourceId({ ...source, seq: rec.of }));
    if (entry === undefined) {
      this.#event(source, rec, when);
      return;
    }
    const bin = rec.bin ?? (entry.target === "bin" ? entry.bins[0]?.bin : undefined);
    const told = entry.bins.findLast((b) => b.bin === bin && b.status === "pending");
    if (told !== undefined) {
      told.status = STATUS[rec.result];
      if (rec.result === Outcome.notOpened && told.wasCertain) this.inventory.trust(source.box, told.bin);
    }
    if (rec.bin === undefined || entry.target === "bin") entry.status = STATUS[rec.result];
  }

  #event(source: Source, rec: Rec, when: When): void {
    const detail = detailOf(rec as unknown as Readonly<Record<string, unknown>> & { readonly kind: number });
    if ("bin" in rec && rec.bin !== undefined) detail.binLabel = this.#label(source.box, rec.bin);
    this.#store.data.events.push({ ...source, ...when, kind: nameIn(Kind, rec.kind), detail });
  }

  #receipt(box: string, id: number): void {
    for (const command of this.#store.boxState(box).commands) {
      if (command.id === id) command.status = "received";
      // Taken in order of their numbers: the box will never take an older one now.
      else if (command.id < id && command.status === "waiting") command.status = "expired";
    }
  }

  #label(box: string, bin: number): string {
    return this.index.boxes.get(box)?.bins[bin]?.label ?? `bin ${bin}`;
  }
}

/** Whether it is a key that was removed and had no fob. */
export function isNameless(item: ItemId, index: OrganisationIndex): boolean {
  return item.startsWith("key:") && !index.keys.has(Number(item.slice(4)));
}

export function sourceId({ box, epoch, seq }: Source): string {
  return `${box}/${epoch}/${seq}`;
}

function whenOf(rec: Rec, epoch: EpochState): When {
  const offline = (rec.flags & Flag.offline) !== 0;
  const onBattery = (rec.flags & Flag.onBattery) !== 0;
  if ((rec.flags & Flag.wallTime) !== 0) {
    return { time: rec.at, clock: (rec.flags & Flag.synced) !== 0 ? "synced" : "kept", offline, onBattery };
  }
  return {
    sinceBoot: rec.at,
    ...(epoch.boot === undefined ? {} : { boot: epoch.boot }),
    clock: "unknown",
    offline,
    onBattery,
  };
}
