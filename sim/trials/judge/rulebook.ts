import { createHmac } from "node:crypto";
import type { Access, CloudRecord, Key } from "./cloud-record.js";
import { BinsEvidence } from "./evidence.js";
import { isOpenAt } from "./window.js";

/** Somebody may open a bin for so long after showing a right, ms: retries, another bin for a drop-off, an early reboot. */
const CLAIM_MS = 90_000;
/** From the request of a one-touch unlock to the last moment at which it may open its bin (firmware/sync/PROTOCOL.md, section 9), ms. */
const ONE_TOUCH_MS = 122_000;
/** Pulses of one opening come within this time: a contact that does not tell of the open door makes the box try again, ms. */
const PULSES_MS = 10_000;
/** Clocks of box and world may differ by this, s. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** So near to an edge of a window nobody outside can say whether a right held when the box looked, s. */
const EDGE_SECONDS = 180;
/** Times are given to the minute. */
const WINDOW_MIN_SECONDS = 60;
/** Times that one offline code may be accepted: once, and five times within its grace. */
const USES_OF_A_CODE = 6;
const SHEETS_TRIED = 20;
/** Empty bins are few where no more than one of so many is, and at least one (firmware/exchange/README.md, law 7). */
const ONE_EMPTY_OF = 8;

type Claim =
  /** A right to the key that holds now. */
  | { readonly kind: "key"; readonly key: Key; readonly atMs: number }
  /** A tag, or a code or badge outside its time, which is worth no more. */
  | { readonly kind: "tag"; readonly thing: string; readonly atMs: number }
  | { readonly kind: "bin"; readonly bin: number; readonly code: Printed; readonly atMs: number; isUsed: boolean }
  | { readonly kind: "one-touch"; readonly bin: number; readonly atMs: number };

/** A printed code. */
interface Printed {
  readonly digits: string;
  readonly sheet: number;
}

interface AllRun {
  readonly code: Printed;
  readonly begun: Map<number, number>;
}

export interface Opening {
  readonly bin: number;
  /** Fob that is in the bin. */
  readonly content: string | undefined;
  /** Key that the record before the lock names. Somebody must have shown a right or a tag of that one: a badge shows many. */
  readonly key: number | undefined;
  readonly atMs: number;
  readonly wallSeconds: number;
  /** The record before the lock says that something is taken. */
  readonly isPickup: boolean;
  /** The box knows that the bin is out of service: it opens for the cloud's button and for emergency codes. */
  readonly isShut: boolean;
  /** The sheet of printed codes that is in force, by the box's own records. */
  readonly sheet: number;
  /** How many bins the box may give to anybody, by what it knows itself, of how many. */
  readonly empty: () => { readonly count: number; readonly of: number };
}

/**
 * The rules of who may open what, written a second time and from the outside: from what people typed and scanned, what the
 * organisation says, and what really hangs in the bins. Shares no code with the firmware but the meaning of the words.
 *
 * Law 7: no bin that may hold a key opens for a tag alone. A tag opens a bin that is empty by all that ever happened at its door
 * (`evidence.ts`), or, where few are empty, the one from which its own key was taken. Luck does not count: a bin in doubt that turns out to be empty was still
 * opened to a stranger. A right opens an empty bin, or one that holds its key or may hold it, and no other key's.
 */
export class Rulebook {
  #cloud: CloudRecord;
  readonly #box: string;
  #claims: Claim[] = [];
  #allRun: AllRun | undefined;
  readonly #uses = new Map<string, number>();
  /** The claim by which the lock was last worked for an exchange, and when and where its door opened. */
  #working: { readonly bin: number; readonly claimedMs: number; openedMs: number | undefined } | undefined;
  #printed: ReturnType<typeof printedCodes> | undefined;
  readonly #evidence = new BinsEvidence();
  /** What each bin's door was opened for last. */
  readonly #openedFor = new Map<number, Claim | undefined>();
  #claim: Claim | undefined;
  /** Somebody said that they bring a key back, by a right. */
  #isReturn = false;
  /** Keys of fobs that were replaced on them. */
  readonly #formerFobs = new Map<string, number>();

