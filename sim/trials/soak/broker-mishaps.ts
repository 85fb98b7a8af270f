import { HostileBroker, type LaneName } from "../../broker/virtual/hostile.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";

const SECOND_MS = 1_000;
const LANES: readonly LaneName[] = [
  "up/hello",
  "up/records",
  "up/status",
  "up/fetch",
  "up/state",
  "down/welcome",
  "down/ack",
  "down/snapshot",
  "down/command",
  "down/offer",
];

/** A broker that nobody should trust, in the middle of everything else: whatever it does, nothing is lost, and nothing opens by it. */
export class BrokerMishaps {
  readonly #broker: HostileBroker;
  readonly #random: Random;

  constructor(stage: Scene, random: Random) {
    const { virtual } = stage.broker;
    if (virtual === undefined) throw new Error("a real broker cannot be turned");
    this.#random = random;
    this.#broker = new HostileBroker(virtual, worldTimers(stage.world.scheduler), random);
  }

  one(): void {
    const lane = this.#random.pick(LANES);
    const dice = this.#random.int(100);
    if (dice < 15) this.#broker.drop(lane);
    else if (dice < 30) this.#broker.hold(lane);
    else if (dice < 40) this.#broker.drip(lane, SECOND_MS * (1 + this.#random.int(90)));
    else if (dice < 60) this.#broker.release(lane, this.#random.pick(["in order", "reordered"]));
    else if (dice < 75) this.#broker.replay(lane, 1 + this.#random.int(8));
    else if (dice < 85) this.#flood(lane);
    else this.#broker.reform();
  }

  /** An honest broker again. */
  end(): void {
    this.#broker.reform();
  }

  #flood(lane: LaneName): void {
    for (let i = 0; i < 30; i++) this.#broker.forge(lane, lane.startsWith("up") ? "up/records" : "down/welcome");
  }
}
