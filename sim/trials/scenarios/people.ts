import type { Access, Key } from "../../cloud/domain.js";
import { resolveWindow } from "../../cloud/windows.js";
import type { Random } from "../../world/random.js";
import type { BoxThere } from "../stage/stage.js";

/** Pause between two people, ms. */
const BETWEEN_MS = 6_000;
/** The thank-you is over and the panel is back at idle. */
const IDLE_LIMIT_MS = 60_000;

/** The people of a scenario: they know codes, carry keys, and come one after another. */
export class People {
  readonly #stage: BoxThere;
  readonly #random: Random;
  /** Serials of the fobs that people have taken. */
  readonly carried: string[] = [];
  /** Exchanges done. */
  count = 0;

  constructor(stage: BoxThere) {
    this.#stage = stage;
    this.#random = stage.world.random("people");
  }

  /** Takes the key that a booking code or key code opens. Answers its fob. */
  async pickUp(code: string): Promise<string> {
    const { person, rig } = this.#stage;
    await person.type(code);
    if (rig.panel.view?.screen === "take-or-return") await person.choose("take");
    return await this.#take();
  }

  async pickUpByBadge(badge: string, choice: number): Promise<string> {
    const { person } = this.#stage;
    await person.scan(badge);
    await person.see("choose-key");
    await person.choose(String(choice));
    return await this.#take();
  }

  /** Hangs a fob back by scanning it. */
  async giveBack(fob: string): Promise<void> {
    const { person } = this.#stage;
    await person.scan(fob);
    await this.#put(fob);
  }

  /** Returns a key by its code: the box asks, since the key was taken. */
  async giveBackByCode(code: string, fob: string): Promise<void> {
    const { person } = this.#stage;
    await person.type(code);
    await person.see("take-or-return");
    await person.choose("return");
    await this.#put(fob);
  }

  /** Tries what must not work, and reads why. */
  async isRefused(code: string, reason: string): Promise<void> {
    const { person, rig } = this.#stage;
    await person.type(code);
    await person.see("refused");
    const shown = rig.panel.view?.lines[0]?.id;
    if (shown !== `refused-${reason}`) throw new Error(`refused with ${shown}, not ${reason}`);
    await person.cancel();
    await this.idle();
  }

  /** Says of each bin that the panel asks about what hangs there. */
  async tellBins(): Promise<void> {
    const { person, rig, cloud } = this.#stage;
    while (rig.panel.view?.screen === "check-bin") {
      const { title, choices } = rig.panel.view;
      const fob = rig.bins.content(rig.bins.byLabel(String(title.params?.bin)));
      const name = cloud.store.organisation.keys.find((key) => key.fob === fob)?.name ?? fob;
      const asked = choices.find((choice) => choice.id === "bin-holds")?.label.params?.key;
      await person.choose(fob === undefined ? "bin-empty" : name === asked ? "bin-holds" : "bin-unknown");
    }
    await this.idle();
  }

  /** `count` exchanges by whoever the seed picks: some pick up, some return. */
  async comeAndGo(count: number, told?: (done: number) => void): Promise<void> {
    for (let i = 0; i < count; i++) {
      const code = this.#random.next() < 0.5 ? undefined : this.#someCode();
      if (code !== undefined) await this.pickUp(code);
      else if (this.carried.length > 0) await this.giveBack(this.#random.pick(this.carried));
      else await this.pickUp(this.#someCode() ?? fail("no key can be taken and none returned"));
      told?.(i + 1);
    }
  }

  async idle(): Promise<void> {
    await this.#stage.person.see("idle", IDLE_LIMIT_MS);
    await this.#stage.world.advance(BETWEEN_MS);
  }

  async #take(): Promise<string> {
    const { person } = this.#stage;
    await person.see("bin-open");
    const bin = this.#openBin();
    const fob = await person.takeKey(bin);
    this.carried.push(fob);
    await this.#closeAndLeave(bin);
    return fob;
  }

  async #put(fob: string): Promise<void> {
    const { person } = this.#stage;
    await person.see("bin-open");
    const bin = this.#openBin();
    await person.putKey(bin, fob);
    this.carried.splice(this.carried.indexOf(fob), 1);
    await this.#closeAndLeave(bin);
  }

  async #closeAndLeave(bin: number): Promise<void> {
    await this.#stage.person.closeDoor(bin);
    this.count++;
    await this.idle();
  }

  /** The bin that the screen names: another door may stand open. */
  #openBin(): number {
    const { panel, bins } = this.#stage.rig;
    return bins.byLabel(String(panel.view?.title.params?.bin));
  }

  /** A code that opens a key which hangs in the box now. */
  #someCode(): string | undefined {
    const { cloud, rig } = this.#stage;
    const { accesses, keys } = cloud.store.organisation;
    const isHere = (key: Key | undefined) =>
      key?.fob !== undefined && rig.bins.state.contents.includes(key.fob) && !this.carried.includes(key.fob);
    const codes = [
      ...keys.filter(isHere).flatMap((key) => key.code ?? []),
      ...accesses
        .filter((access) => this.#isOpen(access) && isHere(keys.find((key) => key.id === access.key)))
        .map((access) => access.code),
    ];
    return codes.length === 0 ? undefined : this.#random.pick(codes);
  }

  #isOpen(access: Access): boolean {
    const window = resolveWindow(access.schedule, "Europe/Paris");
    const now = this.#stage.world.wallSeconds();
    return window === undefined || (now >= window.from && now < window.until - 3_600);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
