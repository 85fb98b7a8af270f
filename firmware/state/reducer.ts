import {
  Auth,
  Belief,
  BinFault,
  CommandKind,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  Flag,
  type Held,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
  type Rec,
} from "../records/records.js";
import { MAX_BINS } from "../snapshot/layout.js";
import {
  type BinChange,
  type BoxState,
  type EmergencyOpening,
  guessedIndex,
  type OpenAll,
  type OpenExchange,
  ORDINARY_INDEX,
  SHORT_INDEX,
  targetIndex,
} from "./box-state.js";
import { RECOVERED_PERCENT } from "./gauge-reading.js";

type Of<K extends Kind> = Extract<Rec, { kind: K }>;

/** Takes one record into account. Depends on nothing but its arguments, so that boot and live use agree. */
export function applyRecord(state: BoxState, seq: number, record: Rec): void {
  applyMains(state, record);
  applyWaits(state, record);
  applySync(state, record);
  switch (record.kind) {
    case Kind.boot:
      state.boots = record.boot;
      break;
    case Kind.intent:
      // Its end could not be written, or damage took that record: the door may have opened.
      if (state.exchange !== undefined) endExchange(state, state.exchange, seq, Outcome.unconfirmed);
      state.exchange = { ...record, seq };
      if (isTyped(record.auth) && record.lapsed === undefined)
        state.throttles.delete(record.short === undefined ? ORDINARY_INDEX : SHORT_INDEX);
      break;
    case Kind.outcome:
      if (state.exchange?.seq === record.of) endExchange(state, state.exchange, seq, record.result);
      break;
    case Kind.codeFailure:
      state.throttles.set(guessedIndex(record), { failures: record.count, at: wallTime(record) });
      break;
    case Kind.emergency:
      applyEmergency(state, seq, record);
      break;
    case Kind.emergencyOutcome:
      endEmergency(state, seq, record);
      break;
    case Kind.door:
      // Opened by a crowbar or a mechanical key: what is in there now, nobody can say.
      if (record.event === DoorEvent.unexpected) doubt(state, seq, record.bin);
      break;
    case Kind.binFault:
      if (record.event === BinFault.cleared) state.faulty.delete(record.bin);
      else state.faulty.add(record.bin);
      break;
    case Kind.binChecked:
      checkBin(state, seq, record);
      break;
    case Kind.binKept:
      believe(state, seq, record.bin, record.belief, itemOf(record));
      break;
    case Kind.power:
      // No record says that the battery has recovered. Any later one that carries the charge does.
      if (record.event === PowerEvent.batteryLow) state.batteryLow = true;
      else if (record.charge !== undefined && record.charge >= RECOVERED_PERCENT) state.batteryLow = false;
      break;
    case Kind.snapshotApplied:
      applySnapshot(state, record);
      break;
    case Kind.ack:
      state.acked = record.through;
      break;
    case Kind.command:
      applyCommand(state, seq, record);
      break;
    default:
      break;
  }
}

/**
 * Every record carries a mark that says whether there was mains. So the state learns from the next record of any kind that mains
 * was lost, also where the loss has no record: the box was asleep, or mains flapped too often (firmware/power/mains-log.ts).
 */
function applyMains(state: BoxState, record: Rec): void {
  const lost = state.mainsLost;
  if ((record.flags & Flag.onBattery) === 0) {
    state.mainsLost = undefined;
  } else if (lost === undefined) {
    const charge = record.kind === Kind.power ? record.charge : undefined;
    state.mainsLost = { at: wallTime(record), synced: (record.flags & Flag.synced) !== 0, charge };
  } else if (record.kind === Kind.clockSet && record.previous !== undefined && lost.at !== undefined && !lost.synced) {
    // The clock that stamped the loss has just been put right. One that was right then has gone wrong since.
    state.mainsLost = { ...lost, at: lost.at + record.at - record.previous };
  }
}

/**
 * Keeps the times of wrong codes on the clock of now. One that nobody knew, that lies ahead since the clock was set back, or that was told
 * by a clock which was lost since, becomes that of this record: otherwise each sleep would begin the wait anew. One that a clock told which
 * has just been set forward goes along with it: the wait would be over too soon. No time becomes earlier than it was by the clock of now.
 */
