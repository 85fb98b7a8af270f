import type { Parts } from "../../../hal/boards/parts.js";

/** What the SDK's drivers, and `ethernet/w5500.c`, are told of their pins: the image's manifest has it under `defines`. */
export interface PinDefines {
  readonly spi: object;
  readonly ili9341: object;
  readonly ethernet?: { readonly spi: object };
}

/** Writes the pins of a board's parts into the `defines` of its manifest; what else stands there stays. */
export function writePins(defines: PinDefines, { screen, ethernet }: Parts): void {
  const { clock, out, in: back, select, command } = screen.pins;
  Object.assign(defines.spi, { sck_pin: clock.gpio, mosi_pin: out.gpio, miso_pin: back.gpio });
  Object.assign(defines.ili9341, { cs_pin: select.gpio, dc_pin: command.gpio });
  if (ethernet === undefined || defines.ethernet === undefined) return;
  const { pins } = ethernet;
  Object.assign(defines.ethernet, { int_pin: pins.interrupt.gpio });
  Object.assign(defines.ethernet.spi, {
    cs_pin: pins.select.gpio,
    sck_pin: pins.clock.gpio,
    mosi_pin: pins.out.gpio,
    miso_pin: pins.in.gpio,
  });
}
