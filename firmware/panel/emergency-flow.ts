import type { BinsPort } from "../../hal/ports/bins.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { PanelInput, ScreenName, Text } from "../../hal/ports/panel.js";
import type { EmergencyEvents, EmergencyTask } from "../codes/emergency.js";
import type { CodeTarget, OfflineCodes, Prompt } from "../codes/offline-codes.js";
import { EmergencyTarget } from "../records/records.js";
import type { RefusalReason } from "../state/refusal.js";
import type { SharedLamp } from "../wiring/shared-lamp.js";
import type { BinCheckFlow, PrintedCode } from "./bin-check-flow.js";
import { EmergencyResults, type EmergencyResultsHost, type FurtherChoice } from "./emergency-results.js";
import type { Navigator } from "./navigator.js";
import { PrintedCodeEntry, type PrintedCodeEntryHost } from "./printed-code-entry.js";
import { ReleaseFlow } from "./release-flow.js";
import { choice, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";

export interface EmergencyFlowHost {
  /** Somebody began to type an ordinary code. */
  enterCode(first: PanelInput): void;
  /** A run over all bins has something to show, though nobody touches the box. */
  wanted(): void;
}

export interface EmergencyFlowNeeds {
  readonly navigator: Navigator;
  readonly codes: OfflineCodes;
  readonly task: EmergencyTask;
  readonly timers: TimersPort;
  readonly lamp: SharedLamp;
  readonly bins: Pick<BinsPort, "count" | "label">;
  readonly host: EmergencyFlowHost;
  readonly checks: BinCheckFlow;
}

/** Screens of the printed codes: from idle, with no snapshot, no clock and no link, to an open door. */
export class EmergencyFlow implements EmergencyEvents, EmergencyResultsHost, PrintedCodeEntryHost {
  readonly #navigator: Navigator;
  readonly #codes: OfflineCodes;
  readonly #task: EmergencyTask;
  readonly #bins: Pick<BinsPort, "count" | "label">;
  readonly #host: EmergencyFlowHost;
  readonly #checks: BinCheckFlow;
  readonly #results: EmergencyResults;
  readonly #entry: PrintedCodeEntry;
  readonly #release: ReleaseFlow;
  /** The code that was accepted last. */
  #accepted: PrintedCode = { of: 0, sheet: 0 };

  constructor({ navigator, codes, task, timers, lamp, bins, host, checks }: EmergencyFlowNeeds) {
    this.#navigator = navigator;
    this.#codes = codes;
    this.#task = task;
    this.#bins = bins;
    this.#host = host;
    this.#checks = checks;
    const results = new EmergencyResults(navigator, this);
    this.#results = results;
    this.#entry = new PrintedCodeEntry({ navigator, codes, bins, results, host: this });
    this.#release = new ReleaseFlow({ navigator, codes, task, timers, lamp, results });
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
          if (id === "one-bin") this.#entry.chooseUnit();
          else if (id === "all-bins") this.#entry.ask({ kind: EmergencyTarget.all });
          else if (id === "check-bins") this.#entry.ask({ kind: EmergencyTarget.all, stockTake: 1 });
          else if (id === "unmount") this.#entry.ask({ kind: EmergencyTarget.unmount });
          else this.#navigator.home();
        },
      }),
    );
  }

  /** Takes the button press if the release from the wall waits for it. */
  pressed(): boolean {
    return this.#release.pressed();
  }

  /** `EmergencyResultsHost`. */
  enterCode(first: PanelInput): void {
    this.#host.enterCode(first);
  }

  opened(bin: number): void {
    const params = { bin: this.#label(bin) };
    this.#results.show("emergency-opened", params, {
      lines: [text("take-key"), text("close-door", params)],
      about: bin,
    });
  }

  heldOpen(bin: number): void {
    if (this.#isElsewhere(bin)) return;
    const params = { bin: this.#label(bin) };
    this.#results.show("held-open", params, { lines: [text("close-it", params)], about: bin });
  }

  closed(bin: number): void {
    if (this.#isElsewhere(bin)) return;
    this.#results.show("emergency-closed", { bin: this.#label(bin) }, { also: this.#stillIn(bin) });
  }

  /** What the holder of the code of one bin may say of it. */
  #stillIn(bin: number): readonly FurtherChoice[] {
    const by = this.#accepted;
    const key = this.#checks.nameIn(bin);
    const empty = { choice: choice("bin-empty"), take: () => this.#checks.allOut([bin], by) };
    if (key === undefined) return [empty];
    return [empty, { choice: choice("bin-holds", { key }), take: () => this.#checks.stillThere(bin, by) }];
  }

  /** "Everything taken out?": until somebody says so, what the run opened is in doubt, and takes no returns. */
  #takenOut(notOpened: readonly number[], of: number): readonly FurtherChoice[] {
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
    const again = () => this.#entry.ask({ kind: EmergencyTarget.bin, bin });
    this.#results.show(
      "refused-bin-stuck",
      { bin: this.#label(bin) },
      { lines: [text("press-door-same-code")], again },
    );
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
      this.#results.show("all-opened", undefined, { lines, also, isList: true });
      return;
    }
    const bins = text("all-opened-but", { bins: notOpened.map((bin) => this.#label(bin)).join(" ") });
    const lines = [bins, text("press-doors-own-codes"), text("take-keys-close-doors"), text("say-what-is-out")];
    this.#results.show("all-opened-count", { done: total - stuck, total }, { lines, also, isList: true });
  }

  stopped(reason: RefusalReason, bin: number): void {
    this.#host.wanted();
    const lines = bin < 0 ? [] : [text("all-stopped", { bin: this.#label(bin) })];
    this.#results.show(`refused-${reason}`, undefined, { lines });
  }

  /** Somebody has gone on to another screen while this bin's door was still open. */
  #isElsewhere(bin: number): boolean {
    const name = this.#navigator.screen?.name;
    return this.#results.about !== bin || (name !== "emergency-result" && name !== "idle");
  }

  interrupted(bin: number): void {
    this.#results.show("all-interrupted", { bin: this.#label(bin) });
  }

  #label(bin: number): string {
    return bin < this.#bins.count ? this.#bins.label(bin) : String(bin);
  }

  /** `PrintedCodeEntryHost`. */
  accepted(target: CodeTarget, { sheet, number }: Prompt, authority: number): void {
    this.#accepted = { of: authority, sheet };
    if (target.stockTake !== undefined) {
      this.#task.beginStockTake(authority);
      const open = (bin: number) => this.#task.openToLook(bin, { of: authority, sheet, number });
      this.#checks.oneByOne(this.#checks.unsure(), this.#accepted, open);
    } else if (target.kind === EmergencyTarget.all) {
      this.#showProgress(0);
      this.#task.openAll(this);
    } else if (target.kind === EmergencyTarget.unmount) {
      this.#release.arm(sheet, authority);
    } else {
      const bin = target.bin ?? 0;
      this.#show("opening", text("opening", { bin: this.#label(bin) }), []);
      this.#task.openBin(bin, authority, this);
    }
  }

  #showProgress(bin: number): void {
    const params = { bin: this.#label(bin), done: bin + 1, total: this.#bins.count };
    this.#show("opening-all", text("opening-all", params), [text("take-keys-close-doors")]);
  }

  /** Something goes on by itself, and tells when it is over. */
  #show(name: ScreenName, title: Text, lines: readonly Text[]): void {
    this.#navigator.show(messageScreen({ name, title, lines, timeoutMs: ENTRY_TIMEOUT_MS }));
  }
}
