import Resource from "Resource";
import type PixelsOut from "commodetto/PixelsOut";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { FontFile } from "../../panel/font.js";
import { keySide, type Setting } from "../../panel/setting.js";
import type { PanelProfile } from "../../ports/board.js";
import { lettersOfNames } from "../native.js";
import { CONSOLE } from "../trace.js";
import { PocoCanvas } from "./poco-canvas.js";

/** A finger that taps twice is back in less than this; one that means another place takes longer, ms. */
const SETTLE_MS = 300;

/** What the SDK's screen gives the panel: something to draw on, and how. */
export function boardScreen(
  screen: PixelsOut,
  options: {
    readonly profile: PanelProfile;
    /** Bins of each unit of the box. */
    readonly units: readonly number[];
    readonly large: boolean;
  },
): { readonly canvas: PocoCanvas; readonly setting: Setting; readonly settleMs: number } {
  const { profile, units, large } = options;
  // A host buffer: flash that is read like an array, which the SDK's types keep apart.
  const file = new Resource("panel.bin") as unknown as ArrayBuffer;
  const font = new FontFile(file, lettersOfNames());
  if (!font.hasLetters)
    CONSOLE.line("panel: names in Chinese, Korean and Japanese are numbers: nothing for it in letters");
  const canvas = new PocoCanvas(screen, font);
  const setting: Setting = {
    width: canvas.width,
    height: canvas.height,
    key: keySide(profile.pixelsPerMillimetre),
    font,
    cabinet: { units, columns: profile.binColumns },
    large,
    say: formatText,
  };
  return { canvas, setting, settleMs: SETTLE_MS };
}
