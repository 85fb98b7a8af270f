import {
  Auth,
  Belief,
  type Body,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  Flag,
  GapReason,
  Kind,
  Outcome,
  type Rec,
} from "../../../firmware/records/records.js";
import { acceptedCode, countAccepted } from "../code-length.js";
import { Inventory } from "../inventory.js";
import { nameless } from "../nameless.js";
import { OrganisationIndex } from "../organisation.js";
import { noteCrash, noteUpdate } from "../releases/fate.js";
import type {
  BinBelief,
  EmergencyEntry,
  EpochState,
  ExchangeEntry,
  ExchangeStatus,
  GapEntry,
  ItemId,
  Source,
  When,
} from "../state.js";
import type { Telling } from "../store/lines.js";
import type { CloudStore } from "../store.js";
import { windowAt } from "../windows.js";
import { detailOf, nameIn } from "./names.js";
import { OpenLog } from "./open-log.js";

type Of<K extends Kind> = Extract<Body, { kind: K }>;

const STATUS: Readonly<Record<Outcome, ExchangeStatus>> = {
  [Outcome.done]: "done",
  [Outcome.leftOpen]: "leftOpen",
  [Outcome.notOpened]: "notOpened",
  [Outcome.unconfirmed]: "unconfirmed",
};

const BELIEF: Readonly<Record<Belief, BinBelief | "empty">> = {
  [Belief.empty]: "empty",
  [Belief.holds]: "holds",
  [Belief.taken]: "taken",
  [Belief.doubt]: "doubt",
};

/**
 * Turns records into the logs and the inventory. Each record is given exactly once and in the box's order; what it names may
 * be unknown to the organisation by now, so nothing here refuses.
 */
export class ExchangeLog {
  readonly inventory: Inventory;
  readonly #store: CloudStore;
  readonly #open: OpenLog;
  #index: OrganisationIndex;
  #indexed: object;

  constructor(store: CloudStore) {
    this.#store = store;
    this.inventory = new Inventory(store.document, (key) => store.changed(key));
    this.#indexed = store.organisation;
    this.#index = new OrganisationIndex(store.organisation);
    this.#open = new OpenLog(store);
  }

  get index(): OrganisationIndex {
    if (this.#indexed !== this.#store.organisation) {
      this.#indexed = this.#store.organisation;
      this.#index = new OrganisationIndex(this.#store.organisation);
    }
    return this.#index;
  }

  record(source: Source, rec: Rec, epoch: EpochState): void {
    if (rec.kind === Kind.boot) {
      epoch.boot = rec.boot;
      this.#abandonUnmounts(source.box);
    }
    const when = whenOf(rec, epoch);
    if (rec.kind === Kind.intent) this.#intent(source, rec, when);
    else if (rec.kind === Kind.outcome) this.#outcome(source, rec, when);
    else if (rec.kind === Kind.emergency) this.#emergency(source, rec, when);
    else if (rec.kind === Kind.emergencyOutcome) this.#emergencyOutcome(source, rec, when);
    else this.#event(source, rec, when);
    // Opened by a crowbar or a mechanical key.
    if (rec.kind === Kind.door && rec.event === DoorEvent.unexpected) this.#doubt(source.box, rec.bin);
    if (rec.kind === Kind.binChecked) this.#checked(source.box, rec, when);
    if (rec.kind === Kind.binKept) this.#kept(source.box, rec, when);
    // The box has lost some of what it told here: it is to hear what it was.
    if (rec.kind === Kind.gap && rec.reason === GapReason.recordsLost) this.#tell(source.box);
    if (rec.kind === Kind.command) this.#receipt(source.box, rec.id);
    if (rec.kind === Kind.snapshotApplied) this.#store.boxState(source.box).applied = rec.version;
    if (rec.kind === Kind.crash) this.#crashed(source.box, rec);
    if (rec.kind === Kind.update) this.#updated(source.box, rec, when);
  }

