import type { FlashPort } from "./flash.js";

/** One of the two places for an image. */
export type Slot = 0 | 1;

/** Why an image that was tried was given up (firmware/update/SPEC.md section 8). */
export const GiveUp = { notConfirmed: 1, imageDamaged: 2, selfTest: 3, noSession: 4, stopped: 5 } as const;
export type GiveUp = (typeof GiveUp)[keyof typeof GiveUp];

/** What the boot stub knows of the images. */
export interface BootFacts {
  /** Of the image that runs, 1 to 2^32-2. */
  readonly release: number;
  /** The image that runs is not confirmed. */
  readonly isTrial: boolean;
  /** The lowest security version that may run. */
  readonly floor: number;
  /** The image that was tried last and given up, since another was confirmed. */
  readonly returned: { readonly release: number; readonly why: number } | undefined;
}

/**
 * Which image boots. Every change is durable when its call returns, and either whole or not there at all after a cut; it throws
 * FlashError where it cannot be made, and then nothing has changed.
 */
export interface BootControl {
  /** Reads it anew. */
  facts(): BootFacts;
  /** The other slot, which holds the sound image of `release`, gets a trial from the next boot on. */
  tryOther(release: number): void;
  /** The image on trial is the confirmed one from now on. Idempotent. */
  confirm(): void;
  /** The image on trial is given up: the confirmed one boots next. Idempotent. */
  giveUp(why: GiveUp): void;
}

/** Absent from a board's HAL where its image cannot be replaced in the field. */
export interface UpdatePort {
  readonly running: Slot;
  /** By slot. The one that runs is never programmed nor erased. */
  readonly slots: readonly [FlashPort, FlashPort];
  /** The firmware's own sectors: keys and download (firmware/update/SPEC.md section 2). At least four sectors. */
  readonly store: FlashPort;
  readonly boot: BootControl;
}
