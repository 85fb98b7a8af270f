import type { BoardProfile } from "../ports/board.js";
import type { Chip } from "./chips.js";
import type { Parts } from "./parts.js";
import type { BoardWiring } from "./wiring.js";

/** A board as a whole; one constant a folder, listed in `index.ts`. */
export interface Board {
  readonly profile: BoardProfile;
  /** What the firmware runs on; undefined where it refuses to start. */
  readonly hardware: Hardware | undefined;
}

export interface Hardware {
  readonly chip: Chip;
  /** What it is made of: the source of all that is said of it elsewhere. */
  readonly parts: Parts;
  /** `parts` as drivers need them (`wiringOf`): what the image holds. */
  readonly wiring: BoardWiring;
  /**
   * Strapping pins that are used all the same: why the level at reset is the one that the chip wants. By GPIO number.
   */
  readonly strapped: Readonly<Record<number, string>>;
  /**
   * Manifest of its image, from the root: beside the SDK's drivers for screen and Ethernet, it names their pins.
   * `npm run firmware -- --board` takes its folder's name. Undefined: no image is built.
   */
  readonly manifest: string | undefined;
}
