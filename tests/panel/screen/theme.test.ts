import { expect, test } from "vitest";
import { layOut } from "../../../hal/panel/layout.js";
import { START } from "../../../hal/panel/setting.js";
import { Colour } from "../../../hal/panel/theme.js";
import { settingFor } from "../../../sim/bench/panel/draw.js";
import { VIEWS } from "../../../sim/bench/panel/views.js";

/** WCAG 2.2, relative luminance. */
function luminance(colour: number): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(colour: number): readonly [number, number, number] {
  const share = (shift: number) => {
    const value = ((colour >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [share(16), share(8), share(0)];
}

function contrast(one: number, other: number): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test("whatever is to be read stands out from its ground by 7 to 1", () => {
  const setting = settingFor("240x320");
  const pairs = new Set<string>();
  for (const { view } of VIEWS) {
    for (const words of [false, true]) {
      layOut({ ...view, language: "en" }, { ...START, words }, setting, ({ ink, plate, lines }) => {
        // Where a letter will be typed is a line, not a letter.
        if (lines.length > 0 && lines.join() !== "_") pairs.add(`${ink} ${plate ?? Colour.back}`);
      });
    }
  }
  expect(pairs.size).toBeGreaterThan(5);
  for (const pair of pairs) {
    const [ink, ground] = pair.split(" ").map(Number) as [number, number];
    expect(contrast(ink, ground), pair).toBeGreaterThanOrEqual(7);
  }
});

test("bins that are not meant, and empty places of a code, stand out by 3 to 1", () => {
  expect(contrast(Colour.shape, Colour.back)).toBeGreaterThanOrEqual(3);
});

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const BLINDNESS = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

test.each(Object.entries(BLINDNESS))("with %s yes, no and the bin that is meant are three colours", (_, matrix) => {
  const seen = [Colour.good, Colour.bad, Colour.accent, Colour.shape].map((colour) => {
    const rgb = linear(colour);
    return [0, 3, 6].map((row) => matrix[row]! * rgb[0] + matrix[row + 1]! * rgb[1] + matrix[row + 2]! * rgb[2]);
  });
  for (const [i, one] of seen.entries()) {
    for (const other of seen.slice(i + 1))
      expect(Math.hypot(...one.map((value, k) => value - other[k]!))).toBeGreaterThan(0.15);
  }
});
