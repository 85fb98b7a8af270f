import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { readBinLabel } from "../../../hal/ports/bin-label.js";
import type { Pack } from "../../cloud/pack/pack.js";
import { makePack } from "../../cloud/pack/pack.js";
import type { SheetCode } from "../../cloud/sheets.js";
import type { BoxThere } from "../stage/stage.js";

/** What the screen asks for. */
export interface Asked {
  readonly sheet: number;
  readonly number: number;
}

/** Somebody with a printed pack and nothing else. */
export class PackHolder {
  readonly #stage: BoxThere;
  readonly pack: Pack;

  /** `sheet`: an older one than the one in force. */
  constructor(stage: BoxThere, sheet?: number, box = stage.rig.name) {
    this.#stage = stage;
    this.pack = packOf(stage, sheet, box);
  }

  /** What is printed for `target` under `number`, used or not. */
  printed(target: string, number: number): SheetCode {
    const found = this.pack.sheet?.targets.find((one) => one.target === target)?.codes[number - 1];
    if (found === undefined) throw new Error(`the pack has no code ${number} for ${target}`);
    return found;
  }

  /** The bin of a key, looked up by its name. */
  binOf(name: string): { readonly bin: string; readonly fob: string } {
    const key = this.pack.keys.find((one) => one.name === name);
    if (key?.place.kind !== "here") throw new Error(`the pack does not say where ${name} hangs`);
    return { bin: key.place.bin, fob: key.fob };
  }

  /** From whatever emergency screen, or idle, to the question for a bin's code. */
  async askBin(label: string): Promise<Asked> {
    const { person } = this.#stage;
    const { unit, number } = readBinLabel(label)!;
    await this.#menu();
    await person.choose("one-bin");
    await person.choose(unit);
    await person.type(`${number}`);
    return await this.#asked();
  }

  async askAll(): Promise<Asked> {
    await this.#menu();
    await this.#stage.person.choose("all-bins");
    return await this.#asked();
  }

  /** A stock-take. */
  async askCheck(): Promise<Asked> {
    await this.#menu();
    await this.#stage.person.choose("check-bins");
    return await this.#asked();
  }

  async askUnmount(): Promise<Asked> {
    await this.#menu();
    await this.#stage.person.choose("unmount");
    return await this.#asked();
  }

  /** "My sheet is newer". */
  async sayNewer(sheet: number): Promise<void> {
    const { person } = this.#stage;
    await person.choose("newer-sheet");
    await person.see("emergency-sheet");
    await person.type(String(sheet));
  }

  /** Types what the pack says for what the screen asks. */
  async answer(target: string, { sheet, number }: Asked): Promise<void> {
    if (sheet !== this.pack.sheet?.sheet) throw new Error(`the box asks for sheet ${sheet}, this is another`);
    await this.#stage.person.type(this.printed(target, number).code);
  }

  /** Types what must not work, and reads why. */
  async isRefused(digits: string, reason: string): Promise<void> {
    const { person } = this.#stage;
    await person.type(digits);
    await this.sees(`refused-${reason}`);
  }

  /** Waits for a result with this title. */
  async sees(title: string): Promise<void> {
    const { world, rig } = this.#stage;
    const shown = () => rig.panel.view?.title.id;
    await world.until(() => shown() === title, 20_000, `${title} (it shows ${shown()})`);
  }

  async #menu(): Promise<void> {
    const { rig, person } = this.#stage;
    const offers = rig.panel.view?.choices.some((choice) => choice.id === "emergency-again");
    await person.choose(offers === true ? "emergency-again" : "emergency");
  }

  async #asked(): Promise<Asked> {
    await this.#stage.person.see("emergency-code");
    const params = this.#stage.rig.panel.view?.title.params;
    return { sheet: Number(params?.sheet), number: Number(params?.number) };
  }
}

/** What would be printed now. */
export function packOf(stage: BoxThere, sheet?: number, box = stage.rig.name): Pack {
  const nowSeconds = Math.floor(stage.world.wallSeconds());
  return makePack({ store: stage.cloud.store, hash: TWEETNACL_HASH, nowSeconds, isSample: false }, box, sheet);
}

/** Holds what people saw against what should be. */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected ${what}`);
}

/** Another code of eight digits. */
export function wrong(code: string): string {
  return `${code.slice(0, 7)}${(Number(code.slice(7)) + 1) % 10}`;
}
