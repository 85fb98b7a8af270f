import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Exchange } from "../../firmware/records/records.js";
import { clipMiddle, displayWidth, fill, table, wrap } from "../../sim/cli/front/columns.js";
import { CommandLoop } from "../../sim/cli/front/command-loop.js";
import { COMMANDS, completions, findCommand } from "../../sim/cli/front/commands.js";
import { DataDirectory } from "../../sim/cli/front/data-directory.js";
import { logLine } from "../../sim/cli/front/describe.js";
import { Desk } from "../../sim/cli/front/desk.js";
import { drawFrame } from "../../sim/cli/front/terminal/frame.js";
import { Painter } from "../../sim/cli/front/terminal/painter.js";
import { TerminalFront } from "../../sim/cli/front/terminal/terminal-front.js";
import { parseDuration, parseLine, UsageError } from "../../sim/cli/front/words.js";
import type { ExchangeEntry } from "../../sim/cloud/state.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PLAIN = pc.createColors(false);

describe("columns", () => {
  it("count East Asian characters twice and marks not at all", () => {
    expect(["abc", "鍵箱", "é", "e\u0301", "カギ1"].map(displayWidth)).toEqual([3, 4, 1, 1, 5]);
    expect([fill("鍵箱の鍵", 6), fill("ab", 4), fill("abcdef", 4)]).toEqual(["鍵箱… ", "ab  ", "abc…"]);
    expect(wrap("  take what hangs there", 12)).toEqual(["  take what", "  hangs", "  there"]);
    expect([clipMiddle("0123456789AB", 6), clipMiddle("012ABC", 6), clipMiddle("鍵箱の鍵", 5)]).toEqual([
      "012…AB",
      "012ABC",
      "鍵…鍵",
    ]);
    expect(wrap("ボックスを開けます", 6)).toEqual(["ボック", "スを開", "けます"]);
  });
});

describe("a line of the log", () => {
  const NAME = "Rue du Faubourg Saint-Honoré, escalier B, appartement";
  const entry = (keyName: string, userName: string) =>
    ({
      exchange: Exchange.pickup,
      binLabel: "A-1",
      keyName,
      userName,
      status: "done",
      time: 0,
      offline: false,
    }) as ExchangeEntry;
  const what = (keyName: string, userName: string, columns?: number) =>
    logLine({ timeZone: "UTC" } as Desk, entry(keyName, userName), columns).what;

  it("that has no room for its names keeps their ends, by which they differ", () => {
    expect(what(`${NAME} 101`, "Noor")).toBe(`PICKUP  A-1  ${NAME} 101 · Noor`);
    const first = what(`${NAME} 101`, "Noor", 48);
    expect(first).toMatch(/^PICKUP {2}A-1 {2}Rue .*….* 101 · Noor$/);
    expect(displayWidth(first)).toBe(48);
    expect(what(`${NAME} 102`, "Noor", 48)).not.toBe(first);
    expect(what("Van", `${NAME} Junior`, 40)).toMatch(/^PICKUP {2}A-1 {2}Van · Rue .*….* Junior$/);
    const both = what(`${NAME} 101`, `${NAME} Junior`, 60);
    expect(both).toMatch(/ 101 · .*Junior$/);
    expect(displayWidth(both)).toBeLessThanOrEqual(60);
  });
});

