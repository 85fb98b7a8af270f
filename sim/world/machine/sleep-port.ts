import type { SleepPort } from "../../../hal/ports/power.js";
import type { Life } from "../devices/life.js";
import { PowerCut } from "../devices/power-cut.js";
import type { Site } from "../devices/site.js";

/** What the machine does when the firmware ends its boot itself. */
export interface SleepHooks {
  asleep(depth: "sleep" | "hibernate", wakeAfterSeconds: number | undefined): void;
  restart(): void;
}

/** Sleep and restart, as one boot sees them: neither returns. */
export function sleepPort(site: Site, life: Life, hooks: SleepHooks): SleepPort {
  return {
    wakeCause: life.wakeCause,
    sleep: ({ depth, wakeAfterSeconds }) => {
      life.check();
      if (wakeAfterSeconds !== undefined && !(wakeAfterSeconds >= 60 && wakeAfterSeconds <= 2 ** 31 - 1)) {
        throw new RangeError(`wake-up after ${wakeAfterSeconds} s is out of range`);
      }
      site.trace("power", `${depth}${wakeAfterSeconds === undefined ? "" : ` for ${wakeAfterSeconds} s`}`);
      hooks.asleep(depth, wakeAfterSeconds);
      throw new PowerCut("asleep");
    },
    restart: () => {
      life.check();
      site.trace("power", "restart");
      hooks.restart();
      throw new PowerCut("restarted");
    },
  };
}
