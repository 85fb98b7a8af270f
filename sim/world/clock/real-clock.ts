import { type ClockPort, ClockQuality } from "../../../hal/ports/clock.js";

/** The host's clock, where the firmware's own code meets real sockets and no box is around it. Nobody sets it. */
export const REAL_CLOCK: ClockPort = {
  monotonicMs: () => Math.floor(performance.now()),
  wallSeconds: () => Math.floor(Date.now() / 1_000),
  quality: () => ClockQuality.synced,
  setWall: () => {},
};
