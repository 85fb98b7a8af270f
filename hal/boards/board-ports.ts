import { BinExpander } from "../drivers/bin-expander.js";
import { BoardClock } from "../drivers/board-clock.js";
import { Cabinet } from "../drivers/cabinet.js";
import { CellGauge } from "../drivers/cell-gauge.js";
import { LockSupply } from "../drivers/lock-supply.js";
import { MainsSense } from "../drivers/mains-sense.js";
import { MAX17048 } from "../drivers/max17048.js";
import { MCP23017 } from "../drivers/mcp23017.js";
import { PartHealth } from "../drivers/part-health.js";
import { PN532 } from "../drivers/pn532.js";
import { ResetButton } from "../drivers/reset-button.js";
import { RV3028 } from "../drivers/rv3028.js";
import { type CellularSettings, Sim7000 } from "../drivers/sim7000.js";
import { TMP102 } from "../drivers/tmp102.js";
import type { BoardIo } from "../io/io.js";
import type { BinSettings } from "../ports/board.js";
import type { TimersPort } from "../ports/clock.js";
import type { Hal } from "../ports/hal.js";
import type { Links } from "../ports/network.js";
import { boardLinks, type Secure } from "./board-links.js";
import { type Fitted, fittedBins } from "./fitted-bins.js";
import type { BoardWiring } from "./wiring.js";

/** The ports that drivers on ECMA-419 IO provide; flash, network, display and sleep come from the platform. */
export type BoardPorts = Required<
  Pick<Hal, "bins" | "gauge" | "mains" | "button" | "reader" | "clock" | "parts" | "links">
>;

/** The rest of a HAL. */
export type BareHal = Omit<Hal, Exclude<keyof BoardPorts, "links">>;

/** A board before its drivers. */
export interface IoBoard {
  readonly io: BoardIo;
  readonly wiring: BoardWiring;
  /** Bins of the base unit and of each expansion unit. */
  readonly units: readonly number[];
  /** Milliseconds since this boot, as in `ClockPort`. */
  readonly monotonicMs: () => number;
}

export interface BoardOptions extends IoBoard {
  readonly settings: BinSettings;
  readonly timers: TimersPort;
  /** Those of the platform; a board with a modem adds it. */
  readonly links: Links;
  /** TLS over the modem; absent on platforms whose own links do it (`boardLinks`). */
  readonly secure?: Secure;
  /** The subscription; empty if absent. */
  readonly cellular?: CellularSettings;
}

/** Puts a board's drivers together. Parts that do not answer are no error here. Throws RangeError when `units` do not fit. */
export function boardPorts(options: BoardOptions): BoardPorts {
  const { io, wiring, settings, units, timers, monotonicMs } = options;
  const { pins, buses } = wiring;
  const on = (bus: "system" | "bins", address: number) => ({ sensor: { ...buses[bus], address, io: io.SMBus } });
  const fitted = fittedBins(wiring, units);
  const expander = ({ place, count }: Fitted) => new BinExpander(new MCP23017(on(place.bus, place.address)), count);
  new io.Digital({ pin: pins.rail, mode: io.Digital.Output }).write(1);
  // First of all: whatever the boot before left on, its supply goes off.
  const supply = new LockSupply({ io: io.Digital, pin: pins.lockSupply, timers });
  const bins = new Cabinet({
    io: io.Digital,
    timers,
    supply,
    mountHoldMs: settings.mountHoldMs,
    expanders: fitted.map(expander),
    labels: fitted.flatMap((one) => one.labels),
    pins: { reset: pins.expanderReset, interrupt: pins.expanderInterrupt, mount: pins.mount },
  });
  const clock = new BoardClock({ rtc: new RV3028(on("system", wiring.rtcAddress)), timers, monotonicMs });
  const button = new ResetButton({ io: io.Digital, pin: pins.button, lampPin: pins.lamp, timers });
  const mains = new MainsSense({ io: io.Digital, pin: pins.mains, timers });
  const reader = new PN532({
    serial: { ...wiring.reader, io: io.Serial },
    timers,
    isSparing: () => !mains.present(),
  });
  const modem = modemOf(options);
  return {
    links: modem === undefined ? options.links : boardLinks({ ...options, modem }),
    bins,
    gauge: new CellGauge({
      gauge: new MAX17048(on("system", wiring.gaugeAddress)),
      thermometer: new TMP102(on("system", wiring.thermometerAddress)),
      mains,
      monotonicMs,
    }),
    mains,
    button,
    reader,
    clock,
    parts: new PartHealth({ parts: [clock, reader, button, bins, ...(modem === undefined ? [] : [modem])], timers }),
  };
}

function modemOf({ io, wiring, timers, cellular = {} }: BoardOptions): Sim7000 | undefined {
  if (wiring.modem === undefined) return undefined;
  const { powerKey, ...serial } = wiring.modem;
  return new Sim7000({ serial: { ...serial, io: io.Serial }, io: io.Digital, powerKey, timers, settings: cellular });
}