describe("a list", () => {
  const rows = [
    ["type", "who", "key", "when"],
    ["code 135790", "Amélie Girard", "桜坂ハイツ 101", "ongoing"],
    ["scan 900AMG", "Noor", "all of the keys", ""],
  ];

  it("has columns side by side where there is room", () => {
    expect(table(rows, 80)[1]).toBe("code 135790  Amélie Girard  桜坂ハイツ 101   ongoing");
    expect(table(rows)).toEqual(table(rows, 80));
  });

  it("goes on below its rows where there is none, and loses nothing", () => {
    const lines = table(rows, 40);
    expect(lines.slice(0, 4)).toEqual([
      "type         who",
      "    key · when",
      "code 135790  Amélie Girard",
      "    桜坂ハイツ 101 · ongoing",
    ]);
    for (const columns of [60, 30, 12]) {
      const narrow = table(rows, columns);
      for (const line of narrow) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
    for (const cell of rows.flat()) expect(lines.join(" ")).toContain(cell);
  });

  it.each([80, 60])("of the commands fits %i columns, each summary whole", (columns) => {
    const { command } = findCommand(["help"])!;
    const context = { columns } as Parameters<typeof command.run>[0];
    const lines = command.run(context, { words: ["help"], rest: "" }) as string[];
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    const text = lines.join(" ").replaceAll(/\s+/g, " ");
    for (const { usage, summary } of COMMANDS) expect(text).toContain(`${usage} ${summary}`);
  });
});

describe("a command line", () => {
  it("is parted into words, with quotes", () => {
    expect(parseLine(' hotspot "Amelie iPhone" x ')).toEqual({
      words: ["hotspot", "Amelie iPhone", "x"],
      rest: '"Amelie iPhone" x',
    });
    expect(() => parseLine('a "b')).toThrow(UsageError);
    expect(["90s", "10m", "1h30m", "2d", "1.5h"].map(parseDuration)).toEqual([90e3, 600e3, 5400e3, 172_800e3, 5400e3]);
    for (const bad of ["", "10", "m", "0s", "400d", "-1s", "1h 2m"])
      expect(() => parseDuration(bad)).toThrow(UsageError);
  });

  it("is completed word by word", () => {
    const complete = (line: string) => completions(line, (command, index) => [`${command.name}${index}`]);
    expect(complete("cl")).toEqual({ words: ["close", "cloud"], start: "cl" });
    expect(complete("put A-1 ")).toEqual({ words: ["put1"], start: "" });
    expect(complete("cloud un")).toEqual({ words: ["unlock"], start: "un" });
    expect(complete("cloud unlock ")).toEqual({ words: ["unlock0"], start: "" });
    expect(complete("nonsense ")).toEqual({ words: [], start: "" });
  });
});

/** Enough of a terminal for the front: a picture, a cursor that is kept and put back, and a scroll region. */
class Screen extends PassThrough {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  written: string[] = [];

  constructor() {
    super();
    this.on("data", (chunk: Buffer) => this.written.push(chunk.toString("utf8")));
  }

  news(): string {
    return this.written.splice(0).join("");
  }
}

describe("the painter", () => {
  it("writes only rows that have changed, and puts the cursor back", () => {
    const screen = new Screen();
    const painter = new Painter(screen as unknown as WriteStream);
    painter.open();
    expect(screen.news()).toContain("\u001b[23;24r");
    painter.paint(["one", "two"]);
    screen.news();
    painter.paint(["one", "TWO"]);
    const changed = screen.news();
    expect(changed).toContain("\u001b[2;1HTWO\u001b[K");
    expect(changed).not.toContain("one");
    expect(changed.indexOf("\u001b7")).toBeLessThan(changed.indexOf("TWO"));
    expect(changed.indexOf("\u001b8")).toBeGreaterThan(changed.indexOf("TWO"));
    painter.paint(["one", "TWO"]);
    expect(screen.news()).toBe("");
    painter.close();
    painter.close();
    expect(screen.news()).toBe("\u001b[r\u001b[?25h\u001b[?1049l");
  });
});

describe("the picture of a desk", () => {
  let path: string;
  let desk: Desk;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "smartbox-terminal-"));
    desk = await Desk.open({
      data: new DataDirectory(path),
      box: "MS5-PARIS",
      seed: 1,
      broker: "inside",
      language: "ja",
      onProblem: () => {},
    });
  });
  afterEach(async () => {
    await desk.close();
    await rm(path, { recursive: true });
  });

  it("fits 80 × 24, 120 × 40 and less than that, lit and dark, in Japanese", async () => {
    const long = { text: "鍵".repeat(100), kind: "outcome" } as const;
    for (const isLit of [false, true]) {
      if (isLit) await desk.until(() => desk.isLit, 5_000);
      expect(desk.isLit).toBe(isLit);
      for (const [columns, rows] of [
        [80, 24],
        [120, 40],
        [60, 16],
      ] as const) {
        const frame = drawFrame(desk, [long, long, long, long, long, long], { columns, rows }, PLAIN);
        expect(frame.length).toBe(rows - 2);
        if (columns >= 80) for (const line of frame) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      }
    }
    const text = drawFrame(desk, [], { columns: 80, rows: 24 }, PLAIN).join("\n");
    expect(text).toContain("A-1  [012ABC]");
    expect(text).toContain("1 緊急");
    expect(text).toContain("emergency");
    expect(text).toContain("( reset )");
    desk.machine.bins.force(0);
    expect(drawFrame(desk, [], { columns: 80, rows: 24 }, PLAIN).join("\n")).toContain("A-1  [012ABC open");
  });

  it("shows what the box's buzzer plays", async () => {
    await desk.until(() => desk.isLit, 5_000);
    const foot = () => drawFrame(desk, [], { columns: 80, rows: 24 }, PLAIN).find((line) => line.startsWith("└"))!;
    const silent = foot();
    const heard: string[] = [];
    const { panel } = desk.machine;
    const view = panel.view!;
    const shown = vi.spyOn(panel, "view", "get");
    for (const screen of ["thank-you", "refused", "held-open"] as const) {
      shown.mockReturnValue({ ...view, screen });
      heard.push(foot());
    }
    shown.mockRestore();
    expect(silent).not.toContain("♪");
    expect(heard.map((line) => /♪ ([a-z ]+) ─/.exec(line)?.[1])).toEqual(["accepted", "refused", "close the door"]);
    expect(new Set([silent, ...heard].map(displayWidth))).toEqual(new Set([displayWidth(silent)]));
  });

  it("leaves the input line alone, completes it, pages long lists, and gives the terminal back", async () => {
    const screen = new Screen();
    const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {}, unref: () => {} });
    let interrupts = 0;
    const front = new TerminalFront(
      desk,
      keys as unknown as ReadStream,
      screen as unknown as WriteStream,
      () => interrupts++,
    );
    const loop = new CommandLoop(desk, front);
    front.open(loop);
    const running = loop.run();
    const seen = async (text: string) => {
      const all: string[] = [];
      await expect
        .poll(() => all.push(screen.news()) && stripVTControlCharacters(all.join("")), { timeout: 20_000 })
        .toContain(text);
    };
    await seen("1 緊急");
    keys.write("hel\t");
    await seen("help ");
    keys.write("\r");
    await seen("Enter: more");
    keys.write("\r");
    await seen("lines 22 to");
    keys.write("c\t");
    keys.write("\u0015close all\r");
    await seen("nothing was open");
    keys.write("half a line");
    await seen("half a line");
    screen.news();
    front.notice("the broker went away");
    // Painted beside the line: nothing is written to its row.
    const painted = screen.news();
    expect(painted).toContain("the broker went away");
    for (const wrong of ["\u001b[23;", "\u001b[24;", "half a line"]) expect(painted).not.toContain(wrong);
    keys.write("\u0003");
    await expect.poll(() => interrupts).toBe(1);
    keys.write("\u0015\u0004");
    await running;
    front.close();
    expect(screen.news()).toContain("\u001b[?1049l");
  });
});
