import type { TimerId, TimersPort } from "../../../hal/ports/clock.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

const MAX_DELAY_MS = 2 ** 31 - 1;

/** Timers of one boot. */
export function timersPort(site: Site, life: Life): TimersPort {
  const running = new Map<TimerId, ScheduledEvent>();
  let lastId = 0;
  life.onEnd(() => {
    for (const event of running.values()) site.scheduler.cancel(event);
    running.clear();
  });
  return {
    set(delayMs, callback) {
      life.check();
      if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) throw new RangeError(`timer delay ${delayMs} ms is out of range`);
      const id = ++lastId;
      // A busy processor may clear it before it gets to it.
      const fire = () =>
        life.call(() => {
          if (running.delete(id)) callback();
        });
      running.set(id, site.scheduler.after(delayMs, fire));
      return id;
    },
    clear(id) {
      life.check();
      site.scheduler.cancel(running.get(id));
      running.delete(id);
    },
  };
}