  constructor(cloud: CloudRecord, box: string) {
    this.#cloud = cloud;
    this.#box = box;
  }

  /** The organisation is that of another cloud from now on. */
  cloudIs(cloud: CloudRecord): void {
    this.#cloud = cloud;
  }

  /** Digits were entered. */
  typed(digits: string, atMs: number, wallSeconds: number): void {
    const { keys, accesses } = this.#cloud.organisation;
    this.#isReturn = false;
    for (const key of keys) if (key.code === digits) this.#claims.push({ kind: "key", key, atMs });
    for (const access of accesses) {
      if (access.code === digits) this.#claimAccess(access, atMs, wallSeconds);
    }
    if (digits.length === 8) this.#offlineCode(digits, atMs);
  }

  scanned(serial: string, atMs: number, wallSeconds: number): void {
    const { users, accesses } = this.#cloud.organisation;
    // Whoever writes tags by hand writes small letters.
    const user = users.find((one) => one.badge === serial || one.badge === serial.toUpperCase());
    this.#isReturn = false;
    if (user === undefined) this.#claims.push({ kind: "tag", thing: this.thingOf(serial), atMs });
    for (const access of accesses) if (access.user === user?.id) this.#claimAccess(access, atMs, wallSeconds);
  }

  armed(bin: number, atMs: number): void {
    this.#claims.push({ kind: "one-touch", bin, atMs });
  }

  /** What hangs where when the box is put up. */
  stocked(bin: number, fob: string): void {
    this.#evidence.stocked(bin, this.thingOf(fob));
  }

  /** By word of somebody who looked and told the cloud: from where else it had been taken, it is gone. */
  saidToHold(bin: number, fob: string): void {
    this.stocked(bin, fob);
    this.#evidence.broughtBack(bin, this.thingOf(fob));
  }

  /** The key has got another fob than `old`, which may be on it still. */
  fobReplaced(key: number, old: string): void {
    this.#formerFobs.set(old, key);
  }

  /** Somebody who may say so, at the panel or to the cloud: nothing is in the bin. */
  saidEmpty(bin: number): void {
    this.#evidence.saidEmpty(bin);
  }

  /** Somebody who looked told the cloud that the fob hangs in another box. */
  saidElsewhere(fob: string): void {
    this.#evidence.saidElsewhere(this.thingOf(fob));
  }

  /** What was in the bin before is there still. */
  saidToHang(bin: number): void {
    this.#evidence.saidToHang(bin);
  }

