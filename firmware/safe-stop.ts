import type { Hal } from "../hal/ports/hal.js";
import type { Text } from "../hal/ports/panel.js";
import { keepWatchdogFed } from "./power/watchdog.js";

/** A box that stopped boots again after this, ms: a part that did not answer may answer then. */
const AGAIN_AFTER_MS = 600_000;
/** On battery the reason is shown this long, ms; then the box sleeps until mains or the button. */
const SHOWN_ON_BATTERY_MS = 60_000;

/**
 * A box that cannot do its work says why and what to do, and does nothing else: no lock moves, nothing is sent. The watchdog is
 * fed, for a box that resets itself without end shows nobody anything.
 */
export function stopSafely(hal: Hal, title: Text): void {
  keepWatchdogFed(hal.watchdog, hal.timers);
  hal.button.lamp("off");
  hal.panel.backlight(100);
  hal.panel.render({ screen: "stopped", title, lines: [], choices: [], notices: [], language: "en" });
  hal.timers.set(AGAIN_AFTER_MS, () => hal.sleep.restart());
  hal.timers.set(SHOWN_ON_BATTERY_MS, () => restOnBattery(hal));
  hal.mains.onChange = (present) => {
    if (!present) hal.timers.set(SHOWN_ON_BATTERY_MS, () => restOnBattery(hal));
  };
}

function restOnBattery({ mains, panel, sleep }: Hal): void {
  if (mains.present()) return;
  panel.backlight(0);
  sleep.sleep({ depth: "hibernate" });
}
