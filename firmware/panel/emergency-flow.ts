import { binLabel } from "../../hal/ports/bin-label.js";
import type { BinsPort } from "../../hal/ports/bins.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { Choice, PanelInput, ScreenName, Text } from "../../hal/ports/panel.js";
import type { EmergencyEvents, EmergencyTask } from "../codes/emergency.js";
import { OFFLINE_CODE_DIGITS } from "../codes/hotp.js";
import type { OfflineCodes, Prompt, Target, Verdict } from "../codes/offline-codes.js";
import { waitRefusal } from "../codes/wait-refusal.js";
import { EmergencyTarget } from "../records/records.js";
import type { RefusalReason } from "../state/refusal.js";
import { Deadline } from "../wiring/deadline.js";
import type { SharedLamp } from "../wiring/shared-lamp.js";
import type { BinCheckFlow, PrintedCode } from "./bin-check-flow.js";
import type { Navigator } from "./navigator.js";
import { choice, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS, EntryScreen } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";
import type { TextId } from "./texts/en.js";

/** How long a result of an emergency opening stays to be read, ms. */
const RESULT_MS = 30_000;
/** A list of bins is written down, or walked along, ms. */
const LIST_MS = 120_000;
/** The release from the wall waits for the button this long after its code, ms. */
const UNMOUNT_ARMED_MS = 60_000;
const BIN_NUMBER_DIGITS = 3;
const SHEET_DIGITS = 3;
/** A screen has room for this many choices. */
const CHOICES = 8;

interface ResultOptions {
  readonly lines?: readonly Text[];
  /** The way back for somebody who mistyped, without all the menus. */
  again?(): void;
  /** What else may be chosen, before the ways out. */
  readonly also?: readonly Offer[];
  /** It stays for `LIST_MS`, and keeps the box awake; otherwise for `RESULT_MS`. */
  readonly isList?: true;
}

interface Offer {
  readonly choice: Choice;
  take(): void;
}

export interface EmergencyFlowHost {
  /** Somebody began to type an ordinary code. */
  enterCode(first: PanelInput): void;
  /** A run over all bins has something to show, though nobody touches the box. */
  wanted(): void;
}

/** Screens of the printed codes: from idle, with no snapshot, no clock and no link, to an open door. */
export class EmergencyFlow implements EmergencyEvents {
  readonly #navigator: Navigator;
  readonly #codes: OfflineCodes;
  readonly #task: EmergencyTask;
  readonly #armedDeadline: Deadline;
  readonly #lamp: SharedLamp;
  readonly #bins: Pick<BinsPort, "count" | "label">;
  readonly #host: EmergencyFlowHost;
  readonly #checks: BinCheckFlow;
  #armed: { readonly authority: number; readonly sheet: number } | undefined;
  /** The bin with a code of its own whose door was opened last. */
  #opened: number | undefined;
  /** The code that opened it. */
  #accepted: PrintedCode = { of: 0, sheet: 0 };

  constructor(needs: {
    navigator: Navigator;
    codes: OfflineCodes;
    task: EmergencyTask;
    timers: TimersPort;
    lamp: SharedLamp;
    bins: Pick<BinsPort, "count" | "label">;
    host: EmergencyFlowHost;
    checks: BinCheckFlow;
  }) {
    this.#navigator = needs.navigator;
    this.#codes = needs.codes;
    this.#task = needs.task;
    this.#armedDeadline = new Deadline(needs.timers);
    this.#lamp = needs.lamp;
    this.#bins = needs.bins;
    this.#host = needs.host;
    this.#checks = needs.checks;
  }

