/** Columns of the picture, by the device that a trace's line names. */
const LANES: readonly { readonly title: string; readonly devices: readonly string[] }[] = [
  { title: "power", devices: ["power", "mains", "battery", "rtc", "part"] },
  { title: "links and sync", devices: ["net", "firmware", "broker"] },
  { title: "people", devices: ["reader", "button"] },
  { title: "screen", devices: ["panel"] },
  { title: "doors", devices: ["bins", "mount"] },
  { title: "flash", devices: ["flash"] },
];
const LANE_PX = 210;
const TIME_PX = 130;
const ROW_PX = 16;
const HEAD_PX = 40;
/** Letters of an event that fit its column. */
const LETTERS = 34;
/** Rows of a picture; of a longer trace its end. */
const ROWS_MAX = 400;

interface Row {
  readonly ms: number;
  readonly lane: number;
  readonly what: string;
  times: number;
}

/**
 * A trace as a picture: time goes down, each device has its column, and what repeats itself in a row is one line with how often. SVG,
 * to be looked at in a browser.
 */
export function pictureOf(trace: readonly string[]): string {
  const rows = rowsOf(trace).slice(-ROWS_MAX);
  const width = TIME_PX + LANES.length * LANE_PX;
  const height = HEAD_PX + rows.length * ROW_PX + ROW_PX;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="10">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...LANES.map(({ title }, lane) => head(title, lane, height)),
    ...rows.map((row, at) => line(row, at, rows[at - 1]?.ms)),
    "</svg>",
    "",
  ].join("\n");
}

function rowsOf(trace: readonly string[]): Row[] {
  const rows: Row[] = [];
  let shown = "";
  for (const text of trace) {
    const [ms = "", , device = "", ...words] = text.split(" ");
    const isScreen = device === "panel" && words[0] === "screen";
    const by = device === "panel" && ["key", "choice"].includes(words[0] ?? "") ? "reader" : device;
    const lane = LANES.findIndex(({ devices }) => devices.includes(by));
    const what = isScreen ? screenOf(words) : words.slice(0, device === "flash" ? 2 : undefined).join(" ");
    // A screen that is drawn anew, letter by letter or minute by minute, is the same screen.
    if (lane < 0 || (isScreen && what === shown)) continue;
    if (isScreen) shown = what;
    const last = rows.at(-1);
    if (last?.lane === lane && last.what === what) last.times++;
    else rows.push({ ms: Number(ms), lane, what, times: 1 });
  }
  return rows;
}

/** Its name, and the bin that it speaks of. */
function screenOf(words: readonly string[]): string {
  const bin = /"bin":"([^"]+)"/.exec(words[2] ?? "")?.[1];
  return `${words[1] ?? ""}${bin === undefined ? "" : ` ${bin}`}`;
}

function head(title: string, lane: number, height: number): string {
  const x = TIME_PX + lane * LANE_PX;
  return (
    `<text x="${x + 6}" y="20" font-weight="bold">${title}</text>` +
    `<line x1="${x}" x2="${x}" y1="0" y2="${height}" stroke="#cccccc"/>`
  );
}

function line({ ms, lane, what, times }: Row, at: number, before: number | undefined): string {
  const y = HEAD_PX + at * ROW_PX;
  const x = TIME_PX + lane * LANE_PX + 6;
  const isLater = before === undefined || ms - before >= 1_000;
  const time = isLater ? `<text x="6" y="${y}" fill="#555555">${clock(ms)}</text>` : "";
  const rule = isLater ? `<line x1="0" x2="100%" y1="${y - 11}" y2="${y - 11}" stroke="#eeeeee"/>` : "";
  return `${rule}${time}<text x="${x}" y="${y}">${escaped(what.slice(0, LETTERS))}${times > 1 ? ` ×${times}` : ""}</text>`;
}

/** Day, hours, minutes, seconds of virtual time. */
function clock(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  return `day ${day} ${new Date(ms % 86_400_000).toISOString().slice(11, 21)}`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
