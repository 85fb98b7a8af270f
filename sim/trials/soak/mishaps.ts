import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Deal, Deck } from "./deck.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_SECONDS = 86_400;
/** In which a box that is there says hello to a cloud that has forgotten it, and is in sync again, ms. */
const HELLO_MS = 6 * MINUTE_MS;
/** In which a snapshot comes to a box that is there, ms. */
const SYNC_MS = 20_000;
/** Most outages end within half an hour, some last for a day or until the next mishap. */
const OUTAGES = [
  { share: 0.6, withinMs: 30 * MINUTE_MS },
  { share: 0.9, withinMs: 24 * 60 * MINUTE_MS },
] as const;
/** Bins that are jammed at a time, at most. */
const JAMMED_MAX = 3;
/** The soak's small journal holds several times as many. */
const COPY_RECORDS = 300;

/** What goes wrong around a box. */
export class Mishaps {
  readonly #stage: Scene;
  readonly #random: Random;
  /** Cuts armed inside flash operations. */
  tornWrites = 0;
  /** Times that the internet or the broker was taken away. */
  disconnects = 0;
  /** Times that the cloud's database was put back from a copy. */
  cloudsPutBack = 0;
  #brokerDown = false;
  readonly #jammed: number[] = [];
  /** Times that the clock was put a day off. */
  clocksOff = 0;
  #copy: { readonly data: string; readonly has: number } | undefined;
  readonly #deck: Deck;

