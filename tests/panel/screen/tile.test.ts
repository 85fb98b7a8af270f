import { expect, test } from "vitest";
import { Face } from "../../../hal/panel/font.js";
import { lookOf, type Tile } from "../../../hal/panel/tile.js";

const TILE: Tile = {
  x: 1,
  y: 2,
  width: 30,
  height: 40,
  plate: 0x233049,
  ink: 0xffffff,
  face: Face.text,
  align: "left",
  lines: ["Bin", "A-1"],
  art: { kind: "cabinet", unit: "A", bin: 0 },
};

test.each<[string, Partial<Tile>]>([
  ["x", { x: 2 }],
  ["y", { y: 1 }],
  ["width", { width: 31 }],
  ["height", { height: 41 }],
  ["plate", { plate: 0x233048 }],
  ["ink", { ink: 0xf0e442 }],
  ["face", { face: Face.title }],
  ["align", { align: "middle" }],
  ["a letter", { lines: ["Bin", "A-2"] }],
  ["where a line ends", { lines: ["Bi", "nA-1"] }],
  ["the bin of a picture", { art: { kind: "cabinet", unit: "A", bin: 1 } }],
  ["the unit of a picture", { art: { kind: "cabinet", unit: "B", bin: 0 } }],
])("a tile that differs in %s is drawn again", (_what, change) => {
  expect(lookOf({ ...TILE, ...change })).not.toBe(lookOf(TILE));
  expect(lookOf({ ...TILE })).toBe(lookOf(TILE));
});