  /** "Everything is taken out" of what the emergency opened. */
  saidAllOut(): void {
    for (const bin of this.#evidence.unsure()) this.#evidence.saidEmpty(bin);
  }

  saidReturn(): void {
    this.#isReturn = true;
  }

  /** A hand put a fob behind the open door. */
  put(bin: number, fob: string): void {
    this.#evidence.hung(bin, this.thingOf(fob));
  }

  /** The door was shut again. What the person said counts from here on. */
  closed(bin: number): void {
    const claim = this.#openedFor.get(bin);
    if (claim?.kind === "key" && this.#isReturn) this.#evidence.broughtBack(bin, `key:${claim.key.id}`);
    this.#openedFor.delete(bin);
  }

  /** Whether somebody had a right to this opening, as an exchange or as an emergency. */
  permits(opening: Opening, kind: "exchange" | "emergency"): boolean {
    const { atMs } = opening;
    this.#claims = this.#claims.filter(
      (claim) => atMs - claim.atMs <= (claim.kind === "one-touch" ? ONE_TOUCH_MS : CLAIM_MS),
    );
    if (kind === "exchange") return this.#byClaim(opening);
    return this.#byBinCode(opening) || this.#byAllRun(opening);
  }

  /** What the last exchange was permitted by is no more than a tag. */
  get isByTag(): boolean {
    return this.#claim?.kind === "tag";
  }

  /** A right to this key was taken away, and opens all the same: who has it does what somebody with a right does. */
  excused(id: number, atMs: number): void {
    const key = this.#cloud.key(id);
    this.#claim = key && { kind: "key", key, atMs };
  }

  /** A door has opened. What showed the right to it is spent: the next door needs a right of its own. */
  opened(bin: number, by: "exchange" | "emergency" | "nobody", atMs: number): void {
    const claim = by === "exchange" ? this.#claim : undefined;
    this.#openedFor.set(bin, claim);
    if (claim?.kind === "tag") this.#evidence.byTag(bin, claim.thing);
    else if (claim?.kind === "key") this.#evidence.byRight(bin, `key:${claim.key.id}`);
    else if (claim?.kind === "one-touch") this.#evidence.byCloud(bin);
    else this.#evidence.byOthers(bin);
    const working = this.#working;
    if (working?.bin !== bin || working.openedMs !== undefined) return;
    working.openedMs = atMs;
    this.#claims = this.#claims.filter((claim) => claim.kind === "bin" || claim.atMs !== working.claimedMs);
  }

  #byClaim(opening: Opening): boolean {
    const { bin, atMs } = opening;
    const openedMs = this.#working?.bin === bin ? this.#working.openedMs : undefined;
    const good = this.#claims.filter((one) => isFor(one, opening.key) && this.#justifies(one, opening));
    // A badge may show a right that holds and one that does not, to the same key.
    const claim = good.findLast(({ kind }) => kind === "key") ?? good.at(-1);
    // Somebody who is quick shows a right of their own to a bin whose door has just been shut: that one counts.
    if (claim === undefined) return openedMs !== undefined && atMs - openedMs <= PULSES_MS;
    this.#claim = claim;
    if (claim.kind === "tag") this.#evidence.tried(bin, claim.thing);
    else if (claim.kind === "key") this.#evidence.tried(bin, `key:${claim.key.id}`);
    this.#working = { bin, claimedMs: claim.atMs, openedMs: undefined };
    return true;
  }

