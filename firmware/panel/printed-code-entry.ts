import { binLabel } from "../../hal/ports/bin-label.js";
import type { BinsPort } from "../../hal/ports/bins.js";
import type { Text } from "../../hal/ports/panel.js";
import { OFFLINE_CODE_DIGITS } from "../codes/hotp.js";
import type { CodeTarget, CodeVerdict, OfflineCodes, Prompt } from "../codes/offline-codes.js";
import { waitRefusal } from "../codes/wait-refusal.js";
import { EmergencyTarget } from "../records/records.js";
import type { EmergencyResults } from "./emergency-results.js";
import type { Navigator } from "./navigator.js";
import { choice, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS, EntryScreen } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";

const BIN_NUMBER_DIGITS = 3;
const SHEET_DIGITS = 3;
/** A screen has room for this many choices. */
const CHOICES = 8;

export interface PrintedCodeEntryHost {
  /** Shows what printed codes open. */
  menu(): void;
  /** The code that `prompt` asked for was right, and the record `authority` has burnt it. */
  accepted(target: CodeTarget, prompt: Prompt, authority: number): void;
}

export interface PrintedCodeEntryNeeds {
  readonly navigator: Navigator;
  readonly codes: OfflineCodes;
  readonly bins: Pick<BinsPort, "count" | "label">;
  readonly results: EmergencyResults;
  readonly host: PrintedCodeEntryHost;
}

/** Asks for a printed code: of which bin, of which sheet, and its digits, until one is right or somebody gives up. */
export class PrintedCodeEntry {
  readonly #navigator: Navigator;
  readonly #codes: OfflineCodes;
  readonly #bins: Pick<BinsPort, "count" | "label">;
  readonly #results: EmergencyResults;
  readonly #host: PrintedCodeEntryHost;

  constructor({ navigator, codes, bins, results, host }: PrintedCodeEntryNeeds) {
    this.#navigator = navigator;
    this.#codes = codes;
    this.#bins = bins;
    this.#results = results;
    this.#host = host;
  }

