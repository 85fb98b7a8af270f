export type DoorState = "open" | "closed" | "unknown";

/**
 * Locks and doors. Bins are counted from 0 across the units of the box, in the order of the board's labels; `label` turns a
 * number into what is printed on the bin.
 *
 * The port drives one lock at a time: a second `unlock` while one is energised throws.
 */
export interface BinsPort {
  /** Number of bins fitted, 1 to 200. */
  readonly count: number;
  /** The label on the bin, such as `A-1`: unit letter, dash, number from 1. Throws RangeError outside 0 to count-1. */
  label(bin: number): string;
  /**
   * Energises the lock of `bin` for the board's pulse time, then releases it; returns at once. The door may spring open; what
   * it did is told by `onDoor` only. Throws BinError when the driver cannot reach the lock or another pulse is running.
   */
  unlock(bin: number): void;
  /** Debounced door contact; `unknown` when the input cannot be read. */
  door(bin: number): DoorState;
  /** Called once per change of a door, after `door()` gives the new state; never from inside `unlock`. */
  onDoor: ((bin: number, state: DoorState) => void) | undefined;
  /**
   * Releases the latch that holds the cabinet on its wall plate for the board's hold time. Throws BinError as `unlock` does.
   * There is no contact: what follows is up to the person who lifts the box.
   */
  releaseMount(): void;
}

/** The lock driver or its bus failed; the message names the bin and the cause. */
export class BinError extends Error {}
