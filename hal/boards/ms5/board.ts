import type { Board } from "../board.js";
import { ESP32_S3 } from "../chips.js";
import { MS5_PARTS } from "./parts.js";
import { MS5 } from "./profile.js";
import { MS5_WIRING } from "./wiring.js";

export const MS5_BOARD: Board = {
  profile: MS5,
  hardware: {
    chip: ESP32_S3,
    parts: MS5_PARTS,
    wiring: MS5_WIRING,
    strapped: {
      3: "only says where JTAG is, and only once its fuse is blown; low, PWRKEY is not pressed",
      45: "rail: its pull-down is what a flash of 3.3 V wants",
      46: "buzzer: the pull-down of its transistor is what a download wants; not read otherwise",
    },
    manifest: "hal/moddable/targets/ms5/manifest.json",
  },
};
