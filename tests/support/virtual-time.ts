import { type ClockPort, ClockQuality } from "../../hal/ports/clock.js";
import { ManualTimers } from "./manual-timers.js";

/** A clock that moves only when told, and its timers. */
export class VirtualTime extends ManualTimers implements ClockPort {
  wall: number | undefined = 1_700_000_000;

  monotonicMs(): number {
    return this.nowMs;
  }

  wallSeconds(): number | undefined {
    return this.wall === undefined ? undefined : this.wall + Math.floor(this.nowMs / 1000);
  }

  quality(): ClockQuality {
    return this.wall === undefined ? ClockQuality.unknown : ClockQuality.kept;
  }

  setWall(seconds: number): void {
    this.wall = seconds - Math.floor(this.nowMs / 1000);
  }

  run(forMs: number, each?: () => void): void {
    this.advance(forMs, each);
  }

  get pendingTimers(): number {
    return this.pending;
  }
}
