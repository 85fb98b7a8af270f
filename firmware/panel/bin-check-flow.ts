import type { BinsPort } from "../../hal/ports/bins.js";
import type { ScreenName, Text } from "../../hal/ports/panel.js";
import { recordBinCheck } from "../exchange/bin-check.js";
import { Belief, type Held } from "../records/records.js";
import type { BinBeliefs } from "../state/bin-beliefs.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import type { Navigator } from "./navigator.js";
import { choice, text } from "./screen.js";
import { messageScreen } from "./screens/message.js";

/** Somebody walks to the bin, looks, and comes back, ms. */
const LOOK_MS = 120_000;
const RESULT_MS = 10_000;

/** The printed code whose holder says what is in the bins. */
export interface PrintedCode {
  /** The record that burnt it. */
  readonly of: number;
  readonly sheet: number;
}

/** A walk from bin to bin. */
interface Check {
  /** Those that are left, the first of them on the screen. */
  readonly bins: readonly number[];
  readonly by: PrintedCode;
  /** Opens a bin so that somebody can look into it; undefined: all of them have been opened already. */
  readonly open: ((bin: number) => RefusalReason | undefined) | undefined;
  readonly told: { empty: number; held: number };
}

export interface ItemNames {
  /** Of a key, or the serial of a fob that no snapshot knows. */
  nameOf(item: Held): string;
}

/** Screens on which the holder of an emergency code says what is in the bins: it ends their doubt, and returns go on. */
export class BinCheckFlow {
  readonly #navigator: Navigator;
  readonly #ledger: Ledger;
  readonly #beliefs: BinBeliefs;
  readonly #bins: Pick<BinsPort, "count" | "label">;
  readonly #names: ItemNames;

  constructor(needs: {
    navigator: Navigator;
    ledger: Ledger;
    beliefs: BinBeliefs;
    bins: Pick<BinsPort, "count" | "label">;
    names: ItemNames;
  }) {
    this.#navigator = needs.navigator;
    this.#ledger = needs.ledger;
    this.#beliefs = needs.beliefs;
    this.#bins = needs.bins;
    this.#names = needs.names;
  }

  /** Bins of which the box is not sure: in doubt, or a key was taken from them and may have been left behind. */
  unsure(): readonly number[] {
    return this.#withBelief(Belief.doubt, Belief.taken);
  }

  /** Bins in doubt, without those that stayed shut: what an emergency opening leaves. */
  inDoubt(notOpened: readonly number[]): readonly number[] {
    return this.#withBelief(Belief.doubt).filter((bin) => !notOpened.includes(bin));
  }

  /** What is in doubt in `bin`; undefined: nothing is named. */
  nameIn(bin: number): string | undefined {
    const { item } = this.#beliefs.content(bin);
    return item && this.#names.nameOf(item);
  }

  /** "Everything is taken out": all of `bins` are empty. */
  allOut(bins: readonly number[], by: PrintedCode): void {
    const told = { empty: 0, held: 0 };
    for (const bin of bins) {
      const refusal = this.#record(bin, "empty", by);
      if (refusal !== undefined) {
        this.#refused(refusal);
        return;
      }
      told.empty++;
    }
    this.#end(told);
  }

  /** What hung in `bin` hangs there still. */
  stillThere(bin: number, by: PrintedCode): void {
    const { item } = this.#beliefs.content(bin);
    const refusal = item && this.#record(bin, item, by);
    if (refusal === undefined) this.#end({ empty: 0, held: item === undefined ? 0 : 1 });
    else this.#refused(refusal);
  }

  /** One bin after another. With `open` each can be opened once before the answer. */
  oneByOne(bins: readonly number[], by: PrintedCode, open?: (bin: number) => RefusalReason | undefined): void {
    this.#ask({ bins, by, open, told: { empty: 0, held: 0 } }, undefined);
  }

  /** `opened`: the bin on the screen was asked to open. */
  #ask(check: Check, opened: RefusalReason | "done" | undefined): void {
    const bin = check.bins[0];
    if (bin === undefined) {
      this.#end(check.told);
      return;
    }
    const label = this.#bins.label(bin);
    const name = this.nameIn(bin);
    this.#navigator.show(
      messageScreen({
        name: "check-bin",
        title: text("check-bin", { bin: label }),
        lines: linesOf(label, opened),
        choices: [
          ...(check.open !== undefined && opened === undefined ? [choice("open-bin", { bin: label })] : []),
          choice("bin-empty"),
          ...(name === undefined ? [] : [choice("bin-holds", { key: name })]),
          choice("bin-unknown"),
          choice("done"),
        ],
        timeoutMs: LOOK_MS,
        keepsAwake: true,
        cancel: () => this.#end(check.told),
        choose: (id) => this.#answered(check, bin, id),
      }),
    );
  }

  #answered(check: Check, bin: number, id: string): void {
    const { by, open, told } = check;
    const next = { ...check, bins: check.bins.slice(1) };
    if (id === "done") {
      this.#end(told);
    } else if (id === "open-bin") {
      this.#ask(check, open?.(bin) ?? "done");
    } else if (id === "bin-unknown") {
      this.#ask(next, undefined);
    } else {
      const { item } = this.#beliefs.content(bin);
      const isThere = id === "bin-holds" && item !== undefined;
      const refusal = this.#record(bin, isThere ? item : "empty", by);
      if (refusal !== undefined) {
        this.#refused(refusal);
        return;
      }
      if (isThere) told.held++;
      else told.empty++;
      this.#ask(next, undefined);
    }
  }

  #withBelief(...beliefs: readonly Belief[]): readonly number[] {
    const bins = Array.from({ length: this.#bins.count }, (_, bin) => bin);
    return bins.filter((bin) => beliefs.includes(this.#beliefs.content(bin).belief));
  }

  /** A sheet that was stolen, and closed, frees no bin either: whoever holds it could clear the way for a tag. */
  #record(bin: number, told: Held | "empty", { of, sheet }: PrintedCode): RefusalReason | undefined {
    if (sheet < this.#ledger.state.codes.sheet) return "sheet-closed";
    try {
      recordBinCheck(this.#ledger, bin, told, { of });
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return error.reason;
    }
    return undefined;
  }

  #end({ empty, held }: Check["told"]): void {
    const left = this.unsure().length;
    this.#message("bins-checked", text("bins-checked", { empty, held, left }));
  }

  #refused(reason: RefusalReason): void {
    this.#message("refused", text(`refused-${reason}`));
  }

  #message(name: ScreenName, title: Text): void {
    const leave = () => this.#navigator.home();
    const choices = [choice("done")];
    this.#navigator.show(messageScreen({ name, title, choices, timeoutMs: RESULT_MS, leave, choose: leave }));
  }
}

function linesOf(bin: string, opened: RefusalReason | "done" | undefined): readonly Text[] {
  if (opened === undefined) return [];
  return opened === "done" ? [text("look-inside", { bin })] : [text(`refused-${opened}`)];
}
