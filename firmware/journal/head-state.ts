import { FIRST_FRAME } from "./geometry.js";
import type { HeldFrame } from "./sector-scan.js";

/** How far the journal has come in its newest sector: as the mount finds it, and then as each append leaves it. */
export interface HeadState {
  /** Sequence number of the next record, and of the last vital one; 0: there is none. */
  nextSeq: number;
  lastVital: number;
  /** What may be read ends here. */
  readEnd: number;
  /** The next frame goes here, once the repair is done. */
  writeAt: number;
  /** Where the frame that the repair is to destroy begins, if there is one. */
  tornAt: number;
  held: HeldFrame | undefined;
  /** Whether its checkpoint can be read. */
  whole: boolean;
}

/** Of a journal without records. */
export function noHead(): HeadState {
  return {
    nextSeq: 1,
    lastVital: 0,
    readEnd: FIRST_FRAME,
    writeAt: FIRST_FRAME,
    tornAt: FIRST_FRAME,
    held: undefined,
    whole: true,
  };
}
