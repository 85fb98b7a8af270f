import { HAND_MS } from "../../world/machine/people.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";

const KEY_MS = 250;

/** How long a visitor looks at a screen that does not change before walking away, ms. */
export const PATIENCE_MS = 20_000;
/** In which whoever found the screen dark passes by again, ms: longer than most power cuts. */
const PASS_BY_MS = 240_000;

/** What anybody can do in front of a box, whatever it shows: keys that it does not ask for are pressed in vain. */
export class Hands {
  readonly #stage: Scene;
  readonly #random: Random;
  /** Doors that stood open before the present visitor came: not theirs to use. */
  openBefore: readonly boolean[] = [];

  constructor(stage: Scene, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  async wake(): Promise<void> {
    const { rig } = this.#stage;
    if (rig.console.state === "asleep") rig.button.press();
    // Some walk off at a dark screen; most look in again when they pass by.
    await this.wait(this.#random.next() < 0.3 ? PATIENCE_MS : PASS_BY_MS, "idle");
    this.openBefore = rig.bins.state.open;
  }

  async leave(): Promise<void> {
    const { rig, world } = this.#stage;
    if (rig.panel.view !== undefined && rig.panel.view.screen !== "idle") rig.panel.input({ kind: "cancel" });
    await world.advance(KEY_MS);
  }

  async type(digits: string): Promise<void> {
    const { rig, world } = this.#stage;
    for (const digit of digits) {
      rig.panel.input({ kind: "digit", digit: Number(digit) });
      await world.advance(KEY_MS);
    }
    await this.#enter();
  }

  async typeText(text: string): Promise<void> {
    const { rig, world } = this.#stage;
    for (const letter of text) {
      rig.panel.input({ kind: "text", text: letter });
      await world.advance(KEY_MS);
    }
    await this.#enter();
  }

  /** If it is offered. */
  async choose(id: string): Promise<void> {
    const { rig, world } = this.#stage;
    if (!rig.panel.view?.choices.some((choice) => choice.id === id)) return;
    rig.panel.input({ kind: "choice", id });
    await world.advance(KEY_MS);
  }

  async scan(serial: string): Promise<void> {
    this.#stage.rig.reader.scan(serial);
    await this.#stage.world.advance(HAND_MS);
  }

  /** Until one of these screens is shown, or the patience is at its end. */
  async wait(limitMs: number, ...screens: string[]): Promise<void> {
    const { rig, world } = this.#stage;
    await world.driver.until(() => screens.includes(rig.panel.view?.screen ?? "dark"), limitMs);
  }

  /** Whoever passes by shuts what stands open; what hangs there stays. */
  async shutDoors(): Promise<void> {
    const { bins } = this.#stage.rig;
    for (let bin = 0; bin < bins.count; bin++) if (bins.isOpen(bin)) bins.close(bin);
    await this.#stage.world.advance(HAND_MS);
  }

  async #enter(): Promise<void> {
    this.#stage.rig.panel.input({ kind: "enter" });
    await this.#stage.world.advance(KEY_MS);
  }
}
