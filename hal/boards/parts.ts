import type { Part } from "./part.js";

/** On a bus, at a seven-bit address. */
interface Addressed {
  readonly address: number;
}

/** The lines of a bus, with their pull-ups. */
type Bus = Part<"data" | "clock"> & { readonly port: number; readonly hz: number };

/** A UART and what is on it. */
interface Uart {
  readonly port: number;
  readonly baud: number;
}

/** The lines of a SPI bus to one part. Port and speed are the SDK's, or `ethernet/w5500.c`'s. */
export type Spi = "clock" | "out" | "in" | "select";

/** Every part of a board. Those that a board may lack are optional. */
export interface Parts {
  readonly processor: Part;
  readonly converter: Part;
  readonly loadSwitch: Part<"enable">;
  readonly resistors: Part;
  /** Fuel gauge, RTC, thermometer, touch panel, and half of the expanders. */
  readonly systemBus: Bus;
  /** The other half of the expanders: a fault here leaves gauge and clock alone. */
  readonly binsBus: Bus;
  readonly gauge: Part & Addressed;
  readonly thermometer: Part & Addressed;
  readonly rtc: Part & Addressed;
  readonly touch: Part<"interrupt"> & Addressed;
  /** In the order of the bins; each unit of the box begins with one of its own. */
  readonly expanders: Part<"reset" | "interrupt"> & {
    readonly places: readonly ({ readonly bus: "system" | "bins" } & Addressed)[];
    /** Bins of each, 1 to 7. */
    readonly bins: number;
  };
  readonly locks: Part<"enable">;
  /** The coil that holds the cabinet on the wall. */
  readonly mount: Part<"coil">;
  readonly reader: Part<"receive" | "transmit"> & Uart;
  readonly screen: Part<Spi | "command">;
  readonly backlight: Part<"dim">;
  readonly button: Part<"contact">;
  readonly lamp: Part<"on">;
  readonly mains: Part<"sense">;
  readonly buzzer: Part<"tone">;
  readonly ethernet?: Part<Spi | "interrupt">;
  readonly modem?: Part<"receive" | "transmit" | "powerKey"> & Uart;
}

export type PartName = keyof Parts;

/** The parts that are there, in the order of the board's table. */
export function partsOf(parts: Parts): readonly (readonly [PartName, Part<string>])[] {
  return Object.entries(parts) as [PartName, Part<string>][];
}
