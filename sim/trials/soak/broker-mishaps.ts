import { HostileBroker, type LaneName } from "../../broker/virtual/hostile.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";

const SECOND_MS = 1_000;
const FLOOD_BYTES = 4_000;
const FLOOD_MESSAGES = 200;
/** A box that has lost the broker is back after a minute or two. */
const FLOOD_EVERY_MS = 60 * SECOND_MS;
const FLOOD_BURSTS = 5;
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
  readonly #timers: ReturnType<typeof worldTimers>;

  constructor(stage: Scene, random: Random) {
    const { virtual } = stage.broker;
    if (virtual === undefined) throw new Error("a real broker cannot be turned");
    this.#random = random;
    this.#timers = worldTimers(stage.world.scheduler);
    this.#broker = new HostileBroker(virtual, this.#timers, random);
  }

  one(): void {
    const lane = this.#random.pick(LANES);
    const dice = this.#random.int(100);
    if (dice < 10) this.#broker.drop(lane);
    else if (dice < 20) this.#broker.hold(lane);
    else if (dice < 28) this.#broker.drip(lane, SECOND_MS * (1 + this.#random.int(90)));
    else if (dice < 45) this.#broker.release(lane, this.#random.pick(["in order", "reordered"]));
    else if (dice < 58) this.#broker.replay(lane, 1 + this.#random.int(8));
    else if (dice < 70) this.#flood(lane);
    else this.#broker.reform();
  }

  /** An honest broker again. */
  end(): void {
    this.#broker.reform();
  }

  /**
   * Some on that lane; and many of the largest that there are, while the box is connected: one that tried to open each would be at
   * it for ten seconds.
   */
  #flood(lane: LaneName): void {
    for (let i = 0; i < 30; i++) this.#broker.forge(lane, lane.startsWith("up") ? "up/records" : "down/welcome");
    this.#broker.reform();
    for (let burst = 1; burst <= FLOOD_BURSTS; burst++) this.#timers.set(burst * FLOOD_EVERY_MS, () => this.#burst());
  }

  #burst(): void {
    for (let i = 0; i < FLOOD_MESSAGES; i++) this.#broker.forge("down/snapshot", "down/welcome", FLOOD_BYTES);
  }
}
