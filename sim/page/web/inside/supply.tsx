import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Sample } from "../../shared/state.js";
import { now } from "../live.js";
import { clockTime, dateTime, language, say, sayAny, shortTime, theme } from "../words.js";

const HEIGHT = 220;

/** Charge and current over time, and below them when mains, screen, link and cloud were there. */
export function Supply() {
  const samples = now.history.value?.samples ?? [];
  if (samples.length < 2) return <p class="note">{say("loading")}</p>;
  return (
    <>
      {(now.box.value?.hasBattery ?? false) && <Chart samples={samples} />}
      <Lanes samples={samples} />
    </>
  );
}

function Chart({ samples }: { samples: readonly Sample[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data: uPlot.AlignedData = [
    samples.map(({ t }) => t),
    samples.map(({ percent }) => percent),
    samples.map(({ milliamps }) => milliamps),
  ];
  useEffect(() => {
    const element = place.current!;
    const ink = getComputedStyle(element);
    const colour = (name: string) => ink.getPropertyValue(name);
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: colour("--ink"), grid, ticks: grid };
    const times = { ...axis, values: (_: uPlot, splits: number[]) => splits.map(axisTime) };
    const timeZone = now.box.value?.timeZone ?? "UTC";
    plot.current = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timeZone),
        scales: { percent: { range: [0, 100] }, mA: {} },
        axes: [times, { ...axis, scale: "percent" }, { ...axis, scale: "mA", side: 1, grid: { show: false } }],
        series: [
          { label: say("col-when"), value: (_, seconds) => (seconds == null ? "" : dateTime(seconds)) },
          { label: say("chart-charge"), scale: "percent", stroke: colour("--good"), width: 2, points: { show: false } },
          {
            label: say("chart-current"),
            scale: "mA",
            stroke: colour("--warn"),
            width: 1,
            points: { show: false },
            paths: uPlot.paths.stepped!({ align: 1 }),
          },
        ],
      },
      data,
      element,
    );
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
    };
  }, [language.value, theme.value, now.box.value?.id]);
  useEffect(() => plot.current?.setData(data), [samples]);
  return <div class="chart" ref={place} />;
}

/** Whole minutes as hours and minutes; between them the seconds are what tells two lines apart. */
function axisTime(seconds: number): string {
  return seconds % 60 === 0 ? shortTime(seconds) : clockTime(seconds);
}

const LANES = ["mains", "screen", "link", "cloud"] as const;

function isOn(sample: Sample, lane: (typeof LANES)[number]): boolean {
  if (lane === "mains") return sample.mains;
  if (lane === "screen") return sample.lit;
  return lane === "link" ? sample.link !== null : sample.online;
}

/** Stretches in which something was there, in permille of the time shown. */
function Lanes({ samples }: { samples: readonly Sample[] }) {
  const from = samples[0]!.t;
  const span = Math.max(1, samples.at(-1)!.t - from);
  const at = (t: number) => (1_000 * (t - from)) / span;
  return (
    <ul class="lanes">
      {LANES.map((lane) => (
        <li key={lane}>
          <span>{sayAny(`lane-${lane}`)}</span>
          <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            {stretches(samples, lane).map(([begin, end, on]) => (
              <rect
                key={begin}
                class={on ? "on" : "off"}
                x={at(begin)}
                width={at(end) - at(begin)}
                y={on ? 0 : 3}
                height={on ? 10 : 4}
              />
            ))}
          </svg>
        </li>
      ))}
    </ul>
  );
}

function stretches(
  samples: readonly Sample[],
  lane: (typeof LANES)[number],
): readonly (readonly [number, number, boolean])[] {
  const found: [number, number, boolean][] = [];
  for (const sample of samples) {
    const last = found.at(-1);
    if (last !== undefined) last[1] = sample.t;
    const on = isOn(sample, lane);
    if (last === undefined || last[2] !== on) found.push([sample.t, sample.t, on]);
  }
  return found;
}
