import type { TopLevelSpec } from "vega-lite";
import { HALF_YEAR_DAYS } from "../trials/scenarios/six-months.js";
import type { HalfYear } from "./battery-run.js";
import { drawPlot, FONT } from "./plot.js";

const INK = "#22303a";
const FAINT = "#5f6f7a";
const COLOURS = { MS5: "#0a6ea8", MS4: "#c8531c" } as const;
/** Wide enough for a page, px; the PNG has twice that. */
const WIDTH = 860;
const HEIGHT = 400;

export interface PlotOptions {
  readonly runs: Readonly<Record<"MS5" | "MS4", HalfYear>>;
  readonly hibernateBelowPercent: number;
  readonly checkInAbovePercent: number;
  readonly marginPercent: number;
  /** Folder that gets `battery.svg` and `battery.png`. */
  readonly out: string;
}

/** Charge against time, for a page: answers the paths of the two files. */
export async function plotBattery(options: PlotOptions): Promise<readonly string[]> {
  return drawPlot(specOf(options), options.out, "battery");
}

function specOf({ runs, hibernateBelowPercent, checkInAbovePercent, marginPercent }: PlotOptions): TopLevelSpec {
  const models = ["MS5", "MS4"] as const;
  const lastDay = Math.ceil((Math.max(...models.map((model) => runs[model].days)) + 70) / 50) * 50;
  const charge = models.flatMap((model) =>
    runs[model].samples.map(({ day, percent }) => ({ model, day, percent: Math.round(percent * 100) / 100 })),
  );
  const ends = models.map((model) => ({
    model,
    day: runs[model].days,
    percent: 3,
    label: `${model}: ${Math.floor(runs[model].days)} days`,
  }));
  const zones = [
    { from: hibernateBelowPercent, to: 100, tint: "#eef4f8", name: "sleeps: expanders and gauge kept ready" },
    {
      from: checkInAbovePercent,
      to: hibernateBelowPercent,
      tint: "#f6f6f1",
      name: "hibernates: expanders and gauge at rest",
    },
    { from: 0, to: checkInAbovePercent, tint: "#f8f0ec", name: "no check-ins any more" },
  ];
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [0, lastDay], nice: false },
    axis: { title: "days since the mains was lost", values: range(0, lastDay, 50), grid: false },
  });
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [0, 100] },
    axis: { title: "charge, %", values: range(0, 100, 20), grid: false },
  });
  const label = { type: "text" as const, font: FONT, fontSize: 12, color: FAINT };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: WIDTH,
    height: HEIGHT,
    background: "#ffffff",
    // Vega guesses how wide texts are and would leave room for that.
    autosize: { type: "none" },
    padding: { left: 64, right: 24, top: 76, bottom: 52 },
    title: {
      text: "100 exchanges in six months without mains, on one charge",
      subtitle:
        "3,500 mAh cell worn to 90 %, 20 °C, cellular only, a check-in after each day asleep. Small strokes: exchanges of the MS5",
      anchor: "start",
      font: FONT,
      fontSize: 18,
      color: INK,
      subtitleFont: FONT,
      subtitleFontSize: 13,
      subtitleColor: FAINT,
      subtitlePadding: 6,
      offset: 14,
      frame: "group",
    },
    config: {
      font: FONT,
      view: { stroke: null },
      axis: { labelColor: FAINT, titleColor: FAINT, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
    },
    layer: [
      {
        data: { values: zones },
        mark: { type: "rect" },
        encoding: { y: y("from"), y2: { field: "to" }, color: { field: "tint", type: "nominal", scale: null } },
      },
      {
        data: { values: zones },
        mark: { ...label, align: "right", baseline: "top", dx: -8, dy: 8, fontStyle: "italic" },
        encoding: { x: { datum: lastDay, type: "quantitative" }, y: y("to"), text: { field: "name", type: "nominal" } },
      },
      {
        data: { values: [{ percent: marginPercent, name: `a margin of ${marginPercent} %` }] },
        mark: { type: "rule", color: FAINT, strokeDash: [2, 4] },
        encoding: { y: y("percent") },
      },
      {
        data: { values: [{ percent: marginPercent, day: 0, name: `margin asked for: ${marginPercent} %` }] },
        mark: { ...label, align: "left", baseline: "bottom", dx: 6, dy: -4 },
        encoding: { x: x("day"), y: y("percent"), text: { field: "name", type: "nominal" } },
      },
      {
        data: { values: [{ day: HALF_YEAR_DAYS }] },
        mark: { type: "rule", color: INK, strokeDash: [5, 4] },
        encoding: { x: x("day") },
      },
      {
        data: {
          values: [
            {
              day: HALF_YEAR_DAYS,
              percent: 97,
              name: `day ${HALF_YEAR_DAYS}: ${models.map((m) => `${m} ${leftAt(runs[m])} %`).join(", ")} left`,
            },
          ],
        },
        mark: { ...label, color: INK, fontWeight: "bold", align: "left", dx: 8 },
        encoding: { x: x("day"), y: y("percent"), text: { field: "name", type: "nominal" } },
      },
      {
        data: { values: runs.MS5.visits.map((day) => ({ day, low: 0, high: 3 })) },
        mark: { type: "rule", color: COLOURS.MS5, opacity: 0.7, strokeWidth: 1 },
        encoding: { x: x("day"), y: y("low"), y2: { field: "high" } },
      },
      {
        data: { values: charge },
        mark: { type: "line", strokeWidth: 2.5, interpolate: "linear" },
        encoding: {
          x: x("day"),
          y: y("percent"),
          color: {
            field: "model",
            type: "nominal",
            scale: { domain: [...models], range: models.map((model) => COLOURS[model]) },
            legend: null,
          },
        },
      },
      ...ends.map((end, i) => ({
        data: { values: [end] },
        mark: {
          ...label,
          color: COLOURS[end.model],
          fontWeight: "bold" as const,
          align: "left" as const,
          dx: 10,
          dy: i === 0 ? -14 : 4,
        },
        encoding: {
          x: { datum: Math.max(...ends.map((one) => one.day)), type: "quantitative" as const },
          y: y("percent"),
          text: { field: "label", type: "nominal" as const },
        },
      })),
    ],
    resolve: { scale: { color: "independent" } },
  };
}

function leftAt({ samples }: HalfYear): string {
  return String(Math.floor(samples.find(({ day }) => day >= HALF_YEAR_DAYS)?.percent ?? 0));
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}
