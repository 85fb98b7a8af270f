import { ScreenPanel } from "../../hal/panel/screen-panel.js";
import type { View } from "../../hal/ports/panel.js";
import { NAME_LETTERS } from "../engines/glyphs/letters.js";
import { lettersFile } from "../engines/glyphs/letters-file.js";
import { bundleScript } from "../engines/xs/bundle.js";
import { compileXs } from "../engines/xs/compile.js";
import { XsHost, XsWorker } from "../engines/xs-worker.js";
import { Scheduler } from "../world/clock/scheduler.js";
import { worldTimers } from "../world/clock/world-timers.js";
import type { Bench, Figures } from "./bench.js";
import { canvasFor, fontsFor, PANELS, settingFor } from "./panel/draw.js";
import { VIEWS } from "./panel/views.js";

/** The boards' own. */
const PANEL = PANELS[0];
/** Of the SDK's driver of the ILI9341. */
const SPI_HZ = 40_000_000;
/** An ESP32's clock, and what a computron takes of it on a Cortex-M. */
const CPU_HZ = 240_000_000;
const INSTRUCTIONS_A_COMPUTRON = 24;

export const panelBench: Bench = {
  name: "panel",
  summary:
    "what the screen costs at 240 x 320: bytes sent to the display, and computrons of layout and drawing on real XS",
  figures: {
    bytesPerKeyPress: "sent to the display for one more digit of a code",
    bytesPerFirstDigit: "for the first one, which brings another screen",
    bytesPerStep: "for a step of the moving door",
    firstFrameMs:
      "from the first view to its last pixel, by model: 24 instructions a computron at 240 MHz, then SPI at 40 MHz; the boot before it: bootComputrons of bench xs",
    keyPressComputrons: "layout and drawing of one more digit, without the display's driver",
    fontBytes: "font file in the image",
    lettersBytes: "the second one, with letters of names, in its partition",
    letterBytes: "of which a letter takes, in the mean",
    "…Bytes, …Computrons": "of each screen after the idle one",
  },
  async run(progress) {
    progress("bytes");
    const bytes = measureBytes();
    progress("computrons");
    const computrons = await measureComputrons();
    const whole = PANEL.width * PANEL.height * 2;
    const drawing = (computrons.idleComputrons! * INSTRUCTIONS_A_COMPUTRON) / CPU_HZ;
    const firstFrameMs = Math.round(1_000 * (drawing + (whole * 8) / SPI_HZ));
    const fontBytes = fontsFor(PANEL.pixelsPerMillimetre).length;
    progress("letters of names");
    const lettersBytes = (await lettersFile(PANEL.pixelsPerMillimetre)).length;
    const letterBytes = Math.round(lettersBytes / NAME_LETTERS.length);
    return { ...bytes, firstFrameMs, ...computrons, fontBytes, lettersBytes, letterBytes };
  },
};

const named = (name: string): View => ({ ...VIEWS.find((one) => one.name === name)!.view, language: "en" });
const typed = (stars: string): View => ({
  ...named("enter-code"),
  entry: { layout: "digits", groups: [stars], maxLength: 16 },
});

function measureBytes(): Figures {
  const canvas = canvasFor(PANEL.name);
  const scheduler = new Scheduler();
  const timers = worldTimers(scheduler);
  const panel = new ScreenPanel({ canvas, setting: settingFor(PANEL.name), timers, light: () => {} });
  panel.backlight(100);
  const sent = (change: () => unknown): number => {
    const before = canvas.sentBytes;
    change();
    return canvas.sentBytes - before;
  };
  const show = (view: View) => sent(() => panel.render(view));
  show(named("idle"));
  const bytesPerFirstDigit = show(typed("*"));
  const bytesPerKeyPress = show(typed("**"));
  show(named("bin-open-take"));
  const bytesPerStep = sent(() => scheduler.runNext());
  const screens: Record<string, number> = {};
  for (const { name } of VIEWS) {
    show(named("idle"));
    screens[`${camel(name)}Bytes`] = show(named(name));
  }
  return { bytesPerKeyPress, bytesPerFirstDigit, bytesPerStep, ...screens };
}

async function measureComputrons(): Promise<Figures> {
  const host = new XsHost([compileXs().worker]);
  const worker = new XsWorker(host, (request) => request);
  try {
    worker.evaluate((await bundleScript("panel.ts")).source);
    const { width, height, key } = settingFor(PANEL.name);
    worker.evaluate(`work.open([${fontsFor(PANEL.pixelsPerMillimetre).join()}], ${width}, ${height}, ${key})`);
    const nothing = worker.evaluate("0").computrons;
    const cost = (view: View) => worker.evaluate(`work.show(${JSON.stringify(view)})`).computrons - nothing;
    const figures: Record<string, number> = { idleComputrons: cost(named("idle")) };
    cost(typed("*"));
    figures.keyPressComputrons = cost(typed("**"));
    for (const { name } of VIEWS.slice(1)) {
      cost(named("idle"));
      figures[`${camel(name)}Computrons`] = cost(named(name));
    }
    return figures;
  } finally {
    worker.kill();
    host.close();
  }
}

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
