import type { BoardWiring } from "./wiring.js";

/**
 * The level that a resistor on the board gives each pin while nobody drives it: in reset, and asleep, where the processor lets go of all of
 * them. What must be off then is off by it. The buzzer rests at the level at which it is still.
 */
export const RESTS: Readonly<Record<keyof BoardWiring["pins"], 0 | 1>> = {
  button: 1,
  lamp: 0,
  mains: 0,
  lockSupply: 0,
  expanderReset: 1,
  expanderInterrupt: 1,
  mount: 0,
  backlight: 0,
  rail: 0,
};
