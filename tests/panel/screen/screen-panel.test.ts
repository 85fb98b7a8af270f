import { describe, expect, test } from "vitest";
import { layOut } from "../../../hal/panel/layout.js";
import { ScreenPanel } from "../../../hal/panel/screen-panel.js";
import { START } from "../../../hal/panel/setting.js";
import type { PanelInput, View } from "../../../hal/ports/panel.js";
import { canvasFor, drawn, settingFor } from "../../../sim/bench/panel/draw.js";
import { VIEWS } from "../../../sim/bench/panel/views.js";
import { Scheduler } from "../../../sim/world/clock/scheduler.js";
import { worldTimers } from "../../../sim/world/clock/world-timers.js";

const SIZE = "240x320";
const view = (name: string): View => ({ ...VIEWS.find((one) => one.name === name)!.view, language: "en" });
const typed = (stars: string): View => ({
  ...view("enter-code"),
  entry: { ...view("enter-code").entry!, groups: [stars] },
});

function rig({ hasLight = true, settleMs }: { hasLight?: boolean; settleMs?: number } = {}) {
  const scheduler = new Scheduler();
  const canvas = canvasFor(SIZE);
  const setting = settingFor(SIZE);
  const sounds: string[] = [];
  const panel = new ScreenPanel({
    canvas,
    setting,
    timers: worldTimers(scheduler),
    sound: (sound) => sounds.push(sound),
    ...(hasLight && { light: () => {} }),
    ...(settleMs !== undefined && { settleMs }),
  });
  const inputs: PanelInput[] = [];
  panel.onInput = (input) => inputs.push(input);
  const touch = (shown: View, label: string, place = START) => {
    layOut(shown, place, setting, ({ x, y, lines, action }) => {
      if (action !== undefined && lines[0] === label) panel.touched(x + 1, y + 1);
    });
    scheduler.runNext();
  };
  return { scheduler, canvas, panel, inputs, touch, sounds };
}

/** Without a list of what differs: that would take minutes. */
function same(one: Uint16Array, other: Uint16Array): boolean {
  return Buffer.compare(Buffer.from(one.buffer), Buffer.from(other.buffer)) === 0;
}

describe("what is sent to the display", () => {
  test("one view after another leaves the screen as if each had been drawn on a blank one", () => {
    const { canvas, panel } = rig();
    panel.backlight(100);
    for (const { view: next } of [...VIEWS, ...VIEWS.slice(0, 8).reverse()]) {
      const shown = { ...next, language: "fr" };
      panel.render(shown);
      expect(same(canvas.pixels, drawn(SIZE, shown).pixels), next.screen).toBe(true);
    }
  });

  test("the same view again sends nothing; another digit sends its own cell", () => {
    const { canvas, panel } = rig();
    panel.backlight(100);
    panel.render(typed("**"));
    const whole = canvas.sentBytes;
    expect(whole).toBe(240 * 320 * 2);
    panel.render(typed("**"));
    expect(canvas.sentBytes).toBe(whole);
    panel.render(typed("***"));
    expect(canvas.sentBytes - whole).toBeGreaterThan(0);
    expect(canvas.sentBytes - whole).toBeLessThan(2_000);
  });

  test("one without a light of its own is drawn black once when it is to be dark, and whole when it is lit again", () => {
    const { canvas, panel } = rig({ hasLight: false });
    const whole = 240 * 320 * 2;
    panel.backlight(60);
    panel.render(view("idle"));
    panel.backlight(0);
    expect(canvas.pixels.every((pixel) => pixel === 0)).toBe(true);
    panel.render(view("thank-you"));
    panel.backlight(0);
    expect(canvas.sentBytes).toBe(2 * whole);
    panel.backlight(60);
    panel.render(view("idle"));
    expect(same(canvas.pixels, drawn(SIZE, view("idle")).pixels)).toBe(true);
    const before = canvas.sentBytes;
    panel.backlight(0);
    panel.backlight(60);
    expect(canvas.sentBytes).toBe(before + 2 * whole);
  });

  test("a dark screen is not drawn, and is whole when its light comes on", () => {
    const { canvas, panel } = rig();
    panel.render(view("idle"));
    expect(canvas.sentBytes).toBe(0);
    panel.backlight(60);
    expect(same(canvas.pixels, drawn(SIZE, view("idle")).pixels)).toBe(true);
    panel.backlight(0);
    panel.render(view("thank-you"));
    panel.backlight(60);
    expect(same(canvas.pixels, drawn(SIZE, view("thank-you")).pixels)).toBe(true);
  });

  test("a screen without a light of its own is drawn black when it is dark", () => {
    const { canvas, panel } = rig();
    const dark = new ScreenPanel({ canvas, setting: settingFor(SIZE), timers: worldTimers(new Scheduler()) });
    dark.backlight(100);
    dark.render(view("idle"));
    dark.backlight(0);
    expect(new Set(canvas.pixels)).toEqual(new Set([0]));
    expect(() => panel.backlight(101)).toThrow("backlight 101 % is out of range");
  });
});

