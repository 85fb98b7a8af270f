import PWM from "embedded:io/pwm";
import type PixelsOut from "commodetto/PixelsOut";
import Preference from "preference";
import Timer from "timer";
import { boot } from "../../../firmware/main.js";
import { UPDATES } from "../../../firmware/with-updates.js";
import { boardPorts } from "../../boards/board-ports.js";
import { unitsFrom } from "../../boards/fitted-bins.js";
import { buzzer, touchPanel } from "../../boards/front.js";
import type { BoardWiring } from "../../boards/wiring.js";
import type { CellularSettings } from "../../drivers/sim7000.js";
import { ScreenPanel } from "../../panel/screen-panel.js";
import type { BoardProfile } from "../../ports/board.js";
import type { TimersPort } from "../../ports/clock.js";
import type { Hal } from "../../ports/hal.js";
import type { SleepPort, WakeCause } from "../../ports/power.js";
import { BoardEntropy } from "../entropy.js";
import { crashPort } from "../fault.js";
import { NATIVE_HASH } from "../hash.js";
import { armWatchdog, keptMemory, monotonicMs } from "../native.js";
import { type DroppingLink, socketsOf } from "../net/link-sockets.js";
import { tls } from "../net/tls.js";
import { boardScreen } from "../panel/board-screen.js";
import { BoardTimers } from "../timers.js";
import { CONSOLE } from "../trace.js";
import { partition } from "./flash.js";
import { ESP32_IO } from "./io.js";
import { deepSleep, resetReason, restart, wakeCause } from "./native.js";
import { boardUpdates } from "./update.js";
import { WifiLink } from "./wifi-link.js";

/** What one board differs in from another. */
export interface StartNeeds {
  readonly profile: BoardProfile;
  readonly wiring: BoardWiring;
  /** Makes the screen, once it has its supply. */
  readonly screen: () => PixelsOut;
  /** The links besides Wi-Fi, before it. */
  readonly links: (timers: TimersPort) => readonly DroppingLink[];
}

/** Bins of the base unit and of each expansion unit, `12,12` in NVS; a box that was never told has one unit. */
const UNITS = { domain: "smartbox", key: "units", unset: "12" } as const;

/** From the supply of the screen's controller to its first command, ms (ILI9341 data sheet, section 15.4: 5 after a reset). */
const SCREEN_STARTS_MS = 10;

/** `on`: texts of the panel are a step larger. */
const LARGE_TEXT = { domain: "smartbox", key: "large-text" } as const;

/** Puts a board's HAL together and boots the firmware on it. */
export function start({ profile, wiring, screen, links }: StartNeeds): void {
  const update = boardUpdates();
  const timers = new BoardTimers();
  const wifi = new WifiLink(timers);
  const all = [...links(timers), wifi];
  const units = unitsFitted(wiring);
  const ports = boardPorts({
    io: ESP32_IO,
    wiring,
    settings: profile.bins,
    units,
    timers,
    monotonicMs,
    cellular: subscription(),
    secure: (plain, server) => tls(server, plain),
    links: {
      all,
      wifi,
      connect: socketsOf(all, timers),
    },
  });
  const sounds = buzzer({ io: ESP32_IO, wiring, timers });
  const panel = new ScreenPanel({
    ...boardScreen(supplied(screen), { profile: profile.panel, units, large: prefersLargeText() }),
    timers,
    light: backlight(wiring.pins.backlight),
    sound: (sound) => sounds.play(sound),
  });
  touchPanel({ io: ESP32_IO, wiring, timers }).onTouch = (x, y) => panel.touched(x, y);
  const hal: Hal = {
    ...ports,
    board: profile,
    panel,
    flash: {
      identity: partition("identity"),
      journal: partition("journal"),
      snapshot: partition("snapshot"),
    },
    timers,
    entropy: new BoardEntropy(),
    hash: NATIVE_HASH,
    watchdog: watchdog(),
    sleep: sleepPort(wiring),
    trace: CONSOLE,
    crash: crashPort(new Uint8Array(keptMemory()), resetReason()),
    ...(update !== undefined && { update }),
  };
  boot(hal, UPDATES);
}

/** `boardPorts` has switched its supply on just now. */
function supplied(screen: () => PixelsOut): PixelsOut {
  Timer.delay(SCREEN_STARTS_MS);
  return screen();
}

function prefersLargeText(): boolean {
  return Preference.get(LARGE_TEXT.domain, LARGE_TEXT.key) === "on";
}

function unitsFitted(wiring: BoardWiring): readonly number[] {
  const told = Preference.get(UNITS.domain, UNITS.key);
  return unitsFrom(typeof told === "string" ? told : UNITS.unset, wiring);
}

/** What the cellular subscription asks for, in NVS; a SIM for things mostly needs none of it. */
function subscription(): CellularSettings {
  const settings: Record<string, string> = {};
  for (const key of ["apn", "user", "password", "pin"]) {
    const told = Preference.get("cellular", key);
    if (typeof told === "string") settings[key] = told;
  }
  return settings;
}

function backlight(pin: number): (percent: number) => void {
  const pwm = new PWM({ pin, hz: 1_000 });
  const full = 2 ** pwm.resolution - 1;
  return (percent) => pwm.write(Math.round((full * percent) / 100));
}

function watchdog(): Hal["watchdog"] {
  let timeoutMs = 0;
  return {
    start: (ms) => {
      if (!(ms >= 1_000 && ms <= 60_000)) throw new RangeError(`watchdog time-out ${ms} ms is out of range`);
      timeoutMs = ms;
      armWatchdog(ms);
    },
    feed: () => armWatchdog(timeoutMs),
  };
}

function sleepPort({ pins }: BoardWiring): SleepPort {
  return {
    wakeCause: wakeCause() as WakeCause,
    sleep: ({ depth, wakeAfterSeconds }) =>
      deepSleep(pins.button, pins.mains, wakeAfterSeconds ?? 0, depth === "hibernate"),
    restart: () => restart(),
  };
}
