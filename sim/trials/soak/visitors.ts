import type { Text, View } from "../../../hal/ports/panel.js";
import type { Key } from "../../cloud/domain.js";
import { HAND_MS } from "../../world/machine/people.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Hands, PATIENCE_MS } from "./hands.js";

/** So often somebody guesses in a row: more than the box lets pass without a wait. */
const GUESSES_MAX = 8;
/** Some leave the door open and walk off; somebody shuts it later. */
const LEFT_OPEN_CHANCE = 0.03;
const LEFT_OPEN_MS = 90_000;

/**
 * People who put up with anything: the box may refuse, go dark, lose power between two keys, or open another bin than expected.
 * They do what the screen says, finish with their hands what a door lets them, and shut doors.
 */
export class Visitors {
  readonly #stage: Scene;
  readonly #random: Random;
  readonly #hands: Hands;
  /** Serials of the fobs in people's hands. */
  readonly carried: string[] = [];
  /** Keys by fobs that were replaced in the cloud, and hang on them still. */
  readonly formerFobs = new Map<string, number>();
  exchanges = 0;
  /** How often each visitor was refused, by the text that said so; `dark`: there was nothing on the screen. */
  readonly refusals: Record<string, number> = {};
  /** The fob that the present visitor came to return. */
  #toReturn: string | undefined;

  constructor(stage: Scene, random: Random, hands: Hands) {
    this.#stage = stage;
    this.#random = random;
    this.#hands = hands;
  }

  /** Somebody comes with a code, a badge or a fob. */
  async visit(): Promise<void> {
    await this.#hands.wake();
    this.#toReturn = undefined;
    if (this.carried.length > 0 && this.#random.next() < 0.55) {
      await this.#bringBack(this.#random.pick(this.carried));
      return;
    }
    if (this.#random.next() < 0.2) {
      await this.#hands.scan(this.#someBadge());
    } else {
      await this.#useCode(this.#someCode());
    }
    await this.#follow();
  }

  /** By its fob; where the box is not sure of any bin, most try the code next, as the screen says. */
  async #bringBack(fob: string): Promise<void> {
    this.#toReturn = fob;
    await this.#hands.scan(fob);
    const refusal = await this.#follow();
    const code = refusal === "refused-no-sure-bin" ? this.#codeFor(fob) : undefined;
    if (code !== undefined && this.#random.next() < 0.8) await this.withCode(code);
  }

  /** Somebody comes with this code. */
  async withCode(code: string): Promise<void> {
    await this.#hands.wake();
    await this.#useCode(code);
    await this.#follow();
  }

