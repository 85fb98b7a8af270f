import type { BinEvent } from "../../world/devices/bins.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import { Belief, Exchange, Kind } from "../journal-reader/records.js";
import { Bounds } from "./bounds.js";
import { type BoxMemory, intentOnFlash, readJournal, readMemory, reasonOnFlash } from "./box-memory.js";
import type { Access, CloudRecord } from "./cloud-record.js";
import { CommandsWatch } from "./commands-watch.js";
import { compareLogs } from "./compare-logs.js";
import { DoorsLog } from "./doors-log.js";
import { FaultsTold } from "./faults-told.js";
import { GuessWatch, type Worth } from "./guess-watch.js";
import { imageProblems } from "./image-check.js";
import { inventoryProblems } from "./inventory-check.js";
import { Receipts } from "./receipts.js";
import { type Opening, Rulebook } from "./rulebook.js";

/** Erase counts of the journal's sectors may differ by this; each cut inside an opening costs that sector one more. */
const WEAR_SPREAD = 2;
/** No honest clock is off by so much. */
const SPOILT_CLOCK_SECONDS = 3_600;
/** Of a minute, for messages that open or do not: beyond that, people would wait at the panel. */
const BUSY_SECONDS_A_MINUTE = 6;
/** The same choice again within this time is a finger that tapped twice: it says nothing of what it led to (firmware/exchange/README.md), ms. */
const SAME_TAP_MS = 500;
/** Problems that a verdict lists. */
const PROBLEMS_LISTED = 20;

export interface Verdict {
  /** Exchanges that happened at the doors. */
  readonly exchanges: number;
  /** Openings by offline codes. */
  readonly emergencies: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly unauthorised: number;
  /** Every broken invariant in words; empty when all hold. */
  readonly problems: readonly string[];
}

/**
 * Watches a box from outside and holds it to the invariants (who opened what by what right, what the journal said before
 * the lock moved, what the cloud has in the end). Knows nothing of the firmware's RAM.
 */
export class Judge {
  readonly #world: World;
  #cloud: CloudRecord;
  readonly #machine: Machine;
  readonly #rules: Rulebook;
  readonly #bounds: Bounds;
  readonly #receipts: Receipts;
  readonly #commands: CommandsWatch;
  readonly #doors = new DoorsLog();
  readonly #faults: FaultsTold;
  readonly #problems: string[] = [];
  /** Fobs that keys had before, by the key's number. */
  readonly #formerFobs = new Map<number, string[]>();
  /** By fobs that were replaced, as the present cloud knows: the key, and by which fob. */
  readonly #replaced = new Map<string, { readonly key: number; readonly by: string | undefined }>();
  #unauthorised = 0;
  #typed = "";
  /** The choice that was touched last. */
  #touched: { readonly id: string; readonly atMs: number } | undefined;
  /** What gave the right to the pulse whose door is about to open, by bin. */
  readonly #pulsed = new Map<number, "exchange" | "emergency" | "nobody">();