function applyWaits(state: BoxState, record: Rec): void {
  const now = wallTime(record);
  if (now === undefined) return;
  const before = record.kind === Kind.clockSet ? record.previous : now;
  state.throttles.forEach(({ failures, at }, index) => {
    const isLost = at === undefined || before === undefined;
    const kept = isLost ? now : Math.min(at + Math.max(0, now - before), now);
    if (kept !== at) state.throttles.set(index, { failures, at: kept });
  });
}

/** A record that this firmware cannot read names `bin`: what hangs there now, nobody here can say. */
export function applyUnknown(state: BoxState, seq: number, bin: number): void {
  doubt(state, seq, bin);
}

/** A checkpoint that this firmware cannot read may have told of any of them. */
export function doubtAll(state: BoxState, seq: number): void {
  for (let bin = 0; bin < MAX_BINS; bin++) doubt(state, seq, bin);
}

/** A box that takes itself to be online has heard the cloud within this time, s (firmware/sync/PROTOCOL.md, section 9). */
const ONLINE_SECONDS = 310;

/** When the cloud was last heard: what the end of a session says, and what the mark of every other record vouches for. */
function applySync(state: BoxState, record: Rec): void {
  const at = wallTime(record);
  if (at === undefined) return;
  if (record.kind === Kind.link && record.event === LinkEvent.sessionDown) {
    if (record.synced !== undefined) state.lastSync = Math.max(0, at - record.synced);
    return;
  }
  if ((record.flags & Flag.offline) !== 0) return;
  const isUp = record.kind === Kind.link && record.event === LinkEvent.sessionUp;
  const heard = isUp ? at : Math.max(0, at - ONLINE_SECONDS);
  // One that lies ahead is from before the clock was set back.
  if (state.lastSync === undefined || state.lastSync < heard || state.lastSync > at) state.lastSync = heard;
}

function isTyped(auth: Auth): boolean {
  return auth === Auth.bookingCode || auth === Auth.keyCode;
}

function wallTime(record: Rec): number | undefined {
  return (record.flags & Flag.wallTime) !== 0 ? record.at : undefined;
}

function itemOf({ key, fob }: Held): Held | undefined {
  if (key !== undefined) return { key };
  return fob === undefined ? undefined : { fob };
}

function believe(state: BoxState, seq: number, bin: number, belief: Belief, item?: BinChange["item"]): void {
  state.bins.set(bin, { seq, belief, item });
}

function endExchange(state: BoxState, exchange: OpenExchange, seq: number, result: Outcome): void {
  state.exchange = undefined;
  if (result === Outcome.notOpened) return;
  const item = itemOf(exchange);
  const isPickup = exchange.exchange === Exchange.pickup;
  // A one-touch opening of an empty bin names no item: whoever opened it may have put anything in.
  const isSeen = result !== Outcome.unconfirmed && item !== undefined && exchange.contested === undefined;
  const seen = isPickup ? Belief.taken : Belief.holds;
  believe(state, seq, exchange.bin, isSeen ? seen : Belief.doubt, item);
  // Only now, with the door shut again, does what the person said count for another bin.
  if (result !== Outcome.done) return;
  const { from, freed } = exchange;
  if (from !== undefined && from !== exchange.bin) believe(state, seq, from, Belief.doubt, item);
  if (freed !== undefined && freed !== exchange.bin) believe(state, seq, freed, Belief.empty);
}

function applyEmergency(state: BoxState, seq: number, record: Of<typeof Kind.emergency>): void {
  const isOfAll = record.target === EmergencyTarget.all;
  const isStockTake = record.stockTake !== undefined;
  if (isOfAll && record.of !== undefined && record.bin !== undefined) {
    if (state.openAll !== undefined && !isStockTake) state.openAll.bin = record.bin;
  } else {
    burn(state, seq, record);
    if (isOfAll && !isStockTake) state.openAll = runOf(state.openAll, seq, record);
  }
  if (record.bin === undefined) return;
  state.opening = { seq, bin: record.bin, before: state.bins.get(record.bin) };
  doubt(state, seq, record.bin);
}

/** The same code again, while its run is not over, goes on with that: most doors stand open already. */
function runOf(before: OpenAll | undefined, seq: number, record: Of<typeof Kind.emergency>): OpenAll {
  const { sheet, number } = record;
  const goesOn = before?.sheet === sheet && before.number === number;
  const { bin, cutOff } = goesOn ? before : { bin: -1, cutOff: new Set<number>() };
  return { seq, at: wallTime(record), sheet, number, bin, cutOff };
}

