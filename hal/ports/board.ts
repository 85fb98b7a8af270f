/** What a model can do and the numbers that its hardware sets. One constant per model, in its folder beside this file. */
export interface BoardProfile {
  /** As people and the cloud name it, 1 to 16 printable ASCII characters. */
  readonly model: string;
  /** MS3 and earlier have neither the onboard memory nor the battery: the firmware refuses to start on them. */
  readonly offlineCapable: boolean;
  readonly battery: BatteryProfile | undefined;
  readonly power: PowerSettings;
  readonly bins: BinSettings;
  readonly panel: PanelProfile;
}

/** The screen, and the cabinet as it is drawn on it. */
export interface PanelProfile {
  /** px. */
  readonly width: number;
  readonly height: number;
  /** Of the glass: what a finger hits and an eye reads is measured in millimetres. */
  readonly pixelsPerMillimetre: number;
  /** Bins side by side in a unit. */
  readonly binColumns: number;
}

export interface BatteryProfile {
  /** Rated capacity, mAh. */
  readonly capacityMilliampHours: number;
  /** Below this cell voltage no flash is written and no lock is energised, mV. */
  readonly brownOutMillivolts: number;
  /** Mean current at the cell without mains: asleep, with the check-ins and an exchange every other day, mA. */
  readonly plannedMilliamps: number;
}

export interface PowerSettings {
  /** From loss of mains to sleep, ms. */
  readonly sleepAfterMs: number;
  /** Below this charge the shorter time and the deeper sleep apply, percent. */
  readonly hibernateBelowPercent: number;
  /** Without use, below that charge, ms. */
  readonly hibernateAfterMs: number;
  /** A person at the panel, an exchange or a sync may put sleep off by at most this much, ms. */
  readonly busyGraceMs: number;
  readonly checkIn: CheckInSettings;
  readonly backlight: BacklightSettings;
}

/** Asleep, the box wakes in the dark to send what is unsent and to fetch permissions, and sleeps again. */
export interface CheckInSettings {
  /** From falling asleep to the check-in, s, 60 to 2^31-1; 0: never. */
  readonly everySeconds: number;
  /** None below this charge, percent. */
  readonly abovePercent: number;
  /** How long it may take, ms. */
  readonly atMostMs: number;
}

/** Light of the screen, percent. */
export interface BacklightSettings {
  readonly mainsPercent: number;
  readonly batteryPercent: number;
  /** On battery when the charge is low, and when nobody has touched anything for `dimAfterMs`. */
  readonly lowPercent: number;
  readonly dimAfterMs: number;
  /**
   * On mains, when nobody has touched anything for `dimAfterMs`, between these hours of the box's place, 0 to 23; where the time or
   * the place is not known, never.
   */
  readonly night: { readonly percent: number; readonly fromHour: number; readonly untilHour: number };
}

export interface BinSettings {
  /** Time for a door to report open after an unlock pulse, ms. */
  readonly openWithinMs: number;
  /** Pulses after the first before the bin counts as faulty. */
  readonly retries: number;
  /** Gap between pulses, so that the supply recovers, ms. */
  readonly betweenPulsesMs: number;
  /** A door open for longer is reported, ms. */
  readonly heldOpenAfterMs: number;
  /** The board holds the wall latch back for so long, ms; no lock can be driven meanwhile. */
  readonly mountHoldMs: number;
}
