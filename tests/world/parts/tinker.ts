import type { BoardParts } from "../../../sim/world/parts/board-parts.js";
import type { Random } from "../../../sim/world/random.js";

/** Breaks and mends something of the board. */
export function tinker(parts: BoardParts, random: Random): void {
  const bus = random.pick([parts.buses.bins, parts.buses.system]);
  const expander = random.pick(parts.expanders);
  const isOn = random.next() < 0.3;
  random.pick([
    () => {
      bus.stuck = isOn;
    },
    () => {
      bus.nackRate = isOn ? 0.2 : 0;
    },
    () => {
      bus.bitErrorRate = isOn ? 0.02 : 0;
    },
    () => {
      expander.silent = isOn;
    },
    () => {
      expander.liesInLatch = isOn ? 1 << random.int(8) : 0;
    },
    () => {
      parts.gauge.jumps = isOn;
    },
    () => {
      parts.rtc.silent = isOn;
    },
    () => {
      parts.reader.silent = isOn;
    },
    () => {
      parts.readerLine.bitErrorRate = isOn ? 0.02 : 0;
    },
    () => parts.readerLine.noise(200),
    () => parts.brownOut(),
    () => {
      parts.bounces = isOn;
    },
  ])();
}