/**
 * Whatever was believed to be there may still be. Where an exchange of that bin is not over, its end makes nothing sure either: an
 * emergency code opened a bin whose door somebody had left open a moment ago.
 */
function doubt(state: BoxState, seq: number, bin: number): void {
  const before = state.bins.get(bin);
  if (state.exchange?.bin === bin) state.exchange = { ...state.exchange, contested: 1 };
  believe(state, seq, bin, Belief.doubt, before === undefined ? "same" : before.item);
}

/** Whoever said it looked into the bin, and says nothing about any other one. */
function checkBin(state: BoxState, seq: number, record: Of<typeof Kind.binChecked>): void {
  const item = itemOf(record);
  if (record.doubt !== undefined && item === undefined) doubt(state, seq, record.bin);
  else believe(state, seq, record.bin, beliefOf(item, record.doubt !== undefined), item);
}

function beliefOf(item: Held | undefined, isDoubtful: boolean): Belief {
  if (isDoubtful) return Belief.doubt;
  return item === undefined ? Belief.empty : Belief.holds;
}

/** A code was accepted: for the first time, or again (`of`) within its grace. */
function burn(state: BoxState, seq: number, record: Of<typeof Kind.emergency>): void {
  const target = targetIndex(record.target, record.bin);
  state.throttles.delete(target);
  const { codes } = state;
  if (record.of !== undefined && codes.grace?.seq === record.of) {
    codes.grace.reuses++;
    return;
  }
  if (record.sheet > codes.sheet) {
    codes.sheet = record.sheet;
    codes.used.clear();
    // A run of an older sheet has no right left to go on by.
    state.openAll = undefined;
  }
  codes.used.set(target, record.number);
  const { sheet, number } = record;
  codes.grace = { seq, target, sheet, number, at: wallTime(record), boot: state.boots, reuses: 0 };
}

function endEmergency(state: BoxState, seq: number, record: Of<typeof Kind.emergencyOutcome>): void {
  if (state.openAll?.seq === record.of && record.bin === undefined) {
    state.openAll = undefined;
    return;
  }
  const opening = state.opening;
  if (opening?.seq !== record.of) return;
  state.opening = undefined;
  if (record.result === Outcome.unconfirmed) state.openAll?.cutOff.add(opening.bin);
  else state.openAll?.cutOff.delete(opening.bin);
  // What came in between is newer: a snapshot, which will know of the end of the doubt, or somebody who said what hangs there.
  const isAsOpened = state.bins.get(opening.bin)?.seq === opening.seq;
  if (record.result === Outcome.notOpened && isAsOpened) restore(state, seq, opening);
}

function restore(state: BoxState, seq: number, { bin, before }: EmergencyOpening): void {
  if (before === undefined) state.bins.delete(bin);
  else state.bins.set(bin, { ...before, seq });
}

/** What the snapshot already knows is forgotten; what happened after its `asOf` stays on top of it. */
function applySnapshot(state: BoxState, record: Of<typeof Kind.snapshotApplied>): void {
  const { version, slot, asOf, binsCrc } = record;
  state.snapshot = { version, slot, asOf, binsCrc };
  forgetThrough(state.bins, asOf);
  forgetThrough(state.enabled, asOf);
  closeSheets(state, record.sheet);
}

function closeSheets(state: BoxState, sheet: number): void {
  if (sheet <= state.codes.sheet) return;
  state.codes.sheet = sheet;
  state.codes.used.clear();
  state.codes.grace = undefined;
  state.openAll = undefined;
}

function applyCommand(state: BoxState, seq: number, record: Of<typeof Kind.command>): void {
  state.command = Math.max(state.command, record.id);
  const { bin } = record;
  if (record.command === CommandKind.closeSheets) closeSheets(state, record.sheet ?? 0);
  if (bin === undefined) return;
  if (record.command === CommandKind.enableBin) {
    state.enabled.set(bin, { enabled: true, seq });
    state.faulty.delete(bin);
  }
  if (record.command === CommandKind.disableBin) state.enabled.set(bin, { enabled: false, seq });
}

/** The snapshot knows of changes through `seq`. */
function forgetThrough(changes: Map<number, { readonly seq: number }>, seq: number): void {
  changes.forEach((change, bin) => {
    if (change.seq <= seq) changes.delete(bin);
  });
}
