import { FT6236 } from "../drivers/ft6236.js";
import type { BoardIo } from "../io/io.js";
import type { TimersPort } from "../ports/clock.js";
import type { BoardWiring } from "./wiring.js";

/** The touch panel of a board: give its points to whatever draws the screen. */
export function touchPanel({ io, wiring, timers }: { io: BoardIo; wiring: BoardWiring; timers: TimersPort }): FT6236 {
  const { address, interrupt } = wiring.touch;
  return new FT6236({
    sensor: { ...wiring.buses.system, address, io: io.SMBus },
    interrupt: { io: io.Digital, pin: interrupt },
    timers,
  });
}