describe("a finger", () => {
  test("is nothing before the first view, and nothing on a text", () => {
    const { panel, inputs, scheduler } = rig();
    panel.touched(120, 300);
    panel.backlight(100);
    panel.render(view("thank-you"));
    panel.touched(100, 200);
    expect(scheduler.runNext()).toBe(false);
    expect(inputs).toEqual([]);
  });

  test("types digits, chooses and leaves, each once and after the touch", () => {
    const { panel, inputs, touch } = rig();
    panel.backlight(100);
    panel.render(view("idle"));
    for (const digit of "0123456789") touch(view("idle"), digit);
    touch(view("idle"), "Emergency");
    expect(inputs).toEqual([
      ...Array.from({ length: 10 }, (_, digit) => ({ kind: "digit", digit })),
      { kind: "choice", id: "emergency" },
    ]);
  });

  test("that comes down twice chooses nothing on the screen that the first time has led to", () => {
    const { panel, inputs, touch, scheduler } = rig({ settleMs: 300 });
    const asks = view("emergency");
    panel.backlight(100);
    panel.render(typed("******"));
    panel.render(asks);
    // Drawn anew because the status strip has changed: that is no other screen.
    panel.render({ ...asks, notices: [] });
    touch(asks, "All bins");
    expect([inputs, scheduler.nowMs]).toEqual([[], 300]);
    touch(asks, "All bins");
    expect(inputs).toEqual([{ kind: "choice", id: "all-bins" }]);
  });

  test("is heard at once on a screen to type on, and once a screen to read has given way to it", () => {
    const { panel, inputs, touch } = rig({ settleMs: 300 });
    panel.backlight(100);
    panel.render(view("thank-you"));
    panel.render(view("idle"));
    touch(view("idle"), "4");
    panel.render(typed("*"));
    touch(typed("*"), "4");
    expect(inputs).toEqual(Array(2).fill({ kind: "digit", digit: 4 }));
  });

  test("types a letter by its group and itself, small or capital", () => {
    const { panel, inputs, touch } = rig();
    const shown = view("hotspot-passphrase");
    panel.backlight(100);
    panel.render(shown);
    touch(shown, "fghij");
    touch(shown, "h", { ...START, keyboard: 3 });
    touch(shown, "abcde");
    touch(shown, "a", { ...START, keyboard: 2 });
    expect(inputs).toEqual([
      { kind: "text", text: "h" },
      { kind: "text", text: "a" },
    ]);
  });

  test("on the icons brings their words, also from a finger's breadth below, and back", () => {
    const { panel, canvas, inputs } = rig();
    const shown = view("idle-offline");
    panel.backlight(100);
    panel.render(shown);
    panel.touched(30, 45);
    expect(same(canvas.pixels, drawn(SIZE, shown, { ...START, words: true }).pixels)).toBe(true);
    panel.touched(230, 10);
    expect(same(canvas.pixels, drawn(SIZE, shown).pixels)).toBe(true);
    expect(inputs).toEqual([]);
  });
});

describe("what moves", () => {
  test("goes on as long as it is shown and lit, and sends its own tile", () => {
    const { panel, canvas, scheduler } = rig();
    panel.backlight(100);
    panel.render(view("bin-open-take"));
    const whole = canvas.sentBytes;
    scheduler.runNext();
    const step = canvas.sentBytes - whole;
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(whole / 2);
    panel.render(view("thank-you"));
    expect(scheduler.runNext()).toBe(false);
    panel.render(view("opening"));
    panel.backlight(0);
    expect(scheduler.runNext()).toBe(false);
  });

  test("the ring of a wait loses a dot each twelfth of it, and tells the seconds", () => {
    const ring = (seconds: number) => {
      const found: unknown[] = [];
      layOut(view("refused-wait"), { ...START, seconds }, settingFor(SIZE), ({ art }) => art && found.push(art));
      return found;
    };
    expect(ring(0)).toEqual([{ kind: "ring", lit: 12, from: 0, label: "30" }]);
    expect(ring(16)).toEqual([{ kind: "ring", lit: 6, from: 0, label: "14" }]);
    expect(ring(40)).toEqual([{ kind: "ring", lit: 0, from: 0, label: "0" }]);
  });
});

test("yes, no and a forgotten door are heard, once each", () => {
  const { panel, sounds } = rig();
  panel.backlight(100);
  for (const name of [
    "idle",
    "enter-code",
    "refused-code",
    "refused-code",
    "bin-open-take",
    "held-open",
    "thank-you",
    "idle",
  ])
    panel.render(view(name));
  expect(sounds).toEqual(["refused", "accepted", "close-door", "accepted"]);
});