  /** To return the key if somebody carries it, to take it otherwise. */
  async #useCode(code: string): Promise<void> {
    this.#toReturn = this.#carriedFor(code);
    await this.#hands.type(code);
  }

  /** Somebody guesses, once by mistake or again and again. */
  async guess(): Promise<void> {
    const tries = this.#random.next() < 0.5 ? 1 : 1 + this.#random.int(GUESSES_MAX);
    for (let i = 0; i < tries; i++) {
      await this.#hands.wake();
      await this.#hands.type(String(100_000 + this.#random.int(900_000)));
      await this.#follow();
    }
  }

  /** Does what the screen asks until it asks for nothing more, or the box is dark. Answers why it refused, if it did. */
  async #follow(): Promise<string | undefined> {
    const { rig, world } = this.#stage;
    for (let turn = 0; turn < 4; turn++) {
      await this.#hands.wait(
        PATIENCE_MS,
        "bin-open",
        "refused",
        "choose-key",
        "offer-return",
        "take-or-return",
        "idle",
        "thank-you",
      );
      const { view } = rig.panel;
      if (view?.screen === "choose-key") await this.#hands.choose(this.#random.pick(view.choices).id);
      else if (view?.screen === "offer-return")
        await this.#hands.choose(this.#toReturn === undefined ? "cancel" : "return");
      else if (view?.screen === "take-or-return") await this.#hands.choose(this.#whereItIs(view));
      else break;
    }
    await this.#handsOn();
    const refusal = lineAbout(rig.panel.view, "refused-")?.id;
    const reason = rig.panel.view === undefined ? "dark" : refusal;
    if (reason !== undefined) this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
    const { seconds, minutes, hours } = lineAbout(rig.panel.view, "refused-throttled")?.params ?? {};
    const waitMs = Number(seconds ?? 0) * 1_000 + Number(minutes ?? 0) * 60_000 + Number(hours ?? 0) * 3_600_000;
    await this.#hands.leave();
    // Most come back when the box said that they may; the others go on trying.
    if (this.#random.next() < 0.7) await world.advance(waitMs);
    return refusal;
  }

  /** Whoever brings a key knows it; most others know where the key hangs, and some of them only say so. */
  #whereItIs({ title, choices }: View): string {
    if (this.#toReturn !== undefined) return "return";
    const { bins } = this.#stage.rig;
    const { keys } = this.#stage.cloud.store.organisation;
    const isThere = ({ params }: Text) => {
      const fob = params?.bin === undefined ? undefined : bins.content(bins.byLabel(String(params.bin)));
      return fob !== undefined && keys.find((key) => this.#isOn(key, fob))?.name === title.params?.key;
    };
    const right = choices.filter(({ label }) => isThere(label)).map(({ id }) => id);
    const dice = this.#random.next();
    if (dice < 0.15 && right.includes("left-inside")) return "left-inside";
    if (dice < 0.9) return right.find((id) => id.startsWith("take")) ?? "take";
    return "take";
  }

  /** Hands do not need the box: an open door is enough, even when the box has just died. */
  async #handsOn(): Promise<void> {
    const { rig, world } = this.#stage;
    const view = rig.panel.view;
    const named = view?.screen === "bin-open" ? rig.bins.byLabel(String(view.title.params?.bin)) : undefined;
    // Doors that spring open for somebody else's emergency code are not for this visitor.
    if (view?.screen === "opening-all" || view?.screen === "emergency-result") return;
    const bin = named ?? rig.bins.state.open.findIndex((isOpen, i) => isOpen && this.#hands.openBefore[i] !== true);
    if (bin < 0) return;
    await world.advance(HAND_MS);
    if (!rig.bins.isOpen(bin)) return;
    const asked = view?.screen === "bin-open" ? view.lines[0]?.id : undefined;
    const isAsExpected = asked === undefined || asked === (this.#toReturn === undefined ? "take-key" : "put-key");
    if (isAsExpected) this.#exchange(bin);
    await world.advance(this.#random.next() < LEFT_OPEN_CHANCE ? LEFT_OPEN_MS : HAND_MS);
    rig.bins.close(bin);
    await world.advance(HAND_MS);
  }

  /** Does what this visitor came for, even when the screen has gone dark: the door is open. */
  #exchange(bin: number): void {
    const { bins } = this.#stage.rig;
    const content = bins.content(bin);
    if (this.#toReturn === undefined && content !== undefined) {
      this.carried.push(bins.take(bin));
      this.exchanges++;
    } else if (this.#toReturn !== undefined && content === undefined) {
      bins.put(bin, this.#toReturn);
      this.carried.splice(this.carried.indexOf(this.#toReturn), 1);
      this.exchanges++;
    }
  }

  /** Mostly of somebody with a right to a key that hangs here. */
  #someBadge(): string {
    const { keys, users, accesses } = this.#stage.cloud.store.organisation;
    const { contents } = this.#stage.rig.bins.state;
    const here = new Set(keys.filter((key) => this.#fobAmong(key, contents) !== undefined).map(({ id }) => id));
    const badged = users.filter(({ badge }) => badge !== undefined);
    const served = badged.filter(({ id }) => accesses.some(({ user, key }) => user === id && here.has(key)));
    const from = served.length > 0 && this.#random.next() < 0.8 ? served : badged;
    return this.#random.pick(from).badge!;
  }

  #codeFor(fob: string): string | undefined {
    const { keys, accesses } = this.#stage.cloud.store.organisation;
    const key = keys.find((one) => this.#isOn(one, fob));
    return key?.code ?? accesses.find((one) => one.key === key?.id)?.code;
  }

  /** The fob of the key that a code is for, if somebody carries it. */
  #carriedFor(code: string): string | undefined {
    const { keys, accesses } = this.#stage.cloud.store.organisation;
    const access = accesses.find((one) => one.code === code);
    const key = keys.find((one) => one.code === code || one.id === access?.key);
    return key && this.#fobAmong(key, this.carried);
  }

  /** The keys that hang here or are in somebody's hands. */
  keysNear(): number[] {
    const fobs = [...this.carried, ...this.#stage.rig.bins.state.contents];
    const { keys } = this.#stage.cloud.store.organisation;
    return keys.filter((key) => this.#fobAmong(key, fobs) !== undefined).map(({ id }) => id);
  }

  /** Mostly of a key that hangs here or is in somebody's hands; else of any, which may belong to another box. */
  #someCode(): string {
    const { keys, accesses } = this.#stage.cloud.store.organisation;
    const near = new Set(this.keysNear());
    const all = [...keys.map(({ id, code }) => ({ key: id, code })), ...accesses];
    const codes = all.filter(({ key }) => near.has(key)).flatMap(({ code }) => code ?? []);
    if (codes.length > 0 && this.#random.next() < 0.93) return this.#random.pick(codes);
    return this.#random.pick(all.flatMap(({ code }) => code ?? []));
  }

  #isOn({ id, fob }: Key, serial: string): boolean {
    return fob === serial || this.formerFobs.get(serial) === id;
  }

  #fobAmong(key: Key, serials: readonly (string | null | undefined)[]): string | undefined {
    return serials.find((serial) => typeof serial === "string" && this.#isOn(key, serial)) ?? undefined;
  }
}

/** The line of what is shown whose text id begins so. */
function lineAbout(view: View | undefined, id: string): Text | undefined {
  return view?.lines.find((line) => line.id.startsWith(id));
}
