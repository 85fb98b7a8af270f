/** Battery fuel gauge (MAX17048 on the reference boards). */
export interface GaugePort {
  /** One coherent reading, or undefined when the gauge does not answer. Values are as the part tells them, not yet judged. */
  read(): GaugeReading | undefined;
}

export interface GaugeReading {
  /** State of charge in percent of the battery's present capacity, 0 to 100 from a healthy part. */
  readonly chargePercent: number;
  /** Cell voltage, mV. */
  readonly millivolts: number;
  /** Current into the cell, mA; negative when discharging; undefined where the part cannot tell (MAX17048 cannot). */
  readonly milliamps: number | undefined;
  /** Cell temperature, degrees Celsius; undefined where there is no thermometer, or it does not answer. */
  readonly celsius: number | undefined;
}

/** External supply. */
export interface MainsPort {
  present(): boolean;
  /** Called once per change, after `present()` gives the new value. Debounced for 50 ms by the board. */
  onChange: ((present: boolean) => void) | undefined;
}

/** The small black reset button under the screen. Asleep, it is a wake source; awake, it is an input. */
export interface ButtonPort {
  /** Called on each debounced press (30 ms); a held button gives one call. */
  onPress: (() => void) | undefined;
  /** The lamp in the button's ring: steady off, steady on, or flashing at 2 Hz. Idempotent. */
  lamp(mode: "off" | "on" | "flash"): void;
}

/** Why the program runs. The numbers are what journal boot records carry. */
export const WakeCause = {
  powerOn: 0,
  button: 1,
  mainsBack: 2,
  timer: 3,
  watchdog: 4,
  brownOut: 5,
  software: 6,
} as const;
export type WakeCause = (typeof WakeCause)[keyof typeof WakeCause];

export interface SleepPort {
  /** Why this boot happened. Constant during a boot. */
  readonly wakeCause: WakeCause;
  /**
   * Ends the program: it does not return. RAM is lost; the next thing that runs is a boot with the wake cause. The button and
   * returning mains always wake; so does the RTC after `wakeAfterSeconds` (60 to 2^31-1) when given. A button that is held
   * when sleep begins does not wake before it is let go: a stuck one must not empty the cell.
   */
  sleep(options: { depth: "sleep" | "hibernate"; wakeAfterSeconds?: number }): never;
  /** Ends the program and boots again at once with cause `software`. Does not return. */
  restart(): never;
}

export interface WatchdogPort {
  /** Starts the watchdog, or sets it again. Without `feed` within `timeoutMs` (1,000 to 60,000) the board boots with cause `watchdog`. */
  start(timeoutMs: number): void;
  feed(): void;
}
