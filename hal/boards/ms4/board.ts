import type { Board } from "../board.js";
import { ESP32 } from "../chips.js";
import { MS4_PARTS } from "./parts.js";
import { MS4 } from "./profile.js";
import { MS4_WIRING } from "./wiring.js";

export const MS4_BOARD: Board = {
  profile: MS4,
  hardware: {
    chip: ESP32,
    parts: MS4_PARTS,
    wiring: MS4_WIRING,
    // The chip has few pins left beside PSRAM; these go to inputs of the screen, which leave them alone at reset.
    strapped: {
      0: "buzzer: the pull-up of its transistor keeps it still, and starts the chip from flash",
      2: "data/command of the screen: floats low, as a download wants it; not read otherwise",
      5: "chip select of the screen: its pull-up makes it high",
      12: "backlight: the LED driver pulls it down; high would set the flash to 1.8 V",
      15: "data to the screen: the chip's own pull-up makes it high",
    },
    manifest: "hal/moddable/targets/ms4/manifest.json",
  },
};