  constructor(stage: Scene, random: Random, deal: Deal) {
    this.#stage = stage;
    this.#random = random;
    const cards = {
      "torn-write": { share: 25, play: () => this.#tornWrite() },
      "cut-at-lock": { share: 10, play: () => this.#cutAtLock() },
      cut: { share: 10, play: () => this.#cut() },
      internet: { share: 15, play: () => this.#internet() },
      broker: { share: 8, play: () => this.#broker() },
      mains: { share: 12, play: () => this.#mains() },
      jam: { share: 6, play: () => this.#jam() },
      quiet: { share: 4, play: () => stage.world.advance(random.int(30 * MINUTE_MS)) },
      clock: { share: 3, play: () => this.#clock() },
      "newer-cloud": { share: 2, play: () => this.#newerCloud() },
      "cloud-put-back": { share: 4, play: () => this.#cloudPutBack() },
      button: { share: 1, play: () => stage.rig.button.press() },
    };
    this.#deck = new Deck("mishap", cards, deal);
  }

  async one(): Promise<void> {
    await this.#deck.one(this.#random);
  }

  /** Everything is well again. */
  async end(): Promise<void> {
    const { rig, world } = this.#stage;
    rig.cuts.disarm();
    rig.power.restore();
    rig.power.setMains(true);
    rig.links.setInternet("ok");
    for (const bin of this.#jammed.splice(0)) rig.latches.jam(bin, false);
    await this.#brokerBack();
    await world.advance(MINUTE_MS);
  }

  #back(): { backAfterMs: number } {
    return { backAfterMs: SECOND_MS + this.#random.int(3 * MINUTE_MS) };
  }

  #tornWrite(): void {
    const at = this.#random.pick(["before", "after", "scattered", this.#random.int(40)] as const);
    this.#stage.rig.cuts.armFlashCut({ operation: 1 + this.#random.int(8), at, ...this.#back() });
    this.tornWrites++;
  }

  #cutAtLock(): void {
    this.#stage.rig.cuts.armPulseCut({ doorOpens: this.#random.next() < 0.7, ...this.#back() });
  }

  #cut(): void {
    const { rig, world } = this.#stage;
    world.scheduler.after(this.#random.int(20 * SECOND_MS), () => rig.power.cut(this.#back()));
  }

  #internet(): void {
    const { links } = this.#stage.rig;
    const mode = this.#random.pick(["ok", "ok", "stall", "blackHole", "noInternet"] as const);
    if (mode !== "ok") this.disconnects++;
    links.setInternet(mode);
    if (mode !== "ok") this.#ends(() => links.setInternet("ok"));
    if (mode === "ok" && this.#random.next() < 0.3) links.ethernet?.access.drop();
  }

  async #broker(): Promise<void> {
    if (this.#brokerDown) {
      await this.#brokerBack();
      return;
    }
    this.#brokerDown = true;
    this.disconnects++;
    await this.#stage.broker.crash?.();
    this.#ends(() => void this.#brokerBack());
  }

  async #brokerBack(): Promise<void> {
    if (!this.#brokerDown) return;
    this.#brokerDown = false;
    await this.#stage.broker.restart?.();
  }

  /** Somebody mends it, sooner or later; or the next mishap does. */
  #ends(mend: () => void): void {
    const dice = this.#random.next();
    const outage = OUTAGES.find(({ share }) => dice < share);
    if (outage !== undefined) this.#stage.world.scheduler.after(this.#random.int(outage.withinMs), mend);
  }

  #mains(): void {
    const { rig } = this.#stage;
    rig.power.setMains(!rig.power.mainsPresent);
    if (rig.cell.chargePercent < 30) rig.power.setMains(true);
  }

  /** A bin jams, or one that did is mended: where many are jammed, most visitors would come in vain. */
  #jam(): void {
    const { bins, latches } = this.#stage.rig;
    if (this.#jammed.length >= JAMMED_MAX || (this.#jammed.length > 0 && this.#random.next() < 0.5)) {
      latches.jam(this.#jammed.shift()!, false);
      return;
    }
    const bin = this.#random.int(bins.count);
    this.#jammed.push(bin);
    latches.jam(bin, true);
  }

  /** The cloud is brought up to a later version, asks for something new, or is put back. */
  #newerCloud(): void {
    const { newer, rig } = this.#stage;
    if (newer.speaks && this.#random.next() < 0.6) newer.askForSomethingNew(rig.name);
    else newer.speaks = !newer.speaks;
  }

  /** Its database is copied, and at the next time put back from that copy. Answers whether it was put back. */
  async #cloudPutBack(): Promise<boolean> {
    const stage = this.#stage;
    const copy = this.#copy;
    this.#copy = undefined;
    // What the box's journal has written over since would be lost, and the cloud would say so: no older copy than that.
    if (copy !== undefined && stage.judge.boxMemory().nextSeq - copy.has < COPY_RECORDS) {
      await this.#renamed();
      await stage.putCloudBack(copy.data);
      this.cloudsPutBack++;
      await stage.world.advance(HELLO_MS);
      await this.#stranger(`70PUT${this.cloudsPutBack}`);
      return true;
    }
    this.#copy = { data: stage.copyCloud(), has: stage.cloudHas };
    return false;
  }

  /** The box gets a snapshot that knows all that it knew itself: from there on it has forgotten that. */
  async #renamed(): Promise<void> {
    const { cloud, world } = this.#stage;
    cloud.admin.changeUser(1, { name: `Amélie Girard ${this.cloudsPutBack}` });
    await world.advance(SYNC_MS);
  }

  /** Holds a tag that nobody knows to the reader, and hangs it into whatever opens. */
  async #stranger(fob: string): Promise<void> {
    const { rig, world } = this.#stage;
    const { bins } = rig;
    const before = bins.state.open;
    rig.reader.scan(fob);
    await world.advance(3 * SECOND_MS);
    const bin = bins.state.open.findIndex((isOpen, i) => isOpen && before[i] !== true);
    if (bin < 0) return;
    if (bins.content(bin) === undefined) bins.put(bin, fob);
    await world.advance(SECOND_MS);
    if (bins.isOpen(bin)) bins.close(bin);
    await world.advance(SECOND_MS);
  }

  /** The clock is lost, or a day off until the cloud next tells the time. */
  #clock(): void {
    const { clock } = this.#stage.rig;
    const dice = this.#random.int(4);
    if (dice < 2) {
      clock.lose();
      return;
    }
    clock.shift(dice === 2 ? DAY_SECONDS : -DAY_SECONDS);
    this.clocksOff++;
  }
}
