import { createHash } from "node:crypto";
import type { Driver } from "../clock/driver.js";
import { Scheduler } from "../clock/scheduler.js";
import { VirtualDriver } from "../clock/virtual.js";
import type { Network } from "../net/network.js";
import { VirtualNetwork } from "../net/virtual-network.js";
import { Random } from "../random.js";
import { TraceLog } from "../trace.js";

/** 2026-11-02T08:00:00Z, a Monday. */
const DEFAULT_START = 1_793_606_400;

export interface WorldOptions {
  /** Whole number below 2^53: all chance in this world follows from it. */
  readonly seed: number;
  /** True time when the world begins, s since 1970 UTC. */
  readonly startWallSeconds?: number;
  readonly trace?: TraceLog;
  /** Virtual time if absent. */
  readonly driver?: (scheduler: Scheduler, network: Network) => Driver;
  /** A `VirtualNetwork` if absent. */
  readonly network?: (scheduler: Scheduler) => Network;
}

/** A scenario waited in vain; the message names what for, and carries the last lines of the trace. */
export class TimeoutError extends Error {}

/** What the boxes, people and servers of one simulation share: time, chance, the network and the trace. */
export class World {
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly trace: TraceLog;
  readonly network: Network;
  readonly driver: Driver;
  readonly startWallSeconds: number;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.startWallSeconds = options.startWallSeconds ?? DEFAULT_START;
    this.trace = options.trace ?? new TraceLog();
    this.network = options.network?.(this.scheduler) ?? new VirtualNetwork(this.scheduler);
    this.driver = options.driver?.(this.scheduler, this.network) ?? new VirtualDriver(this.scheduler);
  }

  get nowMs(): number {
    return this.scheduler.nowMs;
  }

  /** True time, s since 1970 UTC, with fractions. */
  wallSeconds(): number {
    return this.startWallSeconds + this.scheduler.nowMs / 1000;
  }

  /** A stream of random numbers that depends on the seed and `name` only. */
  random(name: string): Random {
    return new Random(createHash("sha256").update(`${this.seed} ${name}`).digest().readUIntBE(0, 6));
  }

  async advance(ms: number): Promise<void> {
    await this.driver.advance(ms);
  }

  /** Runs until `reached` holds. Throws TimeoutError naming `what` when `limitMs` of virtual time goes by first. */
  async until(reached: () => boolean, limitMs: number, what: string): Promise<void> {
    if (await this.driver.until(reached, limitMs)) return;
    throw new TimeoutError(
      `waited ${limitMs} ms in vain for ${what}; the trace ends with\n${this.trace.tail().slice(-30).join("\n")}`,
    );
  }

  /** Lets go of sockets. Nothing of the world may be used afterwards. */
  close(): void {
    this.network.close();
  }
}