  /** Of one bin: which? */
  chooseUnit(page = 0): void {
    const all = [...new Set(this.#labels().map((label) => label.slice(0, 1)))];
    const each = all.length > CHOICES ? CHOICES - 1 : CHOICES;
    const units = all.slice(page * each, (page + 1) * each);
    const more = all.length > CHOICES ? [choice("more")] : [];
    if (all.length === 1) {
      this.#askBin(units[0]!);
      return;
    }
    this.#navigator.show(
      messageScreen({
        name: "emergency-unit",
        title: text("which-unit"),
        choices: [...units.map((unit) => ({ id: unit, label: text("unit-name", { unit }) })), ...more],
        timeoutMs: ENTRY_TIMEOUT_MS,
        cancel: () => this.#host.menu(),
        choose: (id) => {
          if (id === "more") this.chooseUnit((page + 1) * each < all.length ? page + 1 : 0);
          else this.#askBin(id);
        },
      }),
    );
  }

  /** Asks for the code that opens `target`, or for the sheet where the one in force has none left. */
  ask(target: CodeTarget): void {
    const prompt = this.#codes.prompt(target);
    if (prompt === undefined) this.#askSheet(target);
    else this.#askCode(target, prompt);
  }

  /** Of every bin. Made when they are needed: those of 200 bins take 10 KB. */
  #labels(): readonly string[] {
    return Array.from({ length: this.#bins.count }, (_, bin) => this.#bins.label(bin));
  }

  #askBin(unit: string): void {
    this.#entry({
      name: "emergency-bin",
      title: text("which-bin", { unit }),
      maxLength: BIN_NUMBER_DIGITS,
      done: (digits) => {
        const label = binLabel(unit, Number(digits));
        const bin = this.#labels().indexOf(label);
        if (bin >= 0) this.ask({ kind: EmergencyTarget.bin, bin });
        else this.#results.show("refused-unknown-bin", { bin: label });
      },
      cancel: () => this.#host.menu(),
    });
  }

  #askCode(target: CodeTarget, prompt: Prompt): void {
    const { isAgain } = prompt;
    const lines = () => [...(isAgain ? [text("code-works-again")] : []), ...this.#waitLines(target)];
    this.#entry({
      name: "emergency-code",
      title: this.#asked(target, prompt),
      // Looked at for each drawing: the wait may be over by the last digit.
      get lines() {
        return lines();
      },
      maxLength: OFFLINE_CODE_DIGITS,
      groupLength: OFFLINE_CODE_DIGITS / 2,
      choices: [...(isAgain ? [choice("next-code")] : []), choice("newer-sheet"), choice("cancel")],
      done: (typed) => {
        const again = () => this.#askCode(target, prompt);
        if (typed.length < OFFLINE_CODE_DIGITS) {
          this.#results.show("refused-code-too-short", { digits: OFFLINE_CODE_DIGITS }, { again });
        } else this.#verdict(target, prompt, this.#codes.check(target, prompt, typed));
      },
      cancel: () => this.#host.menu(),
      choose: (id) => this.#otherCode(id, target),
    });
    this.#codes.makeReady(target);
  }

  /** Which code the screen asks for. */
  #asked({ kind, bin }: CodeTarget, { sheet, number }: Prompt): Text {
    const what = kind === EmergencyTarget.all ? "all" : kind === EmergencyTarget.unmount ? "unmount" : "bin";
    const where = bin === undefined ? {} : { bin: this.#bins.label(bin) };
    return text(`ask-code-${what}`, { ...where, sheet, number: String(number).padStart(2, "0") });
  }

  /** Told before anybody types eight digits in vain. */
  #waitLines(target: CodeTarget): readonly Text[] {
    const waitMs = this.#codes.waitMs(target);
    if (waitMs === 0) return [];
    const { reason, params } = waitRefusal("throttled", waitMs);
    return [text(`refused-${reason}`, params)];
  }

  #otherCode(id: string, target: CodeTarget): void {
    if (id === "newer-sheet") {
      this.#askSheet(target);
    } else if (id === "next-code") {
      const next = this.#codes.next(target);
      if (next === undefined) this.#askSheet(target);
      else this.#askCode(target, next);
    } else {
      this.#navigator.home();
    }
  }

  #askSheet(target: CodeTarget): void {
    this.#entry({
      name: "emergency-sheet",
      title: text("which-sheet"),
      lines: [text("sheet-in-force", { sheet: this.#codes.sheet })],
      maxLength: SHEET_DIGITS,
      done: (digits) => {
        const prompt = this.#codes.newer(Number(digits));
        if (prompt === undefined) this.#results.show("refused-sheet-not-newer", { sheet: this.#codes.sheet });
        else this.#askCode(target, prompt);
      },
      cancel: () => this.#host.menu(),
    });
  }

  #entry(options: ConstructorParameters<typeof EntryScreen>[0]): void {
    this.#navigator.show(new EntryScreen(options, () => this.#navigator.draw()));
  }

  #verdict(target: CodeTarget, prompt: Prompt, verdict: CodeVerdict): void {
    const again = () => this.#askCode(target, prompt);
    if (verdict.kind === "accepted") {
      this.#host.accepted(target, prompt, verdict.authority);
    } else if (verdict.kind === "refused") {
      this.#results.show(`refused-${verdict.reason}`);
    } else if (verdict.waitMs > 0) {
      const { reason, params } = waitRefusal(
        verdict.kind === "wrong" ? "wrong-code-wait" : "throttled",
        verdict.waitMs,
      );
      this.#results.show(`refused-${reason}`, params, { lines: [text("while-waiting-target")], again });
    } else {
      this.#results.show("refused-wrong-code", undefined, { lines: [this.#asked(target, prompt)], again });
    }
  }
}
