import { html, raw } from "hono/html";
import { boardOf } from "../../../hal/boards/index.js";
import { entryWords, type LogEntry, newestOf, OFFLINE_SYMBOL, STATUS_WORDS } from "../box-log.js";
import { counted } from "../counted.js";
import type { Box } from "../domain.js";
import type { Inventory } from "../inventory.js";
import type { OrganisationIndex } from "../organisation.js";
import type { BoxPower } from "../power.js";
import type { CloudService } from "../service.js";
import type { Alert, EventEntry } from "../state.js";
import type { Newest } from "../store/lines.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";
import { spanInWords, whenInWords } from "./words.js";

/** Escaped text, perhaps still to come. */
type Html = ReturnType<typeof html>;
const NONE = raw("");
const LOG_ROWS = 50;
const POWER_ROWS = 20;
const POWER_WORDS: Readonly<Record<string, string>> = {
  mainsLost: "mains lost",
  mainsBack: "mains back",
  sleep: "asleep",
  hibernate: "in hibernation",
  batteryLow: "battery low",
  brownOut: "voltage too low",
};
/** As on the panel: firmware/power/README.md, Gauge. */
const LOW_PERCENT = 20;

/** The cloud as people see it in a browser: each box, its supply, its bins and its logs. Shows no code and no secret. */
export async function cloudPage(cloud: CloudService, nowSeconds: number): Promise<string> {
  const { organisation } = cloud.store;
  return String(
    await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SmartBox cloud</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>SmartBox cloud</h1>
<p class="note" id="stale" hidden>The cloud does not answer: what is below may be old.</p>
${organisation.boxes.map((box) => boxSection(cloud, box, nowSeconds))}
</main>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`,
  );
}

function boxSection(cloud: CloudService, box: Box, now: number): Html {
  const { index, inventory } = cloud.ingest.log;
  const place = index.locations.get(box.location)!;
  if (!boardOf(box.model).profile.offlineCapable) return outdated(box, place.name);
  const state = cloud.store.boxState(box.id);
  const log = newestOf(cloud.store, box.id, LOG_ROWS);
  const power = cloud.store.log.power(box.id, POWER_ROWS);
  const badge = state.online ? html`<b class="on">online</b>` : html`<b class="off">${OFFLINE_SYMBOL} offline</b>`;
  return html`<section id="${box.id}">
<header><h2>${box.id}</h2><span>${box.model}, ${place.name}</span>${badge}</header>
${alertList(cloud.alerts.of(box.id), now)}
<dl>
${fact("Last heard", state.lastSeen === undefined ? "never" : ago(now - state.lastSeen))}
${fact("Link", state.status?.link ?? "unknown")}
${supplyFacts(cloud.power(box.id), now)}
${fact("Faults", faultsInWords(state.status?.faults), (state.status?.faults.length ?? 0) > 0)}
${fact("Emergency sheet", `${state.sheets.current} in force, ${counted(state.sheets.used.length, "code")} used`)}
</dl>
<h3>Bins</h3>
<ol class="bins">${box.bins.map((bin, i) => binItem(box, i, bin, inventory, index))}</ol>
<h3>Log</h3>
${logTable(log, place.timeZone)}
<details><summary>Power events</summary>${powerTable(power, place.timeZone)}</details>
</section>
`;
}

function outdated(box: Box, place: string): Html {
  return html`<section id="${box.id}">
<header><h2>${box.id}</h2><span>${box.model}, ${place}</span></header>
<p class="note">An ${box.model} has neither offline mode nor battery: print its outage plan with <code>npm run pack -- --box ${box.id} --out DIR</code>.</p>
</section>
`;
}

function alertList(alerts: readonly Alert[], now: number): Html {
  if (alerts.length === 0) return NONE;
  const item = ({ what, wayOut, since }: Alert) =>
    html`<li><b>${what}</b>: ${wayOut} <span>(since ${spanInWords(now - since)})</span></li>`;
  return html`<ul class="alerts" role="alert">${alerts.map(item)}</ul>`;
}

function fact(name: string, value: string | Html, isAlarm = false): Html {
  return html`<div class="${isAlarm ? "alarm" : ""}"><dt>${name}</dt><dd>${value}</dd></div>`;
}

function supplyFacts(power: BoxPower | undefined, now: number): Html {
  if (power === undefined) return fact("Supply", "not told yet");
  const { mains, chargePercent, millivolts, celsius, mainsLostAt, toldAt } = power;
  const lost = mainsLostAt === undefined ? "lost, nobody knows when" : `lost ${ago(now - mainsLostAt)}`;
  const volts = millivolts === undefined ? "" : ` ${(millivolts / 1_000).toFixed(2)} V`;
  const charge =
    chargePercent === undefined
      ? "unknown"
      : html`<meter min="0" max="100" low="${LOW_PERCENT}" value="${chargePercent}"></meter> ${chargePercent} %${volts}`;
  return html`${fact("Mains", mains ? "on" : lost, !mains)}
${fact("Battery", charge, chargePercent !== undefined && chargePercent < LOW_PERCENT)}
${fact("Temperature", celsius === undefined ? "no sensor" : `${celsius} °C`)}
${fact("Power last reported", ago(now - toldAt))}`;
}

function faultsInWords(faults: readonly string[] | undefined): string {
  if (faults === undefined) return "unknown";
  return faults.length === 0 ? "none" : faults.join(", ");
}

function ago(seconds: number): string {
  return `${spanInWords(seconds)} ago`;
}

function binItem(
  box: Box,
  number: number,
  bin: Box["bins"][number],
  inventory: Inventory,
  index: OrganisationIndex,
): Html {
  const { belief, item } = inventory.content(box.id, number);
  const kind = !bin.enabled ? "disabled" : belief === "doubt" ? "doubt" : belief === "holds" ? "full" : "empty";
  const name = item === undefined ? "empty" : nameOf(item, inventory, index);
  const holds = belief === "taken" ? `empty, ${name} was taken` : name;
  const more = !bin.enabled ? ", out of service" : kind === "doubt" ? ", perhaps" : "";
  return html`<li class="${kind}"><b>${bin.label}</b> ${holds}${more}</li>`;
}

function nameOf(item: string, inventory: Inventory, index: OrganisationIndex): string {
  const [kind, id = ""] = item.split(":");
  if (kind === "fob") return `unknown fob ${id}`;
  return (index.keys.get(Number(id)) ?? inventory.formerKey(Number(id)))?.name ?? `key ${id}`;
}

function logTable({ entries, older: more }: Newest<LogEntry>, timeZone: string): Html {
  if (entries.length === 0) return html`<p>Nothing yet.</p>`;
  const rows = [...entries].reverse();
  return html`<div class="wide"><table>
<thead><tr><th>When</th><th><abbr title="recorded offline">${OFFLINE_SYMBOL}</abbr> Offline</th><th>Kind</th><th>Bin</th><th>Key or code</th><th>Who</th><th>How it ended</th></tr></thead>
<tbody>${rows.map((entry) => logRow(entry, timeZone))}</tbody>
</table></div>${older(more)}`;
}

function logRow(entry: LogEntry, timeZone: string): Html {
  const { kind, where, what, who } = entryWords(entry);
  const mark = entry.offline ? html`<abbr title="recorded offline">${OFFLINE_SYMBOL}</abbr>` : NONE;
  return html`<tr class="${entry.status}"><td>${whenInWords(entry, timeZone)}</td><td>${mark}</td><td>${kind}</td><td>${where}</td><td>${what}</td><td>${who ?? ""}</td><td>${STATUS_WORDS[entry.status]}</td></tr>`;
}

function powerTable({ entries, older: more }: Newest<EventEntry>, timeZone: string): Html {
  if (entries.length === 0) return html`<p>None yet.</p>`;
  const rows = [...entries]
    .reverse()
    .map(
      (event) =>
        html`<tr><td>${whenInWords(event, timeZone)}</td><td>${POWER_WORDS[event.detail.event ?? ""] ?? event.detail.event ?? ""}</td><td>${
          event.detail.charge === undefined ? "" : `${event.detail.charge} %`
        }</td></tr>`,
    );
  return html`<table><thead><tr><th>When</th><th>What</th><th>Battery</th></tr></thead><tbody>${rows}</tbody></table>${older(more)}`;
}

function older(count: number): Html {
  return count > 0 ? html`<p class="note">and ${count} older</p>` : NONE;
}
