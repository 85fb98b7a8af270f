import type { WatchdogPort } from "../../../hal/ports/power.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

/** Watchdog of one boot; `bite` is called when it was not fed in time. */
export function watchdogPort(site: Site, life: Life, bite: () => void): WatchdogPort {
  let timeoutMs = 0;
  let dueMs = 0;
  let event: ScheduledEvent | undefined;
  // Feeding only moves the due time; the event looks at it when it comes. Feeds are far more frequent than bites.
  const look = () => {
    if (!life.running) return;
    if (site.scheduler.nowMs >= dueMs) bite();
    else event = site.scheduler.at(dueMs, look);
  };
  life.onEnd(() => site.scheduler.cancel(event));
  return {
    start(ms) {
      life.check();
      if (!(ms >= 1_000 && ms <= 60_000)) throw new RangeError(`watchdog time-out ${ms} ms is out of range`);
      site.scheduler.cancel(event);
      timeoutMs = ms;
      dueMs = site.scheduler.nowMs + ms;
      event = site.scheduler.at(dueMs, look);
    },
    feed() {
      life.check();
      dueMs = site.scheduler.nowMs + timeoutMs;
    },
  };
}
