/** What a processor's pins can do, by GPIO number. */
export interface Chip {
  readonly name: string;
  /** GPIOs that exist. */
  readonly pins: readonly number[];
  /** They have no output driver. */
  readonly inputOnly: readonly number[];
  /** Read at reset: their level then decides how the chip starts. */
  readonly strapping: readonly number[];
  /** Taken by the module: flash, PSRAM, USB, the console. */
  readonly taken: readonly number[];
  /** They can wake the chip from deep sleep, and hold their pull-ups in it. */
  readonly wake: readonly number[];
}

/** ESP32 in a module with PSRAM (ESP32 data sheet v3.5, sections 2.2 to 2.4). */
export const ESP32: Chip = {
  name: "ESP32",
  pins: [...range(0, 19), ...range(21, 23), ...range(25, 27), ...range(32, 36), 39],
  inputOnly: [...range(34, 36), 39],
  strapping: [0, 2, 5, 12, 15],
  // Console 1 and 3, flash 6 to 11, PSRAM 16 and 17.
  taken: [1, 3, ...range(6, 11), 16, 17],
  wake: [0, 2, 4, ...range(12, 15), ...range(25, 27), ...range(32, 36), 39],
};

/** ESP32-S3 in a module with octal PSRAM (ESP32-S3 data sheet, sections 2.2 to 2.6). */
export const ESP32_S3: Chip = {
  name: "ESP32-S3",
  pins: [...range(0, 21), ...range(26, 48)],
  inputOnly: [],
  strapping: [0, 3, 45, 46],
  // Flash 26 to 32, octal PSRAM 33 to 37, console 43 and 44. USB's 19 and 20 are free: the console is the UART.
  taken: [...range(26, 32), ...range(33, 37), 43, 44],
  wake: range(0, 21),
};

/** Both ends included. */
function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
