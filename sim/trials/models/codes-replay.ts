import { join } from "node:path";
import { offlineCode } from "../../../firmware/codes/hotp.js";
import { type CodeTarget, GRACE_REUSES, OfflineCodes, type Prompt } from "../../../firmware/codes/offline-codes.js";
import { CODES_A_SHEET, GRACE_SECONDS } from "../../../firmware/codes/sheet.js";
import { Throttle } from "../../../firmware/codes/throttle.js";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { FlashJournal } from "../../../firmware/journal/flash-journal.js";
import { EmergencyTarget, Kind } from "../../../firmware/records/records.js";
import { Ledger } from "../../../firmware/state/ledger.js";
import { ClockQuality } from "../../../hal/ports/clock.js";
import { WakeCause } from "../../../hal/ports/power.js";
import { ROOT } from "../../engines/xs/bundle.js";
import { NorFlash } from "../../world/devices/nor-flash.js";
import { Random } from "../../world/random.js";
import { compareRun } from "./replay.js";
import type { Defines } from "./spin.js";

const MODEL = join(ROOT, "firmware/codes/codes.pml");
/** As the box has them: a run against the code goes by these, and is as long as one wants. */
const AS_BUILT: Defines = {
  STEPS: 250,
  NUMBERS: CODES_A_SHEET.bin,
  REUSES: GRACE_REUSES,
  GRACE: GRACE_SECONDS / 60,
  BACKS: 20,
};
const TARGET: CodeTarget = { kind: EmergencyTarget.bin, bin: 11 };
const CODES_KEY = new Uint8Array(32).fill(9);
const START_WALL_SECONDS = 1_790_000_000;
const MINUTE_MS = 60_000;

/** Plays a random run of the model with the firmware's verifier, throttle, ledger and journal. Answers how many lines. Throws ReplayError. */
export function replayCodes(seed: number): number {
  const desk = new Desk(seed);
  return compareRun(MODEL, AS_BUILT, seed, (line) => desk.play(line));
}

/** One bin's codes on a box whose clock and power are at hand. */
class Desk {
  readonly #random: Random;
  readonly #flash = new NorFlash({ sizeBytes: 16 * 4_096, sectorBytes: 4_096, alignBytes: 4 });
  #nowMs = 0;
  #bootedAtMs = 0;
  #behindSeconds = 0;
  #knows = true;
  #codes: OfflineCodes;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#codes = this.#boot();
  }

  /** Does what a line of the model tells. Answers the line as the code would tell it; undefined: it answers nothing. */
  play(line: string): string | undefined {
    const [what, ...words] = line.split(" ");
    switch (what) {
      case "wait":
        this.#nowMs += Number(words[0]) * MINUTE_MS;
        return undefined;
      case "clock":
        if (words[0] === "back") this.#behindSeconds += Number(words[1]) * 60;
        else this.#knows = words[0] === "found";
        return undefined;
      case "cut":
        this.#codes = this.#boot();
        return undefined;
      case "state":
        return this.#state();
      case "wrong":
      case "right":
        return this.#type(what, words);
      default:
        throw new RangeError(`the model tells "${line}", which nobody here knows`);
    }
  }

  #type(what: "wrong" | "right", [again, number, end]: readonly string[]): string {
    const prompt: Prompt = { sheet: 1, number: Number(number), isAgain: again === "1" };
    const code = offlineCode(TWEETNACL_HASH, CODES_KEY, "bin:A-12", prompt.sheet, prompt.number);
    const typed = what === "right" ? code : code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
    const verdict = this.#codes.check(TARGET, prompt, typed);
    const isWritten = verdict.kind === "wrong" || verdict.kind === "accepted";
    // The power goes before anybody sees the verdict.
    if (end === "cut") this.#codes = this.#boot();
    return `${what} ${again} ${number} ${end === "cut" && isWritten ? "cut" : verdict.kind}`;
  }

  #state(): string {
    const wait = `state wait ${Math.ceil(this.#codes.waitMs(TARGET) / MINUTE_MS)}`;
    const prompt = this.#codes.prompt(TARGET);
    if (prompt === undefined) return `${wait} none`;
    return `${wait} ${prompt.isAgain ? "again" : "next"} ${prompt.number}`;
  }

  /** RAM is new, flash and clock are not. */
  #boot(): OfflineCodes {
    this.#bootedAtMs = this.#nowMs;
    const clock = {
      monotonicMs: () => this.#nowMs - this.#bootedAtMs,
      wallSeconds: () => this.#wallSeconds(),
      quality: () => (this.#knows ? ClockQuality.kept : ClockQuality.unknown),
      setWall: () => {},
    };
    const ledger = new Ledger({
      clock,
      gauge: { read: () => ({ chargePercent: 50, millivolts: 3_900, milliamps: undefined, celsius: undefined }) },
      mains: { present: () => true, onChange: undefined },
      brownOutMillivolts: 3_300,
      partition: new FlashJournal(this.#flash, { fill: (into) => into.set(this.#random.bytes(into.length)) }),
    });
    // In this order at a box: the rest of a wait goes by the time of before, and the boot record may move that.
    const throttle = new Throttle(ledger, clock);
    ledger.note({ kind: Kind.boot, boot: ledger.state.boots + 1, cause: WakeCause.powerOn, firmware: "model" });
    const bins = { label: (bin: number) => `A-${bin + 1}` };
    return new OfflineCodes({ ledger, throttle, clock, hash: TWEETNACL_HASH, codesKey: CODES_KEY, bins });
  }

  #wallSeconds(): number | undefined {
    if (!this.#knows) return undefined;
    return START_WALL_SECONDS + Math.floor(this.#nowMs / 1_000) - this.#behindSeconds;
  }
}
