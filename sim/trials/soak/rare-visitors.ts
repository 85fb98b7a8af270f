import { HAND_MS } from "../../world/machine/people.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import type { Card } from "./deck.js";
import { type Hands, PATIENCE_MS } from "./hands.js";
import type { Visitors } from "./visitors.js";

/** A scan for networks and a join take so long at most, ms. */
const NETWORKS_MS = 40_000;
/** From the operator's click to the lamp on the box's button, ms. */
const ARMED_MS = 5_000;
const PHONE = { ssid: "Galaxy A54", passphrase: "correct horse" } as const;
/** A cell with so much left is empty before long, percent. */
const NEARLY_EMPTY = 6;
const EMPTY_FOR_MS = 600_000;

/** What few visitors do, each by a way through the panel that nobody else takes. */
export class RareVisitors {
  readonly #stage: Scene;
  readonly #random: Random;
  readonly #hands: Hands;
  readonly #visitors: Visitors;

  constructor(needs: {
    readonly stage: Scene;
    readonly random: Random;
    readonly hands: Hands;
    readonly visitors: Visitors;
  }) {
    this.#stage = needs.stage;
    this.#random = needs.random;
    this.#hands = needs.hands;
    this.#visitors = needs.visitors;
  }

  get cards(): Readonly<Record<string, Card>> {
    return {
      "one-touch": { share: 1, play: () => this.#oneTouch() },
      hotspot: { share: 1, play: () => this.#hotspot() },
      status: { share: 0.5, play: () => this.#status() },
      stranger: { share: 0.5, play: () => this.#stranger() },
      crowbar: { share: 0.5, play: () => this.#crowbar() },
      "short-code": { share: 0.5, play: () => this.#shortCode() },
      "empty-cell": { share: 0.3, play: () => this.#emptyCell() },
    };
  }

  /** The operator arms a bin from afar, and whoever is on the phone presses the button; some do not. */
  async #oneTouch(): Promise<boolean> {
    const { rig, cloud, judge, world } = this.#stage;
    if (!cloud.store.boxState(rig.name).online || rig.console.state !== "running") return false;
    const bin = this.#random.int(rig.bins.count);
    cloud.oneTouchUnlock(rig.name, rig.bins.label(bin));
    judge.armed(bin);
    await world.advance(ARMED_MS);
    if (this.#random.next() < 0.8) rig.button.press();
    await this.#hands.wait(PATIENCE_MS, "bin-open", "refused");
    await world.advance(HAND_MS);
    await this.#hands.shutDoors();
    await this.#hands.leave();
    return true;
  }

  /** Somebody tries their phone's hotspot, with a passphrase that is right or not. It goes when they go. */
  async #hotspot(): Promise<boolean> {
    const { rig } = this.#stage;
    const { wifi } = rig.links;
    const hands = this.#hands;
    await hands.wake();
    if (wifi === undefined || !rig.panel.view?.choices.some(({ id }) => id === "hotspot")) return false;
    wifi.appear(PHONE).setMode(this.#random.pick(["ok", "noInternet"] as const));
    await hands.choose("hotspot");
    await hands.wait(NETWORKS_MS, "hotspot-choose", "hotspot-result");
    const found = rig.panel.view?.choices.find(({ label }) => label.params?.name === PHONE.ssid);
    if (found !== undefined) await hands.choose(found.id);
    await hands.typeText(this.#random.next() < 0.7 ? PHONE.passphrase : "wrong horse");
    await hands.wait(NETWORKS_MS, "hotspot-result");
    await hands.choose("done");
    await hands.leave();
    this.#stage.world.scheduler.after(this.#random.int(EMPTY_FOR_MS), () => wifi.vanish(PHONE.ssid));
    return true;
  }

  async #status(): Promise<void> {
    await this.#hands.wake();
    await this.#hands.choose("status");
    await this.#hands.leave();
  }

  /** A tag of another maker, which the box may not take. */
  async #stranger(): Promise<void> {
    await this.#hands.wake();
    await this.#hands.scan(`55/${this.#random.int(1_000)}`);
    await this.#hands.wait(PATIENCE_MS, "refused");
    await this.#hands.leave();
  }

  /** A door is open that no lock has let go. Behind the back of a box that is dark nobody could notice. */
  async #crowbar(): Promise<boolean> {
    const { latches, bins, console } = this.#stage.rig;
    if (console.state !== "running") return false;
    latches.force(this.#random.int(bins.count));
    await this.#stage.world.advance(HAND_MS);
    await this.#hands.shutDoors();
    return true;
  }

  /** The number of a bin, a year, the street: whatever is short. */
  async #shortCode(): Promise<void> {
    await this.#hands.wake();
    await this.#hands.type(String(this.#random.int(10_000)));
    await this.#hands.wait(PATIENCE_MS, "refused");
    await this.#hands.leave();
  }

  /** Mains are gone, and the cell is at its end; somebody comes at that moment. Mains come back. */
  async #emptyCell(): Promise<void> {
    const { rig, world } = this.#stage;
    const { power, cell } = rig;
    power.setMains(false);
    cell.setChargePercent(NEARLY_EMPTY * this.#random.next());
    await this.#visitors.visit();
    await world.advance(this.#random.int(EMPTY_FOR_MS));
    power.setMains(true);
  }
}
