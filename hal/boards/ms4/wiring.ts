import { REFERENCE_ADDRESSES, TOUCH_ADDRESS } from "../reference.js";
import type { BoardWiring } from "../wiring.js";

/** MS4 reference board, ESP32. */
export const MS4_WIRING: BoardWiring = {
  ...REFERENCE_ADDRESSES,
  buses: {
    system: { data: 21, clock: 22, port: 0, hz: 400_000 },
    bins: { data: 18, clock: 19, port: 1, hz: 400_000 },
  },
  touch: { address: TOUCH_ADDRESS, interrupt: 35 },
  // Button and mains wake from deep sleep: they are RTC pins. 34 to 39 have no pull-ups: mains is there, the touch panel, which drives
  // its pin, and the expanders, whose pull-up is on the board.
  pins: {
    button: 33,
    lamp: 23,
    mains: 34,
    lockSupply: 13,
    expanderReset: 14,
    expanderInterrupt: 39,
    mount: 4,
    backlight: 12,
    rail: 27,
  },
  buzzer: { pin: 0, on: 0 },
  reader: { receive: 26, transmit: 25, port: 2, baud: 115_200 },
};
