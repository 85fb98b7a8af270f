import { whyOffline } from "../../../../firmware/panel/why-offline.js";
import { boxLog, OFFLINE_SYMBOL } from "../../../cloud/box-log.js";
import { counted } from "../../../cloud/counted.js";
import type { Box, Key } from "../../../cloud/domain.js";
import { type Command, type Context, columns } from "../command.js";
import {
  accessInWords,
  dateOf,
  linksInWords,
  logLine,
  panelInWords,
  powerInWords,
  timeOfDay,
  toldPowerInWords,
  whereIs,
} from "../describe.js";
import type { Desk } from "../desk.js";
import { expectWords, UsageError } from "../words.js";
import { labelsOf } from "./bins.js";

const LOG_LINES = 10;

export const LIST_COMMANDS: readonly Command[] = [
  {
    name: "keys",
    usage: "keys [all]",
    summary: "keys of this place: fob, where it really is, key code",
    example: "keys",
    details: ["`keys all` lists those of other locations as well."],
    complete: () => ["all"],
    run(context, { words }) {
      const { desk } = context;
      const rows = keysHere(desk, isAll(words)).map((key) => [
        key.fob ?? "-",
        whereIs(desk, key),
        key.name,
        key.code ?? "",
        key.roaming ? "roaming" : "",
      ]);
      return columns(context, ["fob", "where", "key", "key code", "roams"], rows);
    },
  },
  {
    name: "codes",
    usage: "codes [all]",
    summary: "who may take what: booking codes, key codes, badges",
    example: "codes",
    complete: () => ["all"],
    run(context, { words }) {
      const { desk } = context;
      const { accesses, users } = desk.cloud.store.organisation;
      const keys = new Map(keysHere(desk, isAll(words)).map((key) => [key.id, key]));
      const name = (id: number) => users.find((user) => user.id === id)?.name ?? `user ${id}`;
      const booked = accesses.flatMap((access) => {
        const key = keys.get(access.key);
        const when = accessInWords(desk, access);
        return key === undefined ? [] : [[`code ${access.code}`, name(access.user), key.name, when, String(access.id)]];
      });
      const coded = [...keys.values()].flatMap((key) =>
        key.code === undefined ? [] : [[`code ${key.code}`, "anybody", key.name, "key code", ""]],
      );
      const badges = users.flatMap((user) =>
        user.badge === undefined ? [] : [[`scan ${user.badge}`, user.name, "all of the user's keys here", "badge", ""]],
      );
      return columns(context, ["type", "who", "key", "when", "access"], [...booked, ...coded, ...badges]);
    },
  },
  {
    name: "sheet",
    usage: "sheet [BIN|all|unmount]",
    summary: "the printed emergency codes of this box",
    example: "sheet A-1",
    details: [
      "Touch `emergency` at the panel; it asks for a numbered code. Used ones are marked as the cloud knows of them:",
      "what was used offline shows once it is synced.",
    ],
    complete: (desk) => [...labelsOf(desk), "all", "unmount"],
    run(context, { words }) {
      expectWords(words, 1, 2);
      return words[1] === undefined ? wholeSheet(context) : oneTarget(context, words[1]);
    },
  },
  {
    name: "log",
    usage: "log [N]",
    summary: `the cloud's log, last ${LOG_LINES} or N; ${OFFLINE_SYMBOL} is recorded offline`,
    example: "log 20",
    run(context, { words }) {
      expectWords(words, 1, 2);
      const { desk } = context;
      const count = Number(words[1] ?? LOG_LINES);
      if (!Number.isInteger(count) || count < 1) throw new UsageError(`${words[1]} is no number of entries`);
      const rows = boxLog(desk.cloud.store, desk.machine.name, count).map((entry) => {
        const { time, isOffline, what, status } = logLine(desk, entry);
        return [time, isOffline ? `${OFFLINE_SYMBOL} offline` : "", what, status];
      });
      return rows.length === 0 ? ["the cloud knows of no exchange of this box yet"] : columns(context, undefined, rows);
    },
  },
  {
    name: "alerts",
    usage: "alerts",
    summary: "what is wrong at this box as the cloud sees it, since when, and what to do",
    example: "alerts",
    run({ desk }, { words }) {
      expectWords(words, 1);
      const alerts = desk.cloud.alerts.of(desk.box.id);
      if (alerts.length === 0) return ["nothing is wrong as far as the cloud knows"];
      return alerts.flatMap(({ what, wayOut, since }) => [
        `${dateOf(desk, since)}, ${timeOfDay(desk, since)}: ${what}`,
        `    ${wayOut}`,
      ]);
    },
  },
  {
    name: "status",
    usage: "status",
    summary: "the box, its surroundings and the cloud in a few lines",
    example: "status",
    details: ["The panel has a screen of its own of that name: `choose status`."],
    run({ desk }, { words }) {
      expectWords(words, 1);
      return statusOf(desk);
    },
  },
];

