import type { Scheduler } from "../clock/scheduler.js";
import type { Random } from "../random.js";

/** What every simulated device of one box is given. */
export interface Site {
  readonly scheduler: Scheduler;
  /** The device's own stream of random numbers: `name` picks it, the world's seed feeds it. */
  random(name: string): Random;
  /** Seconds since 1970 UTC as the world has them, with fractions; the box's own clock may differ. */
  trueWallSeconds(): number;
  trace(device: string, event: string): void;
}

/** A person or a scenario asked for what the simulated world does not allow: the message says what. */
export class WorldError extends Error {}
