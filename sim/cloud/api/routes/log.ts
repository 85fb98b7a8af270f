import * as v from "valibot";
import { entryWords, type LogEntry } from "../../box-log.js";
import { happeningOf } from "../../outward/happening.js";
import type { History } from "../../store/engine.js";
import { cursorOf, limitOf, PageQuery, pageOf, readCursor } from "../paging.js";
import { type Route, route } from "../route.js";
import { EventView, LogEntryView } from "../schemas.js";
import { BoxPath, boxOf } from "./boxes.js";

/** What happened. */
export const LOG_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/boxes/{box}/log",
    id: "listLog",
    summary: "Exchanges and emergency openings of a box, the newest first",
    tag: "log",
    scope: "read",
    params: BoxPath,
    query: PageQuery,
    status: 200,
    answer: pageOf(LogEntryView),
    async run({ cloud }, { path: { box }, query }) {
      boxOf(cloud, box);
      const cursor = readCursor(query, `log/${box}`, v.tuple([v.string(), v.number(), v.number()]));
      const { entries, depth, isEnd } = await olderThan(cloud.store.history, box, cursor, limitOf(query));
      const last = entries.at(-1);
      const next = isEnd || last === undefined ? null : cursorOf(`log/${box}`, [last.epoch, last.seq, depth]);
      return { items: entries.map(entryView), next };
    },
  }),
  route({
    method: "get",
    path: "/v1/events",
    id: "listEvents",
    summary: "All that happened, the oldest first; the last cursor stays good for what is still to come",
    tag: "log",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: v.object({ items: v.array(EventView), next: v.string() }),
    async run({ cloud }, { query }) {
      const after = readCursor(query, "events", v.tuple([v.pipe(v.number(), v.integer(), v.minValue(0))]))?.[0] ?? 0;
      const placed = await cloud.store.history.after(after, limitOf(query));
      return { items: placed.map(happeningOf), next: cursorOf("events", [placed.at(-1)?.at ?? after]) };
    },
  }),
];

interface Older {
  /** The newest first. */
  readonly entries: readonly LogEntry[];
  /** How many were newer than the next page, when this was read. */
  readonly depth: number;
  readonly isEnd: boolean;
}

/** Entries of a box that are older than that of the cursor, with which comes how many were newer then. */
async function olderThan(
  history: History,
  box: string,
  cursor: readonly [epoch: string, seq: number, depth: number] | undefined,
  limit: number,
): Promise<Older> {
  const [epoch, seq, depth] = cursor ?? ["", 0, 0];
  // New ones have come since: then the entry lies deeper by now.
  for (let read = depth + limit; ; read *= 2) {
    const { entries, older } = await history.box(box, read);
    const newestFirst = [...entries].reverse();
    const place = cursor === undefined ? -1 : newestFirst.findIndex((one) => one.epoch === epoch && one.seq === seq);
    const isFound = cursor === undefined || place >= 0;
    if (isFound && (older === 0 || newestFirst.length >= place + 1 + limit)) {
      const page = newestFirst.slice(place + 1, place + 1 + limit);
      return {
        entries: page,
        depth: place + 1 + page.length,
        isEnd: older === 0 && place + 1 + limit >= newestFirst.length,
      };
    }
    if (older === 0) return { entries: [], depth, isEnd: true };
  }
}

function entryView(entry: LogEntry): v.InferInput<typeof LogEntryView> {
  const { kind, where, what, who } = entryWords(entry);
  const { epoch, seq, time, clock, offline, onBattery, status } = entry;
  const { user = null, key = null } = "exchange" in entry ? entry : {};
  return {
    epoch,
    seq,
    kind: kind as v.InferInput<typeof LogEntryView>["kind"],
    time: time ?? null,
    clock,
    offline,
    onBattery,
    where,
    what,
    who: who ?? null,
    user,
    key,
    status,
  };
}
