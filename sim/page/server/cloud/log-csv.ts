import { csv } from "../../../cloud/pack/spreadsheet.js";
import { type Asked, type LogFilter, logPage } from "./lists.js";

/** More rows than any box writes in the life of its cloud's database. */
const ALL_ROWS = 1_000_000;

/** Column names are English in every language: programs read them. */
export function logCsv(asked: Asked, filter: LogFilter): string {
  const { rows } = logPage(asked, { ...filter, offset: 0, limit: ALL_ROWS });
  const header = [
    "time (UTC)",
    "boot",
    "s since boot",
    "offline",
    "on battery",
    "kind",
    "bin",
    "key or code",
    "who",
    "status",
  ];
  const cells = rows.map((row) => [
    row.time === null ? "" : new Date(row.time * 1_000).toISOString(),
    row.time === null ? (row.boot ?? "") : "",
    row.time === null ? (row.sinceBoot ?? "") : "",
    row.offline ? "offline" : "",
    row.onBattery ? "on battery" : "",
    row.kind,
    row.where,
    row.what,
    row.who,
    row.status,
  ]);
  return csv([header, ...cells]);
}
