import { fileURLToPath } from "node:url";
import type { TopLevelSpec } from "vega-lite";
import type { Arrivals } from "./herd.js";
import { drawPlot, FONT } from "./plot.js";

const BUILD = fileURLToPath(new URL("../../build", import.meta.url));
const INK = "#22303a";
const FAINT = "#5f6f7a";
const COLOURS = ["#c8531c", "#0a6ea8"] as const;

/** Boxes a second after each outage, told a pace and not: answers the paths of `herd.svg` and `herd.png`. */
export function plotHerd(
  boxes: number,
  paced: readonly Arrivals[],
  untold: readonly Arrivals[],
): Promise<readonly string[]> {
  return drawPlot(specOf(boxes, paced, untold), BUILD, "herd");
}

function specOf(boxes: number, paced: readonly Arrivals[], untold: readonly Arrivals[]): TopLevelSpec {
  const told = `pace of ${paced[0]!.spreadSeconds} s told by the cloud`;
  const names = ["no pace told", told] as const;
  const values = [...untold, ...paced].flatMap(({ outageSeconds, isPaced, perSecond }) =>
    perSecond.map((count, second) => ({
      outage: `outage of ${outageSeconds} s`,
      policy: isPaced ? told : names[0],
      second: second + 0.5,
      // A logarithmic scale has no place for none.
      count: Math.max(count, 0.5),
    })),
  );
  const best = boxes / paced[0]!.spreadSeconds;
  const axis = { labelFont: FONT, titleFont: FONT, labelColor: FAINT, titleColor: INK, gridColor: "#e6eaed" };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: `${boxes.toLocaleString("en")} boxes come back after an outage`,
      subtitle: `boxes that connect in each second; the dashed line is the best there can be: ${best} a second`,
      font: FONT,
      subtitleFont: FONT,
      color: INK,
      subtitleColor: FAINT,
      anchor: "start",
    },
    config: { font: FONT, view: { stroke: null }, axis, header: { labelFont: FONT, title: null } },
    data: { values },
    facet: { row: { field: "outage", type: "nominal", sort: paced.map((one) => `outage of ${one.outageSeconds} s`) } },
    spec: {
      width: 780,
      height: 130,
      layer: [
        {
          mark: { type: "line", strokeWidth: 1.6 },
          encoding: {
            x: { field: "second", type: "quantitative", title: "seconds since the broker is back" },
            y: {
              field: "count",
              type: "quantitative",
              title: "boxes a second",
              scale: { type: "log", domain: [0.5, boxes] },
              axis: { values: [1, 10, 100, 1_000, 10_000] },
            },
            color: {
              field: "policy",
              type: "nominal",
              title: null,
              scale: { domain: [...names], range: [...COLOURS] },
              legend: { orient: "top", labelFont: FONT, labelLimit: 400 },
            },
          },
        },
        { mark: { type: "rule", strokeDash: [5, 4], color: INK }, encoding: { y: { datum: best } } },
      ],
    },
  };
}
