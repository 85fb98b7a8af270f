import { describe, expect, test } from "vitest";
import { drawsFrom } from "../../hal/boards/draw.js";
import { fittedBins, unitsFrom } from "../../hal/boards/fitted-bins.js";
import { hardwareOf, linksFitted } from "../../hal/boards/index.js";

const MODELS = ["MS5", "MS4"] as const;

/** The simulated board takes its pins from the same place as the image: what is swapped there is swapped in both. */
test.each(MODELS)("%s: each pin of the drivers is the pin of its part", (model) => {
  const { parts, wiring } = hardwareOf(model);
  const { pins, reader, modem, buses, touch } = wiring;
  expect(pins).toEqual({
    button: parts.button.pins.contact.gpio,
    lamp: parts.lamp.pins.on.gpio,
    mains: parts.mains.pins.sense.gpio,
    lockSupply: parts.locks.pins.enable.gpio,
    expanderReset: parts.expanders.pins.reset.gpio,
    expanderInterrupt: parts.expanders.pins.interrupt.gpio,
    mount: parts.mount.pins.coil.gpio,
    backlight: parts.backlight.pins.dim.gpio,
    rail: parts.loadSwitch.pins.enable.gpio,
  });
  expect(reader).toMatchObject({
    receive: parts.reader.pins.receive.gpio,
    transmit: parts.reader.pins.transmit.gpio,
    port: parts.reader.port,
  });
  expect(touch.interrupt).toBe(parts.touch.pins.interrupt.gpio);
  expect(modem?.powerKey).toBe(parts.modem?.pins.powerKey.gpio);
  expect([modem?.receive, modem?.transmit]).toEqual([parts.modem?.pins.receive.gpio, parts.modem?.pins.transmit.gpio]);
  expect([buses.system.data, buses.system.clock]).toEqual([
    parts.systemBus.pins.data.gpio,
    parts.systemBus.pins.clock.gpio,
  ]);
  expect([buses.bins.data, buses.bins.clock]).toEqual([parts.binsBus.pins.data.gpio, parts.binsBus.pins.clock.gpio]);
  // Two devices on one port would hear each other.
  expect(new Set([reader.port, modem?.port ?? -1]).size).toBe(2);
  expect(buses.system.port).not.toBe(buses.bins.port);
});

describe("bins that a board was told", () => {
  const { wiring } = hardwareOf("MS5");
  const most = wiring.expanders.length;
  const times = (count: number, bins: number) => Array.from({ length: count }, () => bins);

  test.each([
    ["12,12", [12, 12]],
    ["7", [7]],
    [times(most, 7).join(), times(most, 7)],
    [times(most / 2, 8).join(), times(most / 2, 8)],
  ])("%s", (told, units) => {
    expect(unitsFrom(told, wiring)).toEqual(units);
    expect(fittedBins(wiring, units).reduce((sum, { count }) => sum + count, 0)).toBe(
      units.reduce((sum, one) => sum + one, 0),
    );
  });

  test.each([
    "",
    "0",
    "12,0",
    "-1",
    "1.5",
    "12;12",
    "twelve",
    "12,",
    times(most + 1, 7).join(),
    times(most / 2 + 1, 8).join(),
  ])("%j gives no unit", (told) => {
    expect(unitsFrom(told, wiring)).toEqual([]);
  });

  test("each unit begins with an expander of its own, and the labels go on over two of them", () => {
    const fitted = fittedBins(wiring, [8, 3]);
    expect(fitted.map(({ place }) => place)).toEqual(wiring.expanders.slice(0, 3));
    expect(fitted.map(({ labels }) => labels.join())).toEqual(["A-1,A-2,A-3,A-4,A-5,A-6,A-7", "A-8", "B-1,B-2,B-3"]);
    expect(() => fittedBins(wiring, times(most + 1, 1))).toThrow("need more expanders than fit");
  });
});

test.each(MODELS)(
  "%s: asleep, a part draws from the converter that saves power, and hibernating no more than asleep",
  (model) => {
    const draws = drawsFrom(hardwareOf(model).parts);
    const asleep = draws.filter(({ load }) => load === "sleep" || load === "hibernate");
    expect(asleep.filter(({ rail }) => rail === "3V3" || rail === "3V3 switched")).toEqual([]);
    expect(draws.filter(({ load, rail }) => load === "awake" && rail === "3V3 idle")).toEqual([]);
    const gauge = (load: string) =>
      draws.find((one) => one.load === load && one.part.startsWith("MAX17048"))?.milliamps;
    expect([gauge("awake"), gauge("sleep"), gauge("hibernate")]).toEqual([0.023, 0.023, 0.003]);
  },
);

test("links are those whose parts a board has", () => {
  expect(linksFitted("MS5")).toEqual(["ethernet", "wifi", "cellular"]);
  expect(linksFitted("MS4")).toEqual(["wifi"]);
  expect(linksFitted("MS3")).toEqual([]);
});
