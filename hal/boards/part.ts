/**
 * A part of a board: what feeds it, what it does asleep, and on which pins of the processor it is. A board's parts (`parts.ts`,
 * `<board>/parts.ts`) are the one source that image, simulator and battery model take from: pins and addresses (`wiring.ts`), levels
 * at rest (`rests.ts`), currents (`draws.ts`), and the table in README.md.
 */

/**
 * What feeds a part. "3V3 switched" is behind the load switch: asleep it has no supply, and so have "leds" and "12V", whose boosts are
 * off. A part on "cell" or "3V3" keeps its supply, and must say what it takes asleep.
 */
export type Supply = KeptSupply | SwitchedSupply;
export type KeptSupply = "cell" | "3V3";
export type SwitchedSupply = "3V3 switched" | "leds" | "12V";

/** Each is switched on and off by itself; `awake` and `starting` are those of the board. */
export const WAKING_LOADS = [
  "awake",
  "starting",
  "reader",
  "backlight",
  "ethernet",
  "wifi",
  "cellular",
  "lock",
  "lamp",
] as const;
export type WakingLoad = (typeof WAKING_LOADS)[number];

/**
 * What a part draws, mA on its supply, by its data sheet (typical values at 25 degrees Celsius). Where no part is behind a figure, its
 * source says *assumed*; *unchecked* is a figure of the named document that was not looked up again.
 */
export interface Current {
  readonly milliamps: number;
  readonly source: string;
}

/** What a part that keeps its supply is in while the box sleeps. */
export interface Asleep {
  readonly state: string;
  readonly sleep: Current;
  /** Absent: as in sleep. */
  readonly hibernate?: Current;
}

/** A pin of the processor. */
export interface PartPin {
  readonly gpio: number;
  /** Whether the processor drives it at one time or another. */
  readonly isDriven: boolean;
  /**
   * The level that a resistor on the board gives it while nobody drives it: in reset, and asleep, where the processor lets go of all its
   * pins. Absent: at the other end is a part that has no supply then, or that drives the pin itself.
   */
  readonly rest?: 0 | 1;
}

interface PartBase<Pin extends string> {
  readonly name: string;
  readonly pins: Readonly<Record<Pin, PartPin>>;
  readonly draws: Readonly<Partial<Record<WakingLoad, Current>>>;
}

export type Part<Pin extends string = never> = PartBase<Pin> &
  (
    | { readonly supply: KeptSupply; readonly asleep: Asleep }
    | { readonly supply: SwitchedSupply; readonly asleep?: never }
  );

/** A pin that the processor drives. */
export function output(gpio: number, rest?: 0 | 1): PartPin {
  return { gpio, isDriven: true, ...(rest !== undefined && { rest }) };
}

/** A pin that it only reads. */
export function input(gpio: number, rest?: 0 | 1): PartPin {
  return { gpio, isDriven: false, ...(rest !== undefined && { rest }) };
}
