import type { PanelInput } from "../ports/panel.js";
import type { Face } from "./font.js";

/** What a key does: an input for the firmware, or another page of what is shown. */
export type Action =
  | PanelInput
  /** `page` of the keyboard. */
  | { readonly kind: "keyboard"; readonly page: number }
  /** The next page of what had no room. */
  | { readonly kind: "more"; readonly of: "texts" | "choices" }
  /** What the icons of the status strip mean, or back from there. */
  | { readonly kind: "words" };

/** A drawing that is no letter. */
export type Art =
  /** The cabinet, with a bin lit. */
  | { readonly kind: "cabinet"; readonly unit: string; readonly bin: number }
  /** A bin and its door. `act`: what to do there; `step`: of the movement, 0 to 7. */
  | { readonly kind: "door"; readonly act: DoorAct; readonly step: number }
  /** Twelve dots, `lit` of them; from `from` on. */
  | { readonly kind: "ring"; readonly lit: number; readonly from: number; readonly label: string };
export type DoorAct = "take" | "put" | "close" | "open";

/**
 * A piece of the screen, px. The tiles of a view cover the screen without gaps and overlaps, so each can be drawn anew alone.
 */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Colour of a key in it; absent: there is only ground. */
  readonly plate?: number;
  readonly ink: number;
  readonly face: Face;
  readonly align: "left" | "middle";
  readonly lines: readonly string[];
  readonly art?: Art;
  readonly action?: Action;
  /** A finger counts down to here, where the tile is lower than a finger, px from its top. */
  readonly reach?: number;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Of everything that stands for a tile on the screen: two tiles with the same number look the same. FNV-1a. */
export function lookOf(tile: Tile): number {
  let hash = 0x811c9dc5;
  const add = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  add(tile.x);
  add(tile.y);
  add(tile.width);
  add(tile.height);
  add(tile.plate ?? -1);
  add(tile.ink);
  add(tile.face);
  add(tile.align.length);
  for (const line of tile.lines) {
    for (const letter of line) add(letter.codePointAt(0)!);
    add(-1);
  }
  const { art } = tile;
  if (art !== undefined) {
    const text = art.kind === "cabinet" ? art.unit : art.kind === "door" ? art.act : art.label;
    for (const letter of art.kind + text) add(letter.codePointAt(0)!);
    add(art.kind === "cabinet" ? art.bin : art.kind === "door" ? art.step : art.lit * 16 + art.from);
  }
  return hash;
}