  /** What to open? */
  menu(): void {
    this.#navigator.show(
      messageScreen({
        name: "emergency",
        title: text("emergency"),
        lines: [text("emergency-sheet-ready", { sheet: this.#codes.sheet })],
        choices: [choice("one-bin"), choice("all-bins"), choice("check-bins"), choice("unmount"), choice("cancel")],
        timeoutMs: ENTRY_TIMEOUT_MS,
        cancel: () => this.#navigator.home(),
        choose: (id) => {
          if (id === "one-bin") this.#chooseUnit();
          else if (id === "all-bins") this.#ask({ kind: EmergencyTarget.all });
          else if (id === "check-bins") this.#ask({ kind: EmergencyTarget.all, stockTake: 1 });
          else if (id === "unmount") this.#ask({ kind: EmergencyTarget.unmount });
          else this.#navigator.home();
        },
      }),
    );
  }

  /** Takes the button press if the release from the wall waits for it. */
  pressed(): boolean {
    if (this.#armed === undefined) return false;
    const { authority, sheet } = this.#armed;
    if (sheet < this.#codes.sheet) {
      this.#keepMount();
      this.#result("refused-sheet-closed");
      return true;
    }
    this.#disarm();
    const error = this.#task.releaseMount(authority);
    this.#result(error === undefined ? "unmounted" : `refused-${error}`);
    return true;
  }

  opened(bin: number): void {
    const params = { bin: this.#label(bin) };
    this.#result("emergency-opened", params, { lines: [text("take-key"), text("close-door", params)] });
    this.#opened = bin;
  }

  heldOpen(bin: number): void {
    if (this.#isElsewhere(bin)) return;
    const params = { bin: this.#label(bin) };
    this.#result("held-open", params, { lines: [text("close-door", params)] });
    this.#opened = bin;
  }

  closed(bin: number): void {
    if (this.#isElsewhere(bin)) return;
    this.#result("emergency-closed", { bin: this.#label(bin) }, { also: this.#stillIn(bin) });
  }

  /** What the holder of the code of one bin may say of it. */
  #stillIn(bin: number): readonly Offer[] {
    const by = this.#accepted;
    const key = this.#checks.nameIn(bin);
    const empty = { choice: choice("bin-empty"), take: () => this.#checks.allOut([bin], by) };
    if (key === undefined) return [empty];
    return [empty, { choice: choice("bin-holds", { key }), take: () => this.#checks.stillThere(bin, by) }];
  }

  /** "Everything taken out?": until somebody says so, what the run opened is in doubt, and takes no returns. */
  #takenOut(notOpened: readonly number[], of: number): readonly Offer[] {
    const bins = () => this.#checks.inDoubt(notOpened);
    // A run whose sheet is closed does not come to its end: its own is the one in force.
    const by = { of, sheet: this.#codes.sheet };
    return [
      { choice: choice("all-out"), take: () => this.#checks.allOut(bins(), by) },
      { choice: choice("bin-by-bin"), take: () => this.#checks.oneByOne(bins(), by) },
    ];
  }

  /** The code works again for a while: nobody has to ask a manager first. */
  failed(bin: number): void {
    const again = () => this.#ask({ kind: EmergencyTarget.bin, bin });
    this.#result("refused-bin-stuck", { bin: this.#label(bin) }, { lines: [text("press-door-same-code")], again });
  }

  progress(bin: number): void {
    this.#host.wanted();
    // Whoever is in the middle of something keeps the screen.
    const name = this.#navigator.screen?.name;
    if (name === "idle" || name === "opening-all") this.#showProgress(bin);
  }

  allDone(notOpened: readonly number[], of: number): void {
    this.#host.wanted();
    const total = this.#bins.count;
    const stuck = notOpened.length;
    const also = this.#takenOut(notOpened, of);
    if (stuck === 0) {
      const lines = [text("take-keys-close-doors"), text("say-what-is-out")];
      this.#result("all-opened", undefined, { lines, also, isList: true });
      return;
    }
    const bins = text("all-opened-but", { bins: notOpened.map((bin) => this.#label(bin)).join(" ") });
    const lines = [bins, text("press-doors-own-codes"), text("take-keys-close-doors"), text("say-what-is-out")];
    this.#result("all-opened-count", { done: total - stuck, total }, { lines, also, isList: true });
  }

  stopped(reason: RefusalReason, bin: number): void {
    this.#host.wanted();
    const lines = bin < 0 ? [] : [text("all-stopped", { bin: this.#label(bin) })];
    this.#result(`refused-${reason}`, undefined, { lines });
  }

  /** Somebody has gone on to another screen while this bin's door was still open. */
  #isElsewhere(bin: number): boolean {
    const name = this.#navigator.screen?.name;
    return this.#opened !== bin || (name !== "emergency-result" && name !== "idle");
  }

  interrupted(bin: number): void {
    this.#result("all-interrupted", { bin: this.#label(bin) });
  }

  #label(bin: number): string {
    return bin < this.#bins.count ? this.#bins.label(bin) : String(bin);
  }

  /** Of every bin. Made when they are needed: those of 200 bins take 10 KB. */
  #labels(): readonly string[] {
    return Array.from({ length: this.#bins.count }, (_, bin) => this.#bins.label(bin));
  }

  #chooseUnit(page = 0): void {
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
        cancel: () => this.menu(),
        choose: (id) => {
          if (id === "more") this.#chooseUnit((page + 1) * each < all.length ? page + 1 : 0);
          else this.#askBin(id);
        },
      }),
    );
  }

  #askBin(unit: string): void {
    this.#entry({
      name: "emergency-bin",
      title: text("which-bin", { unit }),
      maxLength: BIN_NUMBER_DIGITS,
      done: (digits) => {
        const label = binLabel(unit, Number(digits));
        const bin = this.#labels().indexOf(label);
        if (bin >= 0) this.#ask({ kind: EmergencyTarget.bin, bin });
        else this.#result("refused-unknown-bin", { bin: label });
      },
      cancel: () => this.menu(),
    });
  }

  #ask(target: Target): void {
    const prompt = this.#codes.prompt(target);
    if (prompt === undefined) this.#askSheet(target);
    else this.#askCode(target, prompt);
  }

  #askCode(target: Target, prompt: Prompt): void {
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
          this.#result("refused-code-too-short", { digits: OFFLINE_CODE_DIGITS }, { again });
        } else this.#verdict(target, prompt, this.#codes.check(target, prompt, typed));
      },
      cancel: () => this.menu(),
      choose: (id) => this.#otherCode(id, target),
    });
    this.#codes.makeReady(target);
  }

  /** Which code the screen asks for. */
  #asked({ kind, bin }: Target, { sheet, number }: Prompt): Text {
    const what = kind === EmergencyTarget.all ? "all" : kind === EmergencyTarget.unmount ? "unmount" : "bin";
    const where = bin === undefined ? {} : { bin: this.#label(bin) };
    return text(`ask-code-${what}`, { ...where, sheet, number: String(number).padStart(2, "0") });
  }

  /** Told before anybody types eight digits in vain. */
  #waitLines(target: Target): readonly Text[] {
    const waitMs = this.#codes.waitMs(target);
    if (waitMs === 0) return [];
    const { reason, params } = waitRefusal("throttled", waitMs);
    return [text(`refused-${reason}`, params)];
  }

  #otherCode(id: string, target: Target): void {
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

  #askSheet(target: Target): void {
    this.#entry({
      name: "emergency-sheet",
      title: text("which-sheet"),
      lines: [text("sheet-in-force", { sheet: this.#codes.sheet })],
      maxLength: SHEET_DIGITS,
      done: (digits) => {
        const prompt = this.#codes.newer(Number(digits));
        if (prompt === undefined) this.#result("refused-sheet-not-newer", { sheet: this.#codes.sheet });
        else this.#askCode(target, prompt);
      },
      cancel: () => this.menu(),
    });
  }

  #entry(options: ConstructorParameters<typeof EntryScreen>[0]): void {
    this.#navigator.show(new EntryScreen(options, () => this.#navigator.draw()));
  }

  #verdict(target: Target, prompt: Prompt, verdict: Verdict): void {
    const again = () => this.#askCode(target, prompt);
    if (verdict.kind === "accepted") {
      this.#carryOut(target, prompt, verdict.authority);
    } else if (verdict.kind === "refused") {
      this.#result(`refused-${verdict.reason}`);
    } else if (verdict.waitMs > 0) {
      const { reason, params } = waitRefusal(
        verdict.kind === "wrong" ? "wrong-code-wait" : "throttled",
        verdict.waitMs,
      );
      this.#result(`refused-${reason}`, params, { lines: [text("while-waiting-target")], again });
    } else {
      this.#result("refused-wrong-code", undefined, { lines: [this.#asked(target, prompt)], again });
    }
  }

