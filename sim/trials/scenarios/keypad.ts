import { readBinLabel } from "../../../hal/ports/bin-label.js";
import type { Text } from "../../../hal/ports/panel.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";

const MINUTE_MS = 60_000;

/** What the panel says to somebody who has typed a code that is none. */
export interface Rebuff {
  /** The text's id; undefined: no refusal is shown. */
  readonly id: string | undefined;
  /** How long the box makes people wait, as far as it says. */
  readonly waitMs: number;
}

/** The fingers of somebody who guesses: quick, and undisturbed by a box that goes dark. */
export class Keypad {
  readonly #stage: Scene;
  readonly #random: Random;

  constructor(stage: Scene, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** The box runs, and shows the first screen. */
  async wakeUp(): Promise<void> {
    const { rig, world } = this.#stage;
    await world.until(() => rig.console.state === "running", 5 * MINUTE_MS, "the box to come back");
    const isIdle = () => rig.panel.view?.screen === "idle";
    while (!isIdle()) {
      rig.panel.input({ kind: "cancel" });
      await this.pause();
      if (!isIdle()) await world.advance(1_000);
    }
  }

  async choose(id: string): Promise<void> {
    this.#stage.rig.panel.input({ kind: "choice", id });
    await this.pause();
  }

  async type(digits: string): Promise<void> {
    const { panel } = this.#stage.rig;
    for (const digit of digits) panel.input({ kind: "digit", digit: Number(digit) });
    await this.pause();
    panel.input({ kind: "enter" });
    await this.pause();
  }

  /** From the first screen to the question for the code of `bin:` and a label, `all`, or `unmount`. */
  async ask(target: string): Promise<void> {
    await this.choose("emergency");
    if (target === "all") await this.choose("all-bins");
    else if (target === "unmount") await this.choose("unmount");
    else {
      const { unit, number } = readBinLabel(target.slice("bin:".length))!;
      await this.choose("one-bin");
      await this.choose(unit);
      await this.type(`${number}`);
    }
  }

  async pause(): Promise<void> {
    await this.#stage.world.advance(50);
  }

  digits(length: number): string {
    return Array.from({ length }, () => this.#random.int(10)).join("");
  }

  get rebuff(): Rebuff {
    const { view } = this.#stage.rig.panel;
    const shown = [view?.title, ...(view?.lines ?? [])].find((text) => text?.id.startsWith("refused-"));
    return { id: shown?.id, waitMs: waitOf(shown) };
  }
}

/** The wait that a text tells, ms. */
export function waitOf(text: Text | undefined): number {
  const { seconds, minutes, hours } = text?.params ?? {};
  return 1_000 * (Number(seconds ?? 0) + 60 * Number(minutes ?? 0) + 3_600 * Number(hours ?? 0));
}
