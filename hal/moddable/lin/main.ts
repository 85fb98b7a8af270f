import Debug from "debug";
import Instrumentation from "instrumentation";
import { boot } from "../../../firmware/main.js";
import { UPDATES } from "../../../firmware/with-updates.js";
import { MS5 } from "../../boards/ms5/profile.js";
import { updatePort } from "../../boot/update-port.js";
import { ScreenPanel } from "../../panel/screen-panel.js";
import type { BoardProfile } from "../../ports/board.js";
import type { FlashPort } from "../../ports/flash.js";
import type { Hal } from "../../ports/hal.js";
import type { View } from "../../ports/panel.js";
import type { GaugePort, MainsPort, SleepPort, WakeCause } from "../../ports/power.js";
import type { Slot, UpdatePort } from "../../ports/update.js";
import { BoardEntropy } from "../entropy.js";
import { crashPort } from "../fault.js";
import { NATIVE_HASH } from "../hash.js";
import { missingFlash } from "../missing-flash.js";
import { armWatchdog, keptMemory } from "../native.js";
import { socketsOf } from "../net/link-sockets.js";
import { boardScreen } from "../panel/board-screen.js";
import { BoardTimers } from "../timers.js";
import { Control } from "./control.js";
import { FileFlash } from "./file-flash.js";
import type { PlayedDeed } from "./happening.js";
import { HostClock } from "./host-clock.js";
import { MockBins } from "./mock-bins.js";
import { MockLink, MockWifi } from "./mock-links.js";
import { env, exit } from "./native.js";

/**
 * The box in the SDK's Linux simulator. Flash, clock, TCP, TLS and the screen are real; locks, reader, power and links are
 * played by whoever holds the control connection. Environment:
 * `SMARTBOX_DIR` flash files (identity, journal, snapshot) and the RTC's; `SMARTBOX_CONTROL` port of the control server;
 * `SMARTBOX_WAKE` number of the wake cause; `SMARTBOX_BINS` number of bins; `SMARTBOX_SLEEP_MS` time from loss of mains to sleep; `SMARTBOX_ETHERNET=down` boots
 * without the cable; `SMARTBOX_SLOT` number of the slot whose image runs: the box takes updates, and whoever starts it is its boot stub.
 */
const SLEPT = 10;
const RESTARTED = 11;
/** As big as a board's, its header's sector included. */
const SLOT_BYTES = 5_640_192;

const timers = new BoardTimers();
const folder = env("SMARTBOX_DIR") ?? ".";
const controlPort = env("SMARTBOX_CONTROL");
const control = controlPort === undefined ? undefined : new Control(Number(controlPort));
const tell = (message: object): void => control?.tell(message);

const binCount = Number(env("SMARTBOX_BINS") ?? "24");
const bins = new MockBins({ count: binCount, timers, tell });
const links = [new MockLink("ethernet", timers, env("SMARTBOX_ETHERNET") !== "down"), new MockWifi(timers)] as const;
const power = { isMains: true, chargePercent: 100 };
const mains: MainsPort = { present: () => power.isMains, onChange: undefined };
const gauge: GaugePort = {
  read: () => ({
    chargePercent: power.chargePercent,
    millivolts: 3_000 + 12 * power.chargePercent,
    milliamps: undefined,
    celsius: undefined,
  }),
};
const button: Hal["button"] = { onPress: undefined, lamp: (mode) => tell({ tell: "lamp", mode }) };
const reader: Hal["reader"] = { onScan: undefined };
const units = Array.from({ length: Math.ceil(binCount / 12) }, (_, unit) => Math.min(12, binCount - 12 * unit));
const large = env("SMARTBOX_LARGE_TEXT") !== undefined;
const panel = new ScreenPanel({
  ...boardScreen(screen, { profile: MS5.panel, units, large }),
  timers,
  sound: (sound) => tell({ tell: "sound", sound }),
});
screen.context = { onTouchBegan: (_id: number, x: number, y: number) => panel.touched(x, y) };