function isAll(words: readonly string[]): boolean {
  expectWords(words, 1, 2);
  if (words[1] !== undefined && words[1] !== "all") throw new UsageError(`${words[1]} is not all`);
  return words[1] === "all";
}

/** Keys that may come to this box, or are in it. */
function keysHere(desk: Desk, isEvery: boolean): readonly Key[] {
  const { location } = desk.box;
  const here = desk.machine.bins.state.contents;
  return desk.cloud.store.organisation.keys.filter(
    (key) => isEvery || key.home === location || key.roaming || (key.fob !== undefined && here.includes(key.fob)),
  );
}

function wholeSheet(context: Context): readonly string[] {
  const { desk } = context;
  const { sheet, targets } = desk.cloud.sheets.sheet(desk.machine.name);
  const rows = targets.map(({ target, codes }) => {
    const next = codes.find((code) => code.state === "good");
    const used = codes.filter((code) => code.state !== "good").length;
    const shown = next === undefined ? "all used" : `${two(next.number)}: ${grouped(next.code)}`;
    return [target.replace("bin:", ""), shown, `${used} of ${codes.length}`];
  });
  return [
    `sheet ${sheet} of ${desk.machine.name}; \`sheet A-1\` shows all codes of a bin`,
    ...columns(context, ["for", "next", "used"], rows),
  ];
}

function oneTarget(context: Context, text: string): readonly string[] {
  const { desk } = context;
  const wanted = ["all", "unmount"].includes(text.toLowerCase()) ? text.toLowerCase() : `bin:${text.toUpperCase()}`;
  const { sheet, targets } = desk.cloud.sheets.sheet(desk.machine.name);
  const found = targets.find(({ target }) => target === wanted);
  if (found === undefined) throw new UsageError(`sheet ${sheet} has no codes for ${text}`);
  const rows = found.codes.map(({ number, code, state }) => [
    two(number),
    grouped(code),
    state === "good" ? "" : state,
  ]);
  return [`sheet ${sheet}, ${wanted.replace("bin:", "bin ")}`, ...columns(context, undefined, rows)];
}

/** Why the box says that it is offline, with the way out, and its newest line about the sync, for engineers. */
function lastTry(desk: Desk): readonly string[] {
  const { machine, world } = desk;
  const mark = ` ${machine.name} firmware sync: `;
  const line = world.trace.tail().findLast((one) => one.includes(mark) && !one.includes("sync: connecting"));
  if (line === undefined) return [];
  const reason = line.slice(line.indexOf(mark) + mark.length);
  return [`         the box says: ${desk.format(whyOffline(reason))}`, `         in its trace: ${reason}`];
}

/** The cloud learns of it later, or never. */
const saysOffline = ({ machine }: Desk): boolean =>
  machine.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;

const two = (number: number) => String(number).padStart(2, "0");
const grouped = (code: string) => `${code.slice(0, 4)} ${code.slice(4)}`;

function statusOf(desk: Desk): readonly string[] {
  const { machine, cloud, world } = desk;
  const box: Box = desk.box;
  const state = cloud.store.boxState(box.id);
  const seen = state.lastSeen === undefined ? "never" : timeOfDay(desk, state.lastSeen);
  const now = world.wallSeconds();
  const disabled = box.bins.filter((bin) => !bin.enabled).map((bin) => bin.label);
  const crash = machine.crashes.at(-1);
  const alerts = cloud.alerts.of(box.id);
  return [
    `${box.id}, ${box.model}, ${machine.state}; ${dateOf(desk, now)}, ${timeOfDay(desk, now)} ${desk.timeZone}`,
    `panel    ${panelInWords(desk)}`,
    `power    ${powerInWords(desk)}; ${counted(machine.boots, "boot")}, ${counted(machine.powerCuts, "power cut")} in this session`,
    `links    ${linksInWords(desk).join(" · ")}`,
    `cloud    ${desk.isCloudUp ? `sees the box ${state.online ? "online" : "offline"}` : "is down"}, last heard ${seen}; broker ${desk.brokerName}`,
    ...(state.online && !saysOffline(desk) ? [] : lastTry(desk)),
    `supply   as told: ${toldPowerInWords(desk)}`,
    `page     ${desk.pageUrl}`,
    `sheets   ${state.sheets.current} in force, below ${state.sheets.minimum} closed`,
    ...(disabled.length === 0 ? [] : [`bins     out of service: ${disabled.join(" ")}`]),
    ...(alerts.length === 0 ? [] : [`alerts   ${alerts.map(({ what }) => what).join(" · ")}; see \`alerts\``]),
    ...(crash === undefined ? [] : [`crashes  ${machine.crashCount}, the last: ${crash.message}`]),
    `data     ${desk.data.path}`,
  ];
}
