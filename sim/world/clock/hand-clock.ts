import { type ClockPort, ClockQuality } from "../../../hal/ports/clock.js";

/** A clock that moves only when it is told, where there is no world around what is tried. */
export class HandClock implements ClockPort {
  ms = 0;
  /** s since 1970 UTC; undefined: it has no time. */
  wall: number | undefined = 1_790_000_000;
  /** What its time is worth while it has one. */
  worth: ClockQuality = ClockQuality.kept;

  monotonicMs(): number {
    return this.ms;
  }

  wallSeconds(): number | undefined {
    return this.wall;
  }

  quality(): ClockQuality {
    return this.wall === undefined ? ClockQuality.unknown : this.worth;
  }

  setWall(seconds: number): void {
    this.wall = seconds;
  }

  /** Lets time pass, on both clocks. */
  pass(seconds: number): void {
    this.ms += seconds * 1_000;
    if (this.wall !== undefined) this.wall += seconds;
  }
}