  #byBinCode({ bin, sheet }: Opening): boolean {
    for (const claim of this.#claims) {
      if (claim.kind !== "bin" || claim.bin !== bin || claim.code.sheet < sheet) continue;
      if (!claim.isUsed) this.#use(claim.code);
      claim.isUsed = true;
      return true;
    }
    return false;
  }

  #byAllRun({ bin, sheet, atMs }: Opening): boolean {
    const run = this.#allRun;
    if (run === undefined || run.code.sheet < sheet) return false;
    const begunAt = run.begun.get(bin);
    // A second opening of the same bin needs a code of its own.
    if (begunAt !== undefined && atMs - begunAt > PULSES_MS) return false;
    if (run.begun.size === 0) this.#use(run.code);
    run.begun.set(bin, begunAt ?? atMs);
    return true;
  }

  #use({ digits }: Printed): void {
    this.#uses.set(digits, (this.#uses.get(digits) ?? 0) + 1);
  }

  /** Codes that opened more often than allowed. */
  overusedCodes(): number {
    return [...this.#uses.values()].filter((uses) => uses > USES_OF_A_CODE).length;
  }

  /** Of a booking code that is entered now: the box may ask what to do, and look at the clock again a minute later. */
  worthOf(access: Access, wallSeconds: number): "right" | "lapsed" | "unsure" {
    const isOpen = (off: number): boolean => this.#isOpen(access, wallSeconds + off);
    if (isOpen(-EDGE_SECONDS) && isOpen(EDGE_SECONDS)) return "right";
    return this.#isOpenAround(access, wallSeconds, EDGE_SECONDS) ? "unsure" : "lapsed";
  }

  #isOpen({ schedule }: Access, wallSeconds: number): boolean {
    if (schedule.kind === "ongoing") return true;
    const { location } = this.#cloud.box(this.#box);
    const local = this.#cloud.organisation.locations.find(({ id }) => id === location)!.timeZone;
    return isOpenAt(schedule, schedule.zone === "local" ? local : schedule.zone, wallSeconds);
  }

  /** At any moment of these: no window is shorter than a minute. */
  #isOpenAround(access: Access, wallSeconds: number, tolerance: number): boolean {
    for (let off = -tolerance; off < tolerance; off += WINDOW_MIN_SECONDS) {
      if (this.#isOpen(access, wallSeconds + off)) return true;
    }
    return this.#isOpen(access, wallSeconds + tolerance);
  }

  #claimAccess(access: Access, atMs: number, wallSeconds: number): void {
    const key = this.#cloud.key(access.key)!;
    const isOpen = this.#isOpenAround(access, wallSeconds, CLOCK_TOLERANCE_SECONDS);
    // Outside its window a right still lets its key be returned, as its tag does.
    if (isOpen) this.#claims.push({ kind: "key", key, atMs });
    else this.#claims.push({ kind: "tag", thing: `key:${key.id}`, atMs });
  }

  #justifies(claim: Claim, { bin, content, isPickup, isShut, empty }: Opening): boolean {
    if (claim.kind === "one-touch") return claim.bin === bin;
    if (claim.kind === "bin" || isShut) return false;
    const has = this.#evidence.of(bin);
    const isOwn = (thing: string) => has.thing === thing;
    if (claim.kind === "key") {
      const own = `key:${claim.key.id}`;
      const isItsOrNobodys = content === undefined || content === claim.key.fob || isOwn(own);
      const wasOwn = has.kind === "unsure" && has.was === own;
      return isItsOrNobodys && (has.kind === "empty" || isOwn(own) || wasOwn);
    }
    if (isPickup) return false;
    if (has.kind === "empty") return content === undefined;
    return has.kind === "taken" && isOwn(claim.thing) && areFew(empty());
  }

  /** What is known of a bin, in words. */
  evidenceOf(bin: number): string {
    const { kind, thing } = this.#evidence.of(bin);
    return thing === undefined ? kind : `${kind} ${thing}`;
  }

  /** A fob that is or was a key's counts as the key: the fob may be replaced, and a key without one has a code. */
  thingOf(serial: string): string {
    const { keys } = this.#cloud.organisation;
    const key = keys.find(({ fob }) => fob === serial) ?? keys.find(({ fob }) => fob === serial.toUpperCase());
    const id = key?.id ?? this.#formerFobs.get(serial);
    return id === undefined ? `fob:${serial}` : `key:${id}`;
  }

  #offlineCode(digits: string, atMs: number): void {
    const box = this.#cloud.box(this.#box);
    this.#printed ??= printedCodes(box.codesKey, ["all", ...box.bins.map((one) => `bin:${one.label}`)]);
    for (const { target, sheet } of this.#printed.get(digits) ?? []) {
      const code = { digits, sheet };
      const bin = box.bins.findIndex((one) => target === `bin:${one.label}`);
      if (bin >= 0) this.#claims.push({ kind: "bin", bin, code, atMs, isUsed: false });
      else this.#allRun = { code, begun: new Map() };
    }
  }
}

function areFew({ count, of }: ReturnType<Opening["empty"]>): boolean {
  return count <= Math.max(1, Math.floor(of / ONE_EMPTY_OF));
}

function isFor(claim: Claim, key: number | undefined): boolean {
  if (key === undefined || claim.kind === "one-touch" || claim.kind === "bin") return true;
  return claim.kind === "key" ? claim.key.id === key : claim.thing === `key:${key}`;
}

/** Targets and sheets of every code on the first sheets, by its digits; from firmware/codes/SPEC.md and RFC 4226 alone. */
function printedCodes(codesKey: string, targets: readonly string[]) {
  const codes = new Map<string, { readonly target: string; readonly sheet: number }[]>();
  for (const target of targets) {
    const key = createHmac("sha512", Buffer.from(codesKey, "hex")).update(target).digest();
    for (let sheet = 1; sheet <= SHEETS_TRIED; sheet++) {
      for (let number = 1; number <= 10; number++) {
        const counter = Buffer.alloc(8);
        counter.writeUInt32BE(sheet * 100 + number, 4);
        const mac = createHmac("sha512", key).update(counter).digest();
        const code = String((mac.readUInt32BE(mac[63]! % 16) % 2 ** 31) % 10 ** 8).padStart(8, "0");
        codes.set(code, [...(codes.get(code) ?? []), { target, sheet }]);
      }
    }
  }
  return codes;
}