  /** A record that this cloud cannot read is kept as it came. `bin`: the one that it names, which is in doubt from then on. */
  undecodable(source: Source, raw: string, reason: string, bin: number | undefined): void {
    if (bin !== undefined) this.#doubt(source.box, bin);
    const state = this.#store.boxState(source.box);
    state.unread = (state.unread ?? 0) + 1;
    const when: When = { clock: "unknown", offline: false, onBattery: false };
    this.#append(source, {
      kind: "event",
      entry: { ...source, ...when, kind: "undecodable", detail: { raw, reason } },
    });
  }

  /**
   * Records of the box are missing: anybody may have opened anything in the meantime, and what was under way may have ended there. Its
   * bins are in doubt until it tells of them, as it does at once (firmware/state/kept-bins.ts), or somebody looks.
   */
  #missed(box: string): void {
    const { bins = [] } = this.index.boxes.get(box) ?? {};
    for (const bin of bins.keys()) this.#doubt(box, bin);
  }

  /** So many records from `from` on are missing. */
  gap(entry: GapEntry): void {
    this.#append({ ...entry, seq: entry.from }, { kind: "gap", entry });
    this.#missed(entry.box);
  }

  /** The box began a new journal, `epoch`: what it had not told of the old one, and what was under way in that, nobody can tell any more. */
  lostJournal(box: string, epoch: string): void {
    this.#abandonOtherEpochs(box, epoch);
    this.#missed(box);
    this.#tell(box);
  }

  #abandonOtherEpochs(box: string, epoch: string): void {
    for (const entry of this.#open.exchanges(box)) {
      if (entry.epoch !== epoch) this.#settle(entry, Outcome.unconfirmed, undefined);
    }
    for (const entry of this.#open.emergencies(box)) {
      if (entry.epoch === epoch || entry.status !== "pending") continue;
      entry.status = "unconfirmed";
      for (const bin of entry.bins) if (bin.status === "pending") bin.status = "unconfirmed";
      this.#concluded(entry);
    }
  }

  /** A boot ended a release from the wall that was under way: whether it is off the wall nobody can say. Bins the box tells of itself. */
  #abandonUnmounts(box: string): void {
    for (const entry of this.#open.emergencies(box)) {
      if (entry.target !== "unmount" || entry.status !== "pending") continue;
      entry.status = "unconfirmed";
      this.#concluded(entry);
    }
  }

  #append({ box, epoch, seq }: Source, telling: Telling): void {
    this.#store.append({ source: { box, epoch, seq }, part: 0, ...telling });
  }

  /** What no record says. */
  #concluded(entry: EmergencyEntry): void {
    const { box, epoch, seq } = entry;
    this.#store.append({ source: { box, epoch, seq }, part: 1, kind: "emergencyNow", entry: structuredClone(entry) });
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
      ...(rec.from === undefined ? {} : { from: rec.from }),
      ...(rec.freed === undefined ? {} : { freed: rec.freed }),
      ...(rec.contested === undefined && !this.#isTwice(rec, item, source.box) ? {} : { contested: 1 }),
      ...(rec.lapsed === undefined ? {} : { lapsed: rec.lapsed }),
      status: "pending",
    };
    this.#append(source, { kind: "exchange", entry: { ...entry } });
    for (const before of this.#open.begun(entry)) this.#settle(before, Outcome.unconfirmed, undefined);
    if (acceptedCode(entry.auth)) countAccepted(this.#store.boxState(source.box), entry.time);
  }

  /**
   * A fob that the box does not know, since it was replaced: the bin holds that key. But not for sure where the key surely hangs
   * elsewhere: what came is the old fob alone, or a copy.
   */
  #isTwice({ bin, fob }: Of<typeof Kind.intent>, item: ItemId, box: string): boolean {
    if (fob === undefined || this.inventory.keyOfFormerFob(fob, this.index) === undefined) return false;
    const place = this.inventory.whereabouts(item)?.place;
    return place?.certain === true && (place.box !== box || place.bin !== bin);
  }

  #keyName(key: number | undefined): string | undefined {
    if (key === undefined) return undefined;
    return (this.index.keys.get(key) ?? this.inventory.formerKey(key))?.name ?? `key ${key}`;
  }

  #userName(rec: Of<typeof Kind.intent>): string {
    if (rec.user !== undefined) return this.index.users.get(rec.user)?.name ?? nameless(rec.user);
    if (rec.auth === Auth.keyCode) return "Key Code User";
    if (rec.auth === Auth.quickScan) return "Quick Scan";
    return rec.auth === Auth.oneTouch ? "One-Touch" : "unknown user";
  }

  #outcome(source: Source, rec: Of<typeof Kind.outcome> & Rec, when: When): void {
    const entry = this.#open.exchange(source, rec.of);
    // Its intent fell into a gap: nobody can say what was exchanged.
    if (entry === undefined) this.#event(source, rec, when);
    else this.#settle(entry, rec.result, vouched(when), source);
  }

  /**
   * As the box itself takes it into account (firmware/state/reducer.ts). `at`: when, if somebody vouches for it; `by`: the record that says
   * so, if one does.
   */
  #settle(entry: ExchangeEntry, result: Outcome, at: number | undefined, by?: Source): void {
    const status = STATUS[result];
    const { box: ofBox, epoch, seq } = entry;
    const source = by ?? { box: ofBox, epoch, seq };
    this.#store.append({ source, part: by === undefined ? 1 : 0, kind: "settled", of: seq, status });
    this.#open.ended(entry);
    if (result === Outcome.notOpened) return;
    const { box, bin, from, freed } = entry;
    const isNamed = entry.key !== undefined || entry.fob !== undefined;
    const item = isNamed ? this.inventory.itemOf(entry, this.index) : undefined;
    // A one-touch opening of an empty bin names nothing: whoever opened it may have put anything in.
    const isSeen = result !== Outcome.unconfirmed && item !== undefined && entry.contested === undefined;
    const seen = entry.exchange === Exchange.pickup ? "taken" : "holds";
    this.#believe(box, bin, isSeen ? seen : "doubt", item, at);
    // The box knows only that a fob hangs there; whose it is, it has to hear.
    if (entry.fob !== undefined && entry.key !== undefined) this.#tell(box);
    if (isSeen && seen === "taken")
      this.inventory.hold(item, entry.userName === "" ? nameless(entry.user) : entry.userName);
    if (isSeen && seen === "holds" && this.#hadRight(entry)) this.#freeElsewhere(item, box);
    // Only now, with the door shut again, does what the person said count for another bin.
    if (result !== Outcome.done) return;
    if (from !== undefined && from !== bin) this.#believe(box, from, "doubt", item, at);
    if (freed !== undefined && freed !== bin) this.#believe(box, freed, "empty", undefined, at);
  }

  /** What another box's report changes at this one is news to it. */
  #believe(box: string, bin: number, belief: BinBelief | "empty", item?: ItemId, at?: number): void {
    // A thing that is nobody's and has no fob to tell it by: no box can be told what hangs there.
    const known = belief === "holds" && item !== undefined && isNameless(item, this.index) ? "doubt" : belief;
    if (this.inventory.believe(box, bin, known, item, at)) this.#store.touchPermissions();
  }

  /** Of an exchange that is not over in that bin, too: its end makes nothing sure. */
  #doubt(box: string, bin: number): void {
    for (const entry of this.#open.exchanges(box)) if (entry.bin === bin) entry.contested = 1;
    if (this.inventory.doubt(box, bin)) this.#store.touchPermissions();
  }

  /** Whoever had a right to a key and hung it up here did not leave it behind at another box. A scan shows no right. */
  #freeElsewhere(item: ItemId, box: string): void {
    for (const place of this.inventory.placesOf(item)) {
      if (place.box === box || place.belief !== "taken") continue;
      this.inventory.believe(place.box, place.bin, "empty");
      this.#tell(place.box);
    }
  }

  #hadRight({ auth, access, clock, time, lapsed }: ExchangeEntry): boolean {
    if (lapsed !== undefined) return false;
    if (auth === "keyCode") return true;
    const { schedule } = this.#store.organisation.accesses.find((one) => one.id === access) ?? {};
    if (schedule?.kind === "ongoing") return true;
    if (schedule === undefined || schedule.zone === "local" || clock !== "synced" || time === undefined) return false;
    const window = windowAt(schedule, schedule.zone);
    return typeof window === "object" && time >= window.from && time < window.until;
  }

  #checked(box: string, rec: Of<typeof Kind.binChecked>, when: When): void {
    const item = rec.key === undefined && rec.fob === undefined ? undefined : this.inventory.itemOf(rec, this.index);
    if (rec.doubt !== undefined && item === undefined) this.#doubt(box, rec.bin);
    else {
      const belief = rec.doubt !== undefined ? "doubt" : item === undefined ? "empty" : "holds";
      this.#believe(box, rec.bin, belief, item, vouched(when));
    }
  }

  /**
   * The box tells again what it believes of a bin, because a snapshot that it was sent knew less: the records of it came when this
   * database was another one.
   */
  #kept(box: string, rec: Of<typeof Kind.binKept>, when: When): void {
    const item = rec.key === undefined && rec.fob === undefined ? undefined : this.inventory.itemOf(rec, this.index);
    this.#believe(box, rec.bin, BELIEF[rec.belief], item, vouched(when));
    this.#tell(box);
  }

  /** The next snapshot tells the box what the cloud believes of its bins, though nothing else has changed. */
  #tell(box: string): void {
    this.inventory.edited(box);
    this.#store.touchPermissions();
  }

  #emergency(source: Source, rec: Of<typeof Kind.emergency>, when: When): void {
    let entry = rec.of === undefined ? undefined : this.#open.emergency(source, rec.of);
    const isNew = entry === undefined;
    if (entry === undefined) {
      const target = nameIn(EmergencyTarget, rec.target) as EmergencyEntry["target"];
      entry = { ...source, ...when, target, sheet: rec.sheet, number: rec.number, bins: [], status: "pending" };
      this.#burn(source.box, rec, when);
      countAccepted(this.#store.boxState(source.box), entry.time);
    }
    this.#open.belongs(source, entry);
    if (rec.bin !== undefined) {
      const before = this.inventory.stateOf(source.box, rec.bin);
      const binLabel = this.#label(source.box, rec.bin);
      // From here on somebody may have reached in, whether or not the end of it is ever told.
      this.#doubt(source.box, rec.bin);
      const { told } = this.inventory.stateOf(source.box, rec.bin)!;
      entry.bins.push({ bin: rec.bin, binLabel, ...(before && { before }), told, status: "pending" });
    }
    this.#append(source, { kind: isNew ? "emergency" : "emergencyNow", entry: structuredClone(entry) });
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
    const entry = this.#open.emergency(source, rec.of);
    if (entry === undefined) {
      this.#event(source, rec, when);
      return;
    }
    const bin = rec.bin ?? (entry.target === "bin" ? entry.bins[0]?.bin : undefined);
    const told = entry.bins.findLast((b) => b.bin === bin && b.status === "pending");
    if (told !== undefined) {
      told.status = STATUS[rec.result];
      if (rec.result === Outcome.notOpened) this.#restore(source.box, told);
    }
    if (rec.bin === undefined || entry.target === "bin") entry.status = STATUS[rec.result];
    this.#append(source, { kind: "emergencyNow", entry: structuredClone(entry) });
  }

  /**
   * What was believed before holds again, under the name that the thing has by now: its key may have been removed since. Not where
   * somebody has said meanwhile what is there.
   */
  #restore(box: string, { bin, before, told }: EmergencyEntry["bins"][number]): void {
    if (told !== undefined && this.inventory.stateOf(box, bin)?.told !== told) return;
    const item = before?.item && this.inventory.itemOf(heldOf(before.item), this.index);
    this.#believe(box, bin, before?.belief ?? "empty", item, before?.at);
  }

  #event(source: Source, rec: Rec, when: When): void {
    const detail = detailOf(rec as unknown as Readonly<Record<string, unknown>> & { readonly kind: number });
    if ("bin" in rec && rec.bin !== undefined) detail.binLabel = this.#label(source.box, rec.bin);
    this.#append(source, { kind: "event", entry: { ...source, ...when, kind: nameIn(Kind, rec.kind), detail } });
  }

  #crashed(box: string, { reason, lines }: Of<typeof Kind.crash>): void {
    const state = this.#store.boxState(box);
    state.crashes = (state.crashes ?? 0) + 1;
    state.crash = { reason, lines };
    noteCrash(state);
  }

  #updated(box: string, rec: Of<typeof Kind.update>, { time }: When): void {
    const state = this.#store.boxState(box);
    noteUpdate(state, rec, time ?? state.lastSeen ?? 0);
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

/** When it was, if the box's clock had been set from here since it booted: no other clock is a reason to believe anything. */
function vouched({ clock, time }: When): number | undefined {
  return clock === "synced" ? time : undefined;
}

function heldOf(item: ItemId): { readonly key: number } | { readonly fob: string } {
  return item.startsWith("key:") ? { key: Number(item.slice(4)) } : { fob: item.slice(4) };
}

/** Whether it is a key that was removed and had no fob. */
function isNameless(item: ItemId, index: OrganisationIndex): boolean {
  return item.startsWith("key:") && !index.keys.has(Number(item.slice(4)));
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
