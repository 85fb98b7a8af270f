/** What `npm run bench -- panel` evaluates in a worker: the panel's layout and drawing, on a canvas that only counts. */
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { FontFile } from "../../../hal/panel/font.js";
import { ScreenPanel } from "../../../hal/panel/screen-panel.js";
import type { View } from "../../../hal/ports/panel.js";

const work = {
  panel: undefined as ScreenPanel | undefined,
  /** `file`: the font file, byte by byte. */
  open(file: readonly number[], width: number, height: number, key: number): void {
    const nothing = () => {};
    work.panel = new ScreenPanel({
      canvas: { width, height, begin: nothing, fill: nothing, mask: nothing, end: nothing },
      setting: {
        width,
        height,
        key,
        font: new FontFile(new Uint8Array(file).buffer),
        cabinet: { units: [12, 12, 12], columns: 3 },
        large: false,
        say: formatText,
      },
      timers: { set: () => 0, clear: nothing } as never,
      light: nothing,
    });
    work.panel.backlight(100);
  },
  show(view: View): void {
    work.panel?.render(view);
  },
};

Object.assign(globalThis, { work });
