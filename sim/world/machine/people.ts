import type { PanelInput } from "../../../hal/ports/panel.js";
import type { Bins } from "../devices/bins.js";
import type { Panel } from "../devices/panel.js";
import { WorldError } from "../devices/site.js";
import type { World } from "./world.js";

/** Between two keys of somebody who types, ms. */
const KEY_MS = 250;
/** Nobody reads what a press has led to, and presses the same once more, in less: a box takes that for one press, ms. */
const READ_MS = 750;
/** To reach into a bin, to push a door, to present a fob, ms. */
export const HAND_MS = 1_200;
/** How long somebody waits for a door before giving up, ms. */
const PATIENCE_MS = 15_000;

/** What somebody can reach of a box. */
export interface BoxInReach {
  readonly world: Pick<World, "advance" | "until">;
  readonly panel: Pick<Panel, "view" | "input">;
  readonly reader: { scan(serial: string): void };
  readonly button: { press(): void };
  readonly bins: Pick<Bins, "state" | "label" | "isOpen" | "take" | "put" | "close">;
}

/** Somebody in front of a box. Every action takes its time. */
export class Person {
  readonly #box: BoxInReach;
  /** The choice or the enter that was pressed last. */
  #pressed: string | undefined;

  constructor(box: BoxInReach) {
    this.#box = box;
  }

  /** Types digits and then enter. Throws WorldError on anything but digits: the pad has no other keys. */
  async type(digits: string): Promise<void> {
    if (!/^\d+$/.test(digits)) throw new WorldError("the keypad has only digits");
    for (const digit of digits) await this.#key({ kind: "digit", digit: Number(digit) });
    await this.#key({ kind: "enter" });
  }

  /** Types on the full keyboard and then enter. */
  async typeText(text: string): Promise<void> {
    for (const letter of text) await this.#key({ kind: "text", text: letter });
    await this.#key({ kind: "enter" });
  }

  async enter(): Promise<void> {
    await this.#key({ kind: "enter" });
  }

  async erase(): Promise<void> {
    await this.#key({ kind: "erase" });
  }

  async cancel(): Promise<void> {
    await this.#key({ kind: "cancel" });
  }

  /** Touches a choice. Throws WorldError when the screen does not offer it. */
  async choose(id: string): Promise<void> {
    const view = this.#box.panel.view;
    const offered = view?.choices.map((choice) => choice.id) ?? [];
    if (!offered.includes(id)) {
      throw new WorldError(`no choice ${id} on screen ${view?.screen ?? "(dark)"}, only: ${offered.join(", ")}`);
    }
    await this.#key({ kind: "choice", id });
  }

  async scan(serial: string): Promise<void> {
    this.#box.reader.scan(serial);
    await this.#box.world.advance(HAND_MS);
  }

  async pressButton(): Promise<void> {
    this.#box.button.press();
    await this.#box.world.advance(HAND_MS);
  }

  /** Waits until the screen is `screen`. */
  async see(screen: string, limitMs = PATIENCE_MS): Promise<void> {
    const { panel, world } = this.#box;
    await world.until(
      () => panel.view?.screen === screen,
      limitMs,
      `screen ${screen} (it shows ${panel.view?.screen ?? "nothing"})`,
    );
  }

  /** Waits until any of the doors opens, and tells which. */
  async waitForDoor(limitMs = PATIENCE_MS): Promise<number> {
    const { bins, world } = this.#box;
    const open = () => bins.state.open.indexOf(true);
    await world.until(() => open() >= 0, limitMs, "a door to open");
    return open();
  }

  /** Waits for the door, takes what is inside, and tells what it is. The door stays open. */
  async takeKey(bin: number): Promise<string> {
    await this.#reach(bin);
    return this.#box.bins.take(bin);
  }

  /** Waits for the door and puts the fob in. The door stays open. */
  async putKey(bin: number, fob: string): Promise<void> {
    await this.#reach(bin);
    this.#box.bins.put(bin, fob);
  }

  async closeDoor(bin: number): Promise<void> {
    this.#box.bins.close(bin);
    await this.#box.world.advance(HAND_MS);
  }

  async #reach(bin: number): Promise<void> {
    const { bins, world } = this.#box;
    await world.until(() => bins.isOpen(bin), PATIENCE_MS, `bin ${bins.label(bin)} to open`);
    await world.advance(HAND_MS);
  }

  async #key(input: PanelInput): Promise<void> {
    const press = input.kind === "choice" ? input.id : input.kind === "enter" ? input.kind : undefined;
    if (press !== undefined && press === this.#pressed) await this.#box.world.advance(READ_MS - KEY_MS);
    this.#pressed = press;
    this.#box.panel.input(input);
    await this.#box.world.advance(KEY_MS);
  }
}
