import type { Text } from "../ports/panel.js";
import type { FontFile } from "./font.js";

/** What the cabinet looks like from the front. */
export interface CabinetShape {
  /** Bins of each unit, from A on. */
  readonly units: readonly number[];
  /** Bins side by side in a unit. */
  readonly columns: number;
}

/** What a layout depends on besides the view. */
export interface Setting {
  /** px. */
  readonly width: number;
  readonly height: number;
  /** The side of the smallest key, px: 9 mm on this panel. */
  readonly key: number;
  readonly font: FontFile;
  readonly cabinet: CabinetShape;
  /** Texts a step larger, for whoever prefers that. */
  readonly large: boolean;
  say(language: string, text: Text): string;
}

/** The smallest key that a finger hits surely, mm. */
const KEY_MILLIMETRES = 9;

/** Its side on a panel, px. */
export function keySide(pixelsPerMillimetre: number): number {
  return Math.ceil(KEY_MILLIMETRES * pixelsPerMillimetre);
}

/** Where in a view somebody is. The firmware knows nothing of it. */
export interface ViewPlace {
  /** Of the keyboard. */
  readonly keyboard: number;
  /** Of texts and of choices that have no room on one screen. */
  readonly texts: number;
  readonly choices: number;
  /** What the icons mean is shown. */
  readonly words: boolean;
  /** Of drawings that move, counts up. */
  readonly step: number;
  /** Since the view was first shown, s. */
  readonly seconds: number;
}

export const START: ViewPlace = { keyboard: 0, texts: 0, choices: 0, words: false, step: 0, seconds: 0 };
