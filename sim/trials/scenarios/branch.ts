import type { BoxThere, Scene } from "../stage/stage.js";
import { expectThat } from "./emergency.js";
import { People } from "./people.js";

const MINUTE_MS = 60_000;

/** One box of several, and the people in front of it. */
export class Branch {
  readonly box: BoxThere;
  readonly people: People;
  isOffline = false;

  constructor(box: BoxThere) {
    this.box = box;
    this.people = new People(box);
  }

  get name(): string {
    return this.box.rig.name;
  }

  /** No internet from here on; resolves when the panel says so. */
  async goOffline(): Promise<void> {
    const { rig, world } = this.box;
    rig.links.setInternet("blackHole");
    this.isOffline = true;
    const isSaid = () => rig.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
    await world.until(isSaid, 10 * MINUTE_MS, `the offline notice at ${this.name}`);
  }

  /** Resolves when box and cloud agree. */
  async goOnline(): Promise<void> {
    this.box.rig.links.setInternet("ok");
    this.isOffline = false;
    await this.box.untilInSync(30 * MINUTE_MS);
  }

  /** Hangs a fob up that somebody brings from elsewhere. */
  async receive(fob: string): Promise<void> {
    this.people.carried.push(fob);
    await this.people.giveBack(fob);
  }

  /** Takes a key out, for somebody who carries it elsewhere. */
  async send(code: string): Promise<string> {
    const fob = await this.people.pickUp(code);
    this.people.carried.splice(this.people.carried.indexOf(fob), 1);
    return fob;
  }

  /** What the cloud believes of the bin in which the fob hangs is that it hangs there, for sure. */
  isKnownToHold(stage: Scene, fob: string): void {
    const { rig } = this.box;
    const bin = rig.bins.state.contents.indexOf(fob);
    expectThat(bin >= 0, `${fob} in ${this.name}`);
    const key = stage.cloud.store.organisation.keys.find((one) => one.fob === fob);
    const { belief, item } = stage.cloud.ingest.log.inventory.content(this.name, bin);
    const label = rig.bins.label(bin);
    expectThat(
      belief === "holds" && item === `key:${key?.id}`,
      `${fob} for sure in ${this.name}/${label} (${belief} ${item})`,
    );
  }
}
