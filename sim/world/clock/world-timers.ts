import type { TimersPort } from "../../../hal/ports/clock.js";
import type { ScheduledEvent, Scheduler } from "./scheduler.js";

/** Timers on a scheduler for what is not a box: the cloud, brokers. They outlive boots. */
export function worldTimers(scheduler: Scheduler): TimersPort {
  const events = new Map<number, ScheduledEvent>();
  let lastId = 0;
  return {
    set(delayMs, callback) {
      const id = ++lastId;
      const fire = () => {
        events.delete(id);
        callback();
      };
      events.set(id, scheduler.after(delayMs, fire));
      return id;
    },
    clear(id) {
      scheduler.cancel(events.get(id));
      events.delete(id);
    },
  };
}