const hal: Hal = {
  board: profile(),
  bins,
  gauge,
  mains,
  button,
  panel: {
    render: (view: View) => {
      tell({ tell: "view", view });
      panel.render(view);
    },
    backlight: (percent) => {
      tell({ tell: "backlight", percent });
      panel.backlight(percent);
    },
    get onInput() {
      return panel.onInput;
    },
    set onInput(callback) {
      panel.onInput = callback;
    },
  },
  reader,
  flash: {
    // As big as a board's, so that one image is for both.
    identity: partition("identity", 65_536),
    journal: partition("journal", 1_048_576),
    snapshot: partition("snapshot", 2_097_152),
  },
  links: { all: links, wifi: links[1], connect: socketsOf(links, timers) },
  clock: new HostClock(`${folder}/rtc`),
  timers,
  entropy: new BoardEntropy(),
  hash: NATIVE_HASH,
  watchdog: watchdog(),
  sleep: sleepPort(),
  trace: {
    line: (text) => {
      trace(`${text}\n`);
      tell({ tell: "trace", line: text });
    },
  },
  crash: crashPort(new Uint8Array(keptMemory()), undefined),
  ...updates(),
};

if (control !== undefined) control.onHappening = (happening) => happen(happening);
tell({ tell: "boot", wakeCause: hal.sleep.wakeCause });
boot(hal, UPDATES);

/** A folder that is not there, or cannot be written, is told on the screen. */
function partition(name: string, sizeBytes: number): FlashPort {
  const path = `${folder}/${name}`;
  try {
    return new FileFlash({ path, sizeBytes });
  } catch (error) {
    return missingFlash(error instanceof Error ? error.message : path);
  }
}

function updates(): { readonly update?: UpdatePort } {
  const running = env("SMARTBOX_SLOT");
  if (running === undefined) return {};
  const slots = [partition("slot-0", SLOT_BYTES), partition("slot-1", SLOT_BYTES)] as const;
  return { update: updatePort({ partition: partition("update", 65_536), slots, running: Number(running) as Slot }) };
}

function profile(): BoardProfile {
  const sleepAfterMs = Number(env("SMARTBOX_SLEEP_MS") ?? MS5.power.sleepAfterMs);
  return { ...MS5, power: { ...MS5.power, sleepAfterMs } };
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

function sleepPort(): SleepPort {
  return {
    wakeCause: Number(env("SMARTBOX_WAKE") ?? "0") as WakeCause,
    sleep: ({ depth, wakeAfterSeconds }) => {
      tell({ tell: "sleep", depth, ...(wakeAfterSeconds !== undefined && { wakeAfterSeconds }) });
      exit(SLEPT);
    },
    restart: () => {
      tell({ tell: "restart" });
      exit(RESTARTED);
    },
  };
}

function happen(happening: PlayedDeed): void {
  switch (happening.do) {
    case "fault":
      throw new Error(happening.message);
    case "input":
      panel.onInput?.(happening.input);
      break;
    case "scan":
      reader.onScan?.(happening.serial);
      break;
    case "press":
      button.onPress?.();
      break;
    case "mains":
      power.isMains = happening.present;
      mains.onChange?.(happening.present);
      break;
    case "charge":
      power.chargePercent = happening.percent;
      break;
    case "door":
      bins.move(happening.bin, happening.open);
      break;
    case "link":
      for (const link of links) if (link.kind === happening.kind) link.reachable = happening.reachable;
      break;
    case "networks":
      links[1].networks = happening.networks;
      break;
    case "heap":
      tell({ tell: "heap", ...heap() });
      break;
  }
}

/** Heap in use after a collection, bytes as this machine counts them; undefined in builds without instruments. */
function heap(): object {
  Debug.gc();
  const read = (name: Parameters<typeof Instrumentation.map>[0]) => Instrumentation.get(Instrumentation.map(name));
  return { slotBytes: read("XS Slot Heap Used"), chunkBytes: read("XS Chunk Heap Used"), keys: read("XS Keys Used") };
}