  #carryOut(target: Target, { sheet, number }: Prompt, authority: number): void {
    this.#accepted = { of: authority, sheet };
    if (target.stockTake !== undefined) {
      this.#task.beginStockTake(authority);
      const open = (bin: number) => this.#task.openToLook(bin, { of: authority, sheet, number });
      this.#checks.oneByOne(this.#checks.unsure(), this.#accepted, open);
    } else if (target.kind === EmergencyTarget.all) {
      this.#showProgress(0);
      this.#task.openAll(this);
    } else if (target.kind === EmergencyTarget.unmount) {
      this.#arm(sheet, authority);
    } else {
      const bin = target.bin ?? 0;
      this.#show("opening", text("opening", { bin: this.#label(bin) }), []);
      this.#task.openBin(bin, authority, this);
    }
  }

  #arm(sheet: number, authority: number): void {
    this.#disarm();
    this.#armedDeadline.set(UNMOUNT_ARMED_MS, () => this.#keepMount());
    this.#armed = { authority, sheet };
    this.#lamp.flash("release");
    this.#navigator.show(
      messageScreen({
        name: "unmount-press",
        title: text("unmount-press"),
        choices: [choice("cancel")],
        timeoutMs: UNMOUNT_ARMED_MS,
        cancel: () => this.#keepMount(),
        choose: () => this.#keepMount(),
      }),
    );
  }

  /** Nobody pressed the button. Whoever took the screen meanwhile keeps it. */
  #keepMount(): void {
    if (this.#armed !== undefined) this.#task.mountKept(this.#armed.authority);
    this.#disarm();
    if (this.#navigator.screen?.name === "unmount-press") this.#navigator.home();
  }

  #disarm(): void {
    this.#armedDeadline.clear();
    this.#armed = undefined;
    this.#lamp.off("release");
  }

  #showProgress(bin: number): void {
    const params = { bin: this.#label(bin), done: bin + 1, total: this.#bins.count };
    this.#show("opening-all", text("opening-all", params), [text("take-keys-close-doors")]);
  }

  /** Something goes on by itself, and tells when it is over. */
  #show(name: ScreenName, title: Text, lines: readonly Text[]): void {
    this.#navigator.show(messageScreen({ name, title, lines, timeoutMs: ENTRY_TIMEOUT_MS }));
  }

  #result(
    id: TextId,
    params?: Readonly<Record<string, string | number>>,
    { lines = [], again, also = [], isList }: ResultOptions = {},
  ): void {
    const isRefused = id.startsWith("refused-");
    this.#opened = undefined;
    this.#navigator.show(
      messageScreen({
        name: isRefused ? "refused" : "emergency-result",
        title: text(id, params),
        lines,
        choices: [
          ...(again === undefined ? [] : [choice("try-again")]),
          ...also.map((offer) => offer.choice),
          choice("emergency-again"),
          choice("done"),
        ],
        timeoutMs: isList === undefined ? RESULT_MS : LIST_MS,
        keepsAwake: isList,
        leave: () => this.#navigator.home(),
        // Whoever was refused types the printed code once more, which is no ordinary code and must not count as a wrong one.
        ...(isRefused ? {} : { digit: (first) => this.#host.enterCode(first) }),
        choose: (chosen) => {
          const offer = also.find((one) => one.choice.id === chosen);
          if (offer !== undefined) offer.take();
          else if (chosen === "try-again") again?.();
          else if (chosen === "emergency-again") this.menu();
          else this.#navigator.home();
        },
      }),
    );
  }
}
