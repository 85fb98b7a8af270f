import { WorldError } from "../devices/site.js";
import type { Machine } from "./machine.js";

/** Between two keys of somebody who types, ms. */
const KEY_MS = 250;
/** To reach into a bin, to push a door, to present a fob, ms. */
const HAND_MS = 1_200;
/** How long somebody waits for a door before giving up, ms. */
const PATIENCE_MS = 15_000;

/** Somebody in front of a box. Every action takes its time. */
export class Person {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
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
    const view = this.#machine.panel.view;
    const offered = view?.choices.map((choice) => choice.id) ?? [];
    if (!offered.includes(id)) {
      throw new WorldError(`no choice ${id} on screen ${view?.screen ?? "(dark)"}, only: ${offered.join(", ")}`);
    }
    await this.#key({ kind: "choice", id });
  }

  async scan(serial: string): Promise<void> {
    this.#machine.reader.scan(serial);
    await this.#machine.world.advance(HAND_MS);
  }

  async pressButton(): Promise<void> {
    this.#machine.button.press();
    await this.#machine.world.advance(HAND_MS);
  }

  /** Waits until the screen is `screen`. */
  async see(screen: string, limitMs = PATIENCE_MS): Promise<void> {
    const { panel, world } = this.#machine;
    await world.until(
      () => panel.view?.screen === screen,
      limitMs,
      `screen ${screen} (it shows ${panel.view?.screen ?? "nothing"})`,
    );
  }

  /** Waits until any of the doors opens, and tells which. */
  async waitForDoor(limitMs = PATIENCE_MS): Promise<number> {
    const { bins, world } = this.#machine;
    const open = () => bins.state.open.indexOf(true);
    await world.until(() => open() >= 0, limitMs, "a door to open");
    return open();
  }

  /** Waits for the door, takes what is inside, and tells what it is. The door stays open. */
  async takeKey(bin: number): Promise<string> {
    await this.#reach(bin);
    return this.#machine.bins.take(bin);
  }

  /** Waits for the door and puts the fob in. The door stays open. */
  async putKey(bin: number, fob: string): Promise<void> {
    await this.#reach(bin);
    this.#machine.bins.put(bin, fob);
  }

  async closeDoor(bin: number): Promise<void> {
    this.#machine.bins.close(bin);
    await this.#machine.world.advance(HAND_MS);
  }

  async #reach(bin: number): Promise<void> {
    const { bins, world } = this.#machine;
    await world.until(() => bins.isOpen(bin), PATIENCE_MS, `bin ${bins.label(bin)} to open`);
    await world.advance(HAND_MS);
  }

  async #key(input: Parameters<Machine["panel"]["input"]>[0]): Promise<void> {
    this.#machine.panel.input(input);
    await this.#machine.world.advance(KEY_MS);
  }
}
