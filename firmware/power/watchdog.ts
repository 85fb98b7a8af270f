import type { TimersPort } from "../../hal/ports/clock.js";
import type { WatchdogPort } from "../../hal/ports/power.js";

const TIMEOUT_MS = 60_000;
const FEED_EVERY_MS = 20_000;

/** Feeds the watchdog from the same loop that serves people: a loop that hangs is reset, whatever it hangs in. */
export function keepWatchdogFed(watchdog: WatchdogPort, timers: TimersPort): void {
  const feed = () => {
    watchdog.feed();
    timers.set(FEED_EVERY_MS, feed);
  };
  watchdog.start(TIMEOUT_MS);
  timers.set(FEED_EVERY_MS, feed);
}
