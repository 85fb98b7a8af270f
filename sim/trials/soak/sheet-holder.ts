import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Hands, PATIENCE_MS } from "./hands.js";
import type { Tellers } from "./tellers.js";

/** Most holders of a sheet say what is in the bins, some walk off. */
const TELLS_CHANCE = 0.8;
/** Somebody reads a line of the sheet wrong. */
const WRONG_CHANCE = 0.08;
/** In which a run over all bins ends, ms. */
const RUN_MS = 60_000;

/** What a printed code is for. */
export type SheetUse = "one-bin" | "all-bins" | "check-bins" | "unmount";

/** Somebody with the printed sheet. */
export class SheetHolder {
  readonly #stage: Scene;
  readonly #random: Random;
  readonly #hands: Hands;
  readonly #tellers: Tellers;

  constructor(needs: {
    readonly stage: Scene;
    readonly random: Random;
    readonly hands: Hands;
    readonly tellers: Tellers;
  }) {
    this.#stage = needs.stage;
    this.#random = needs.random;
    this.#hands = needs.hands;
    this.#tellers = needs.tellers;
  }

  /** Opens one bin, or all, checks what is in them, or takes the box off its wall. */
  async use(what: SheetUse): Promise<void> {
    const hands = this.#hands;
    await hands.wake();
    const { rig } = this.#stage;
    const label = rig.bins.label(this.#random.int(rig.bins.count));
    await hands.choose("emergency");
    await hands.choose(what);
    if (what === "one-bin") {
      await hands.choose(label.slice(0, 1));
      await hands.type(label.slice(2));
    }
    await this.#nameSheet();
    const code = this.#codeFor(what, label);
    if (code !== undefined) {
      await hands.type(this.#random.next() < WRONG_CHANCE ? misread(code) : code);
      if (what === "unmount") await this.#pressButton();
      await hands.wait(
        what === "all-bins" ? RUN_MS : PATIENCE_MS,
        "emergency-result",
        "refused",
        "check-bin",
        "bins-checked",
      );
    }
    await hands.shutDoors();
    if (this.#random.next() < TELLS_CHANCE) await this.#tellers.answer();
    await hands.leave();
  }

  /** The code that the box asks for; undefined: it asks for none, or for one that nobody holds. */
  #codeFor(what: SheetUse, label: string): string | undefined {
    const { cloud, rig } = this.#stage;
    const asked = rig.panel.view?.title.params;
    const { current } = cloud.store.boxState(rig.name).sheets;
    // What a cloud that was put back has forgotten to have issued, nobody holds in their hands.
    if (rig.panel.view?.screen !== "emergency-code" || asked === undefined || Number(asked.sheet) > current)
      return undefined;
    const targets: Readonly<Record<SheetUse, string>> = {
      "one-bin": `bin:${label}`,
      "all-bins": "all",
      "check-bins": "all",
      unmount: "unmount",
    };
    const sheet = cloud.sheets.sheet(rig.name, Number(asked.sheet));
    const target = sheet.targets.find((one) => one.target === targets[what]);
    return target!.codes[Number(asked.number) - 1]!.code;
  }

  /** Some think better of it. */
  async #pressButton(): Promise<void> {
    if (this.#random.next() < 0.7) this.#stage.rig.button.press();
    else await this.#hands.choose("cancel");
  }

  /** Most hold the sheet in force, and say so where the box asks for an older one. */
  async #nameSheet(): Promise<void> {
    const { cloud, rig } = this.#stage;
    const { screen, title } = rig.panel.view ?? {};
    const { current } = cloud.store.boxState(rig.name).sheets;
    if (screen !== "emergency-code" || Number(title?.params?.sheet) >= current) return;
    if (this.#random.next() < 0.2) return;
    await this.#hands.choose("newer-sheet");
    await this.#hands.type(String(current));
  }
}

/** With one digit off. */
function misread(code: string): string {
  return `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
}
