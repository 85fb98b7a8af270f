import type { BatteryProfile } from "../hal/ports/board.js";
import type { Hal } from "../hal/ports/hal.js";
import { type GaugePort, type MainsPort, WakeCause } from "../hal/ports/power.js";
import { text } from "./panel/screen.js";
import { EMPTY_SHOWN_MS } from "./power/sleep-schedule.js";
import { plausibleReading } from "./state/gauge-reading.js";

/** Enough to read by, percent. */
const EMPTY_BACKLIGHT_PERCENT = 20;

/** Readings that must agree: one of a gauge whose readings jump proves nothing. */
const LOOKS = 3;

/** On battery, and the cell is under the board's brown-out threshold. An unknown voltage is not low. */
export function isCellEmpty(gauge: GaugePort, mains: MainsPort, battery: BatteryProfile): boolean {
  if (mains.present()) return false;
  for (let look = 0; look < LOOKS; look++) {
    const reading = plausibleReading(gauge);
    if (reading === undefined || reading.millivolts >= battery.brownOutMillivolts) return false;
  }
  return true;
}

/**
 * A boot in which nothing may be written: says so for a moment and goes back to sleep until mains or the button. No task
 * runs and nothing is sent: what the journal's last record says is firm only after the first append of a boot
 * (firmware/journal/SPEC.md, repair).
 */
export function sleepEmpty({ panel, mains, timers, sleep }: Hal): void {
  if (sleep.wakeCause === WakeCause.timer) sleep.sleep({ depth: "hibernate" });
  mains.onChange = (present) => {
    if (present) sleep.restart();
  };
  panel.backlight(EMPTY_BACKLIGHT_PERCENT);
  const title = text("refused-battery-empty");
  panel.render({ screen: "battery-empty", title, lines: [], choices: [], notices: [], language: "en" });
  timers.set(EMPTY_SHOWN_MS, () => {
    panel.backlight(0);
    sleep.sleep({ depth: "hibernate" });
  });
}
