import type { View } from "../../../hal/ports/panel.js";
import { entryWords, type LogEntry, STATUS_WORDS } from "../../cloud/box-log.js";
import type { Access, Key } from "../../cloud/domain.js";
import type { When } from "../../cloud/state.js";
import { windowAt } from "../../cloud/windows.js";
import { clip, clipMiddle, displayWidth } from "./columns.js";
import type { Desk } from "./desk.js";
import { LINK_KINDS } from "./surroundings.js";

/** The screen in one line; what is typed is left out. */
export function panelInWords(desk: Desk): string {
  const { view } = desk.machine.panel;
  if (!desk.isLit || view === undefined) return `dark: ${whyDark(desk)}`;
  const texts = [view.title, ...view.lines].map((text) => desk.format(text)).filter((text) => text !== "");
  return `[${view.screen}] ${texts.join(" · ")}`;
}

export function whyDark(desk: Desk): string {
  const { state } = desk.machine;
  if (state === "asleep") return "the box sleeps; its reset button wakes it";
  if (state === "off") return "the box has no power";
  return "the box is starting";
}

export function choicesInWords(desk: Desk, view: View): readonly string[] {
  return view.choices.map((choice, i) => `${i + 1} ${desk.format(choice.label)}`);
}

export function powerInWords(desk: Desk): string {
  const { machine } = desk;
  const battery = machine.battery.present ? `battery ${Math.round(machine.battery.chargePercent)} %` : "no battery";
  return `mains ${machine.mains.present ? "on" : "off"} · ${battery}`;
}

/** Mains and battery as the cloud was last told. */
export function toldPowerInWords(desk: Desk): string {
  const power = desk.cloud.power(desk.box.id);
  if (power === undefined) return "nothing of mains and battery yet";
  const since = power.mainsLostAt === undefined ? "" : ` since ${timeOfDay(desk, power.mainsLostAt)}`;
  const words = [
    power.mains ? "mains on" : `mains off${since}`,
    power.chargePercent === undefined ? "battery unknown" : `battery ${power.chargePercent} %`,
    ...(power.celsius === undefined ? [] : [`${power.celsius} °C`]),
  ];
  return `${words.join(" · ")}, at ${timeOfDay(desk, power.toldAt)}`;
}

/** Each link as the box has it, with what the surroundings do to it. */
export function linksInWords(desk: Desk): readonly string[] {
  const { net } = desk.machine;
  const { state } = desk.surroundings;
  const links = LINK_KINDS.map((kind) => {
    const link = net[kind];
    if (link === undefined) return `${kind} not fitted`;
    const name =
      kind === "wifi" && link.backhaul !== undefined && net.wifi?.joined !== undefined ? "wifi (joined)" : kind;
    const is = link.backhaul !== undefined ? "up" : link.powered ? "searching" : "off";
    return `${name} ${is}${state.links[kind] === "up" ? "" : ` (${state.links[kind]})`}`;
  });
  const hotspot = state.hotspot === null ? [] : [`hotspot ${state.hotspot.ssid}`];
  return [...links, `internet ${state.internet}`, ...hotspot];
}

export interface LogLine {
  readonly time: string;
  readonly isOffline: boolean;
  readonly what: string;
  readonly status: string;
}

/** `columns`: of `what` at most, which is made shorter where names are long. */
export function logLine(desk: Desk, entry: LogEntry, columns = Number.POSITIVE_INFINITY): LogLine {
  return {
    time: whenInWords(desk, entry),
    isOffline: entry.offline,
    what: entryInWords(entry, columns),
    status: STATUS_WORDS[entry.status],
  };
}

function entryInWords(entry: LogEntry, columns: number): string {
  const { kind, where, what, who = "" } = entryWords(entry);
  if (!("exchange" in entry))
    return clip(`${kind} ${entry.target === "bin" ? `bin ${where}` : where} · ${what}`, columns);
  const start = `${kind.padEnd(7)} ${where.padEnd(4)} `;
  const room = columns - displayWidth(start) - displayWidth(BETWEEN);
  const half = Math.floor(room / 2);
  const ofWhat = clipMiddle(what, Math.max(half, room - displayWidth(who)));
  return clip(start + ofWhat + BETWEEN + clipMiddle(who, room - displayWidth(ofWhat)), columns);
}

const BETWEEN = " · ";

function whenInWords(desk: Desk, when: When): string {
  if (when.time !== undefined) return timeOfDay(desk, when.time);
  return `boot ${when.boot ?? "?"}+${when.sinceBoot ?? "?"}s`;
}

/** 14:03:59 in the box's time zone. */
export function timeOfDay(desk: Desk, seconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: desk.timeZone, timeStyle: "medium" }).format(seconds * 1_000);
}

/** Mon, 23 Nov 2026 in the box's time zone. */
export function dateOf(desk: Desk, seconds: number): string {
  const options = {
    timeZone: desk.timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  } as const;
  return new Intl.DateTimeFormat("en-GB", options).format(seconds * 1_000);
}

/** Whether an access counts at the box now, and when it does. */
export function accessInWords(desk: Desk, access: Access): string {
  const { schedule } = access;
  const window = windowAt(schedule, desk.timeZone);
  if (window === "always" || schedule.kind === "ongoing") return "ongoing";
  if (window === "never")
    return `${schedule.start} to ${schedule.end} ${schedule.zone} (never: the clocks leave it out)`;
  const now = desk.world.wallSeconds();
  const is = now < window.from ? "too early" : now >= window.until ? "over" : "now";
  return `${schedule.start} to ${schedule.end} ${schedule.zone} (${is})`;
}

/** Where the key really is, or who has it as the cloud knows. */
export function whereIs(desk: Desk, key: Key): string {
  if (key.fob === undefined) return "virtual";
  const bin = binHolding(desk, key.fob);
  if (bin !== undefined) return bin;
  const known = desk.cloud.ingest.log.inventory.whereabouts(`key:${key.id}`);
  if (known?.holder !== undefined) return `with ${known.holder}`;
  if (known?.place !== undefined && known.place.box !== desk.machine.name) return `in ${known.place.box}`;
  return "not in the box";
}

/** Label of the bin in which the fob really hangs, of whichever box that runs. */
export function binHolding(desk: Desk, fob: string): string | undefined {
  for (const { bins, name } of desk.running) {
    const index = bins.state.contents.indexOf(fob);
    if (index >= 0) return name === desk.machine.name ? bins.label(index) : `${bins.label(index)} of ${name}`;
  }
  return undefined;
}
