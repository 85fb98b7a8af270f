import type { BareHal } from "../../../hal/boards/board-ports.js";
import type { CrashPort } from "../../../hal/ports/crash.js";
import type { SleepPort } from "../../../hal/ports/power.js";
import { boundFlash, type FlashHooks } from "../devices/bound-flash.js";
import { hashPort } from "../devices/hash.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import { timersPort } from "../devices/timers.js";
import { watchdogPort } from "../devices/watchdog.js";
import type { Machine } from "./machine.js";

/** What the machine does when the firmware of this boot asks for it, or fails to. */
export interface BootHooks {
  readonly flash: FlashHooks;
  readonly watchdog: () => void;
  readonly sleep: SleepPort;
  readonly crash: CrashPort;
}

/** The HAL of one boot, without what drivers on the board's IO provide. */
export function bareHal(machine: Machine, site: Site, life: Life, hooks: BootHooks): BareHal {
  const { flash } = machine;
  return {
    board: machine.board,
    panel: machine.panel.port(life),
    flash: {
      identity: boundFlash(site, life, "identity", flash.identity, hooks.flash),
      journal: boundFlash(site, life, "journal", flash.journal, hooks.flash),
      snapshot: boundFlash(site, life, "snapshot", flash.snapshot, hooks.flash),
    },
    links: machine.net.port(life),
    timers: timersPort(site, life),
    entropy: machine.entropy.port(life),
    hash: hashPort(life),
    watchdog: watchdogPort(site, life, () => {
      site.trace("power", "watchdog");
      hooks.watchdog();
    }),
    sleep: hooks.sleep,
    crash: hooks.crash,
    trace: {
      line: (text) => {
        life.check();
        site.trace("firmware", text.slice(0, 200));
      },
    },
  };
}