  constructor(needs: { world: World; cloud: CloudRecord; machine: Machine }) {
    this.#world = needs.world;
    this.#cloud = needs.cloud;
    this.#machine = needs.machine;
    this.#rules = new Rulebook(needs.cloud, needs.machine.name);
    const { world, machine } = needs;
    const problem = (text: string) => this.#problem(text);
    this.#receipts = new Receipts(machine);
    this.#commands = new CommandsWatch({ ...needs, receipts: this.#receipts, problem });
    new GuessWatch({ world, machine, report: problem, worth: () => this.#worth(this.#typed) });
    this.#bounds = new Bounds({ ...needs, rules: this.#rules }, problem);
    const { panel, reader, bins } = needs.machine;
    for (let bin = 0; bin < bins.count; bin++) {
      const fob = bins.content(bin);
      if (fob !== undefined) this.#rules.stocked(bin, fob);
    }
    panel.watchInput((input) => {
      if (input.kind === "choice" && !this.#isSameTap(input.id)) this.#chosen(input.id);
      if (input.kind !== "choice") this.#touched = undefined;
      if (input.kind === "digit") this.#key(String(input.digit));
      else if (input.kind === "enter") this.#entered();
      else if (input.kind === "cancel" || input.kind === "choice") this.#typed = "";
      else if (input.kind === "erase") this.#typed = this.#typed.slice(0, -1);
    });
    // What somebody left unfinished, and what a power cut swallowed, is no part of what the next one types.
    let shown: string | undefined;
    panel.watch((view) => {
      // An idle screen that is only drawn anew (its sync age has changed) does not take back a first digit.
      if (view?.screen !== shown && (view === undefined || view.screen === "idle")) this.#typed = "";
      shown = view?.screen;
    });
    reader.watch((serial) => {
      this.#bounds.shown(serial);
      this.#rules.scanned(serial, this.#world.nowMs, this.#boxSeconds());
    });
    bins.watch((event) => this.#binEvent(event));
    this.#faults = new FaultsTold({ ...needs, problem });
  }

  /** The part with this name stops to work: the box has to tell it. Answers what to call when it works again. */
  broken(part: string): () => void {
    return this.#faults.broken(part);
  }

  /** There is another cloud from now on: the one before died, and its database was put back from a copy. */
  cloudIs(cloud: CloudRecord): void {
    this.#cloud = cloud;
    this.#receipts.cloudIs(cloud);
    this.#bounds.cloudIs(cloud);
    this.#rules.cloudIs(cloud);
    // Whether the copy knows of the replacement shows in what it has for the key.
    for (const [old, { key, by }] of this.#replaced) if (cloud.key(key)?.fob !== by) this.#replaced.delete(old);
  }

  /** The cloud armed a bin for the button. */
  armed(bin: number): void {
    this.#rules.armed(bin, this.#world.nowMs);
    this.#bounds.armed(bin);
  }

  /** The broker hands a message on. */
  passed(topic: string, payload: Uint8Array): void {
    this.#commands.passed(topic, payload, this.#cloud);
  }

  /** The cloud took away this right. */
  revoked(access: Access): void {
    this.#bounds.revoked(access);
  }

  /** Somebody told the cloud, for sure, that nothing is in the bin. */
  saidEmpty(bin: number): void {
    this.#rules.saidEmpty(bin);
  }

  /** Somebody told the cloud, for sure, that the fob hangs in the bin. */
  saidToHold(bin: number, fob: string): void {
    this.#rules.saidToHold(bin, fob);
  }

  /** Somebody told the cloud, for sure, that the fob hangs in another box. */
  saidElsewhere(fob: string): void {
    this.#rules.saidElsewhere(fob);
  }

  /** The key has got another fob than `old`. */
  fobReplaced(key: number, old: string): void {
    this.#rules.fobReplaced(key, old);
    const by = this.#cloud.key(key)?.fob;
    this.#replaced.set(old, { key, by });
    this.#formerFobs.set(key, [...(this.#formerFobs.get(key) ?? []), old]);
  }

  boxMemory(): BoxMemory {
    return readMemory(this.#machine);
  }

  /** To be called when everything should have come to rest and agree. `holdsInventory`: whether what hangs where counts; true if absent. */
  verdict({ holdsInventory = true }: { readonly holdsInventory?: boolean } = {}): Verdict {
    const memory = this.boxMemory();
    this.#commands.look();
    const formerFobs = (key: number) => this.#formerFobs.get(key) ?? [];
    const logs = compareLogs(this.#doors.openings, this.#cloud, {
      box: this.#machine.name,
      label: (bin) => this.#machine.bins.label(bin),
      formerFobs,
    });
    const problems = [
      ...this.#problems,
      ...logs.problems,
      ...(holdsInventory
        ? inventoryProblems(this.#machine, memory.beliefs, this.#cloud, formerFobs, this.#replaced)
        : []),
      ...this.#flashProblems(),
      ...this.#machineProblems(),
      ...imageProblems(this.#machine),
    ];
    const { exchanges, emergencies, lost, duplicated, reordered } = logs;
    const unauthorised = this.#unauthorised;
    const listed = problems.slice(0, PROBLEMS_LISTED);
    return { exchanges, emergencies, lost, duplicated, reordered, unauthorised, problems: listed };
  }

  #worth(digits: string): Worth {
    const { keys, accesses } = this.#cloud.organisation;
    if (keys.some(({ code }) => code === digits)) return "right";
    const access = accesses.find(({ code }) => code === digits);
    // The box may have heard of a right before it was taken away, and not since.
    return access === undefined ? "unsure" : this.#rules.worthOf(access, this.#boxSeconds());
  }

  /** What somebody says at the panel of what is in a bin. */
  #chosen(id: string): void {
    const { view } = this.#machine.panel;
    if (!view?.choices.some((choice) => choice.id === id)) return;
    if (id === "all-out") this.#rules.saidAllOut();
    else if (id === "return") this.#rules.saidReturn();
    const named = view.title.params?.bin ?? view.choices.find((choice) => choice.id === id)?.label.params?.bin;
    if (typeof named !== "string") return;
    const bin = this.#machine.bins.byLabel(named);
    if (id === "bin-empty") this.#rules.saidEmpty(bin);
    else if (id === "bin-holds" || id === "left-inside") this.#rules.saidToHang(bin);
  }

  #isSameTap(id: string): boolean {
    const atMs = this.#world.nowMs;
    const before = this.#touched;
    if (before?.id === id && atMs - before.atMs < SAME_TAP_MS) return true;
    this.#touched = { id, atMs };
    return false;
  }

  #key(digit: string): void {
    this.#typed += digit;
  }

  #entered(): void {
    this.#bounds.shown(this.#typed);
    this.#rules.typed(this.#typed, this.#world.nowMs, this.#boxSeconds());
    this.#typed = "";
  }

  #binEvent(event: BinEvent): void {
    this.#doors.event(event);
    if (event.kind === "pulse") this.#pulse(event.bin);
    if (event.kind === "put") this.#rules.put(event.bin, event.fob);
    if (event.kind === "closed") this.#rules.closed(event.bin);
    // A crowbar: what unlocked this bin before, in vain or while it stood open, is nothing to it.
    if (event.kind === "forced") this.#pulsed.delete(event.bin);
    if (event.kind === "opened") {
      const by = this.#pulsed.get(event.bin) ?? "nobody";
      this.#rules.opened(event.bin, by, this.#world.nowMs);
      this.#doors.opened(event.bin, by, this.#world.nowMs);
      this.#pulsed.delete(event.bin);
    }
  }

  #pulse(bin: number): void {
    const { nowMs } = this.#world;
    const content = this.#machine.bins.content(bin);
    const label = this.#machine.bins.label(bin);
    const by = reasonOnFlash(this.#machine.flash.journal, bin) ?? "nobody";
    if (by === "nobody") this.#problem(`bin ${label} was unlocked without a durable record before it`);
    const intent = by === "exchange" ? intentOnFlash(this.#machine.flash.journal, bin) : undefined;
    const isShut = intent !== undefined && this.#receipts.isShut(bin, intent.seq, this.#cloud);
    const wallSeconds = this.#world.wallSeconds();
    const empty = () => this.#emptyBins();
    const isPickup = intent?.exchange === Exchange.pickup;
    const opening = {
      bin,
      content,
      key: intent?.key,
      atMs: nowMs,
      wallSeconds,
      isPickup,
      isShut,
      sheet: this.#receipts.sheetFor(bin),
      empty,
    };
    if (by === "nobody" || !this.#mayOpen(opening, by)) {
      this.#unauthorised++;
      const { count, of } = empty();
      this.#problem(
        `bin ${label} was unlocked, and nobody had a right to that (${this.#rules.evidenceOf(bin)}; ${count} of ${of} bins surely empty)`,
      );
    }
    this.#pulsed.set(bin, by);
    if (this.#machine.bins.isOpen(bin)) this.#rules.opened(bin, by, nowMs);
    this.#doors.reopened(bin, by, nowMs);
  }

  /** What the box may give to anybody, by its own flash: what others may know of a bin is no help to whoever stands there. */
  #emptyBins(): ReturnType<Opening["empty"]> {
    const { beliefs } = this.boxMemory();
    const of = this.#machine.bins.count;
    let count = 0;
    for (let bin = 0; bin < of; bin++) {
      const isUsable = beliefs.enabled(bin) && !beliefs.faulty(bin);
      if (isUsable && beliefs.content(bin).belief === Belief.empty) count++;
    }
    return { count, of };
  }

  /** By a right that holds, by one that was taken away and of which the box cannot know yet, or by what a tag is worth. */
  #mayOpen(opening: Opening, by: "exchange" | "emergency"): boolean {
    const isPermitted = this.#rules.permits(opening, by);
    if (isPermitted && (by === "emergency" || !this.#rules.isByTag)) return true;
    const key = opening.isShut ? undefined : this.#bounds.excuse(opening);
    if (key !== undefined) this.#rules.excused(key, opening.atMs);
    else if (!isPermitted) this.#bounds.blame(opening);
    return isPermitted || key !== undefined;
  }

  /** A clock that somebody put a day off is all that the box has to go by: windows are judged by it. */
  #boxSeconds(): number {
    const { errorSeconds = 0 } = this.#machine.rtc;
    return this.#world.wallSeconds() + (Math.abs(errorSeconds) > SPOILT_CLOCK_SECONDS ? errorSeconds : 0);
  }

  #problem(text: string): void {
    this.#problems.push(`${this.#world.nowMs} ms: ${text}`);
  }

