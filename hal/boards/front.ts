import { Buzzer } from "../drivers/buzzer.js";
import { FT6236 } from "../drivers/ft6236.js";
import type { BoardIo } from "../io/io.js";
import type { TimersPort } from "../ports/clock.js";
import type { BoardWiring } from "./wiring.js";

interface Front {
  readonly io: BoardIo;
  readonly wiring: BoardWiring;
  readonly timers: TimersPort;
}

/** The touch panel of a board: give its points to whatever draws the screen. */
export function touchPanel({ io, wiring, timers }: Front): FT6236 {
  const { address, interrupt } = wiring.touch;
  return new FT6236({
    sensor: { ...wiring.buses.system, address, io: io.SMBus },
    interrupt: { io: io.Digital, pin: interrupt },
    timers,
  });
}

/** The buzzer of a board: whatever draws the screen knows what is to be heard. */
export function buzzer({ io, wiring, timers }: Front): Buzzer {
  return new Buzzer({ io: io.Digital, ...wiring.buzzer, timers });
}
