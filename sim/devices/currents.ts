/**
 * What the parts draw from the battery, mA at 3.7 V. Data-sheet figures are typical values at 25 degrees Celsius; where a part
 * runs from a boosted or bucked rail, 85 % conversion is taken. Figures marked *assumed* have no part behind them yet.
 */
export const CURRENTS = {
  /**
   * ESP32-S3 with the CPU at 240 MHz in modem-sleep, about 50 mA, PN532 polling for tags, 25 mA mean, touch controller and
   * display logic, 15 mA (assumed), regulators.
   */
  awake: 95,
  /**
   * ESP32-S3 deep sleep with RTC memory, 0.008; MAX17048 active, 0.023; RV-3028 0.00005; PN532 soft power-down, 0.022;
   * MCP23017 x 2 standby, 0.002; mains sense and pull-ups, 0.01 (assumed); regulators, 0.06 (assumed).
   */
  sleep: 0.125,
  /** As asleep, with the fuel gauge hibernating (0.003) and the reader's and expanders' rail off. */
  hibernate: 0.08,
  /** Between reset and the firmware: boot ROM, PSRAM test, image load. */
  starting: 80,
  /** Screen light at 100 % (assumed: 4 inch, 6 LEDs). */
  backlight: 140,
  /** RMII Ethernet PHY, link up. */
  ethernet: 65,
  /** ESP32-S3 Wi-Fi receiving, 88 to 97 mA, with the transmitter's share; above the modem-sleep base. */
  wifi: 60,
  /** LTE Cat-1 module, connected, mean (assumed). */
  cellular: 110,
  /** Lock solenoid, 12 V 0.6 A through the boost converter, while energised. */
  lock: 2_300,
  /** Button ring LED: on; flashing counts half. */
  lamp: 5,
  /** Li-ion self-discharge, about 1.5 % a month, and the protection circuit, 0.003. */
  selfDischarge: 0.075,
} as const;