  #flashProblems(): string[] {
    const problems: string[] = [];
    const { journal, snapshot } = this.#machine.flash;
    if (journal.overProgrammed > 0) problems.push(`journal: ${journal.overProgrammed} bits programmed over zeros`);
    if (snapshot.overProgrammed > 0) problems.push(`snapshot: ${snapshot.overProgrammed} bits programmed over zeros`);
    const wear = [...journal.eraseCounts];
    const spread = Math.max(...wear) - Math.min(...wear);
    if (spread > WEAR_SPREAD + this.#machine.flashCuts)
      problems.push(`journal: erase counts of sectors differ by ${spread}`);
    let version = 0;
    for (const { record } of readJournal(journal, 1)) {
      if (record?.kind !== Kind.snapshotApplied) continue;
      // The same one comes again where some of it has rotted.
      if (record.version! < version) problems.push(`snapshot version went from ${version} to ${record.version}`);
      version = record.version!;
    }
    return problems;
  }

  #machineProblems(): string[] {
    // What an image on trial does is told from what it is worth: it must not be kept, and nothing may be lost by it.
    const crashes = this.#machine.crashes.filter(({ isOfTrial }) => !isOfTrial);
    const problems = crashes.map((crash) => `firmware crashed at ${crash.atMs} ms: ${crash.message}`);
    const overused = this.#rules.overusedCodes();
    if (overused > 0) problems.push(`${overused} offline codes opened more often than allowed`);
    const busySeconds = this.#machine.load.busiestMinuteMs / 1_000;
    if (busySeconds > BUSY_SECONDS_A_MINUTE)
      problems.push(`sealed messages kept it busy for ${busySeconds} s of a minute`);
    const screen = this.#machine.panel.view?.screen;
    if (this.#machine.state === "running" && screen !== "idle") problems.push(`the panel is stuck on ${screen}`);
    return problems;
  }
}
