import { HostileBroker, type LaneName } from "../../broker/virtual/hostile.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Deal, Deck } from "./deck.js";

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

  readonly #deck: Deck;

  constructor(stage: Scene, random: Random, deal: Deal) {
    const { virtual } = stage.broker;
    if (virtual === undefined) throw new Error("a real broker cannot be turned");
    this.#random = random;
    this.#timers = worldTimers(stage.world.scheduler);
    const broker = new HostileBroker(virtual, this.#timers, random);
    this.#broker = broker;
    const lane = () => random.pick(LANES);
    const cards = {
      drop: { share: 10, play: () => broker.drop(lane()) },
      hold: { share: 10, play: () => broker.hold(lane()) },
      drip: { share: 8, play: () => broker.drip(lane(), SECOND_MS * (1 + random.int(90))) },
      release: { share: 17, play: () => broker.release(lane(), random.pick(["in order", "reordered"])) },
      replay: { share: 13, play: () => broker.replay(lane(), 1 + random.int(8)) },
      flood: { share: 12, play: () => this.#flood(lane()) },
      reform: { share: 30, play: () => broker.reform() },
    };
    this.#deck = new Deck("broker", cards, deal);
  }

  async one(): Promise<void> {
    await this.#deck.one(this.#random);
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
