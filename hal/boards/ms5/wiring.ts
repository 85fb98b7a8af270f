import { REFERENCE_ADDRESSES, TOUCH_ADDRESS } from "../reference.js";
import type { BoardWiring } from "../wiring.js";

/** MS5 reference board, ESP32-S3. */
export const MS5_WIRING: BoardWiring = {
  ...REFERENCE_ADDRESSES,
  buses: {
    system: { data: 8, clock: 9, port: 0, hz: 400_000 },
    bins: { data: 10, clock: 11, port: 1, hz: 400_000 },
  },
  touch: { address: TOUCH_ADDRESS, interrupt: 15 },
  // Button and mains wake from deep sleep: they are RTC pins.
  pins: {
    button: 4,
    lamp: 5,
    mains: 6,
    lockSupply: 12,
    expanderReset: 13,
    expanderInterrupt: 7,
    mount: 14,
    backlight: 21,
    rail: 45,
  },
  buzzer: { pin: 46, on: 1 },
  // USB's pins: the console is the UART.
  modem: { receive: 20, transmit: 19, port: 2, baud: 115_200, powerKey: 3 },
  reader: { receive: 18, transmit: 17, port: 1, baud: 115_200 },
};
