import { html, raw } from "hono/html";
import { type CellOutcome, totalsOf } from "./cell.js";

/** Where, when and what of a run, for the head of a report. */
export interface RunHead {
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly parts: string;
}

/** JUnit's XML as CI services read it: a suite for each target, a case for each scenario. */
export function junitOf(outcomes: readonly CellOutcome[], { began }: RunHead): string {
  const suites = targetsOf(outcomes).map((target) => {
    const cells = outcomes.filter((one) => one.target === target);
    const { cells: tests, failed, notRun } = totalsOf(cells);
    const time = cells.reduce((sum, one) => sum + one.seconds, 0).toFixed(1);
    return html`
  <testsuite name="${target}" tests="${tests}" failures="${failed}" skipped="${notRun}" time="${time}" timestamp="${began}">
${cells.map(junitCase)}  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>${suites.join("")}\n</testsuites>\n`;
}

function junitCase({ scenario, target, seconds, verdict, why, again }: CellOutcome) {
  const what = plain(why ?? "");
  const inside =
    verdict === "failed"
      ? html`<failure message="${what.split("\n")[0]}">${what}\n${again}</failure>`
      : verdict === "notRun"
        ? html`<skipped message="${what}"/>`
        : "";
  return html`    <testcase classname="${target}" name="${scenario}" time="${seconds}">${inside}</testcase>\n`;
}

/** XML knows no control characters, and a terminal's colours are some. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to go.
  return text.replace(/\x1b\[\d+m/g, "").replace(/[\x00-\x08\x0b-\x1f]/g, "");
}

function targetsOf(outcomes: readonly CellOutcome[]): string[] {
  return [...new Set(outcomes.map(({ target }) => target))];
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 80rem; color: #222; }
table { border-collapse: collapse; }
th, td { border: 1px solid #bbb; padding: 0.3rem 0.7rem; text-align: left; vertical-align: top; }
.passed { background: #e6f4e6; } .failed { background: #f9dcdc; } .notRun { background: #eee; }
pre { white-space: pre-wrap; margin: 0.3rem 0; } small { color: #555; }
`;

/** One page for people: scenarios down, targets across, what failed below. */
export function pageOf(outcomes: readonly CellOutcome[], { commit, began, parts }: RunHead): string {
  const targets = targetsOf(outcomes);
  const scenarios = [...new Set(outcomes.map(({ scenario }) => scenario))];
  const { cells, passed, failed, notRun } = totalsOf(outcomes);
  const at = (scenario: string, target: string) =>
    outcomes.find((one) => one.scenario === scenario && one.target === target);
  const told = outcomes.filter(({ verdict }) => verdict !== "passed");
  return `${html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${failed} of ${cells} failed</title><style>${raw(STYLE)}</style>
<h1>Scenarios on targets</h1>
<p>${cells} cells: ${passed} passed, ${failed} failed, ${notRun} not run. Commit ${commit}, ${began}, parts: ${parts}.</p>
<table><tr><th>scenario</th>${targets.map((target) => html`<th>${target}</th>`)}</tr>
${scenarios.map(
  (scenario) =>
    html`<tr><th>${scenario}</th>${targets.map((target) => tableCell(at(scenario, target)))}</tr>
`,
)}</table>
${told.map(explained)}
</html>
`}`;
}

function tableCell(one: CellOutcome | undefined) {
  if (one === undefined) return html`<td></td>`;
  const { verdict, seconds, computrons, peakSlots, peakChunkBytes } = one;
  const figures = [
    `${seconds} s`,
    ...(computrons === undefined ? [] : [`${Math.round(computrons / 1e4) / 100} M computrons`]),
    ...(peakSlots === undefined ? [] : [`${peakSlots} slots`]),
    ...(peakChunkBytes === undefined ? [] : [`${Math.round(peakChunkBytes / 1024)} KB of chunks`]),
  ];
  return html`<td class="${verdict}">${verdict === "notRun" ? "not run" : verdict}<br><small>${figures.join(", ")}</small></td>`;
}

function explained({ scenario, target, verdict, why, again, artifacts }: CellOutcome) {
  const files = ["output.txt", "console.txt", "trace.txt", "journal.bin", "snapshot.bin", "screen.json"];
  return html`<h2>${scenario} on ${target}: ${verdict === "notRun" ? "not run" : verdict}</h2>
<pre>${plain(why ?? "")}</pre>
${verdict === "failed" ? html`<p>Again: <code>${again}</code></p>` : ""}
${artifacts === undefined ? "" : html`<p>${files.map((file) => html`<a href="${artifacts}/${file}">${file}</a> `)}</p>`}
`;
}
