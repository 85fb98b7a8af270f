import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Board, Hardware } from "../../hal/boards/board.js";
import { drawsFrom, LOADS } from "../../hal/boards/draw.js";
import { BOARDS, boardOf, hardwareOf, linksFitted, MODELS } from "../../hal/boards/index.js";
import type { PartPin } from "../../hal/boards/part.js";
import { partsOf } from "../../hal/boards/parts.js";
import { TEMPLATE_BOARD } from "../../hal/boards/template/board.js";
import { wiringOf } from "../../hal/boards/wiring-of.js";
import { currentsOf } from "../../sim/world/devices/currents.js";

const HERE = "hal/boards";

test("every folder of a board is in the registry, but for the template", () => {
  const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => name !== "template");
  expect(names.sort()).toEqual(MODELS.map((model) => model.toLowerCase()).sort());
});

test("a model that is not there is an error that names those that are", () => {
  for (const find of [boardOf, hardwareOf, currentsOf])
    expect(() => find("NONE")).toThrow(new RangeError(`there is no board NONE: hal/boards has ${MODELS.join(", ")}`));
  expect(() => hardwareOf("MS3")).toThrow(new RangeError("the firmware does not run on the MS3"));
});

describe.each([...BOARDS, TEMPLATE_BOARD].map((board): [string, Board] => [board.profile.model, board]))(
  "%s",
  (model, { profile, hardware }) => {
    test("has a name that fits into a hello, and hardware if and only if the firmware runs on it", () => {
      expect(model).toMatch(/^[!-~]{1,16}$/);
      expect(hardware !== undefined).toBe(profile.offlineCapable);
    });

    if (hardware === undefined) return;

    test("goes dark two minutes after the mains, as the printed pack says", () => {
      expect(profile.power.sleepAfterMs).toBe(120_000);
    });

    const used = pinsOf(hardware);

    test("no pin is used twice", () => {
      const users = new Map<number, string[]>();
      for (const { gpio, name } of used) users.set(gpio, [...(users.get(gpio) ?? []), name]);
      expect([...users.values()].filter((names) => names.length > 1)).toEqual([]);
    });

    test("every pin exists and is free of flash, PSRAM, USB and the console", () => {
      const { pins, taken } = hardware.chip;
      expect(used.filter(({ gpio }) => !pins.includes(gpio) || taken.includes(gpio))).toEqual([]);
    });

    test("what is driven can be driven", () => {
      expect(used.filter(({ gpio, isDriven }) => isDriven && hardware.chip.inputOnly.includes(gpio))).toEqual([]);
    });

    test("button and mains can wake it", () => {
      const { button, mains } = hardware.wiring.pins;
      expect([button, mains].filter((pin) => !hardware.chip.wake.includes(pin))).toEqual([]);
    });

    test("a strapping pin is used only where it is said why that is safe", () => {
      const pins = used.map(({ gpio }) => gpio).filter((gpio) => hardware.chip.strapping.includes(gpio));
      expect(pins.sort((a, b) => a - b)).toEqual(Object.keys(hardware.strapped).map(Number));
    });

    test("drivers and image have their pins from its parts", () => {
      expect(hardware.wiring).toEqual(wiringOf(hardware.parts));
    });

    test("what it draws is known for every load that a box always has", () => {
      const links = new Set(["ethernet", "wifi", "cellular"]);
      const draws = drawsFrom(hardware.parts);
      const missing = LOADS.filter((load) => !draws.some((draw) => draw.load === load));
      expect(missing.filter((load) => !links.has(load))).toEqual([]);
    });

    test("what has no supply asleep draws nothing then, and what keeps it says what it is in", () => {
      const asleep = drawsFrom(hardware.parts).filter(({ load }) => load === "sleep" || load === "hibernate");
      for (const [, { name, supply, asleep: state }] of partsOf(hardware.parts)) {
        const lines = asleep.filter(({ part }) => part.startsWith(name));
        const keeps = supply === "cell" || supply === "3V3";
        expect([lines.length, state !== undefined], name).toEqual(keeps ? [2, true] : [0, false]);
      }
    });

    test("asleep, what must be off is off by a resistor at its pin", () => {
      const { loadSwitch, locks, mount, backlight, lamp, modem } = hardware.parts;
      const rest = [loadSwitch.pins.enable, locks.pins.enable, mount.pins.coil, backlight.pins.dim, lamp.pins.on];
      expect([...rest, ...(modem === undefined ? [] : [modem.pins.powerKey])].filter((pin) => pin.rest !== 0)).toEqual(
        [],
      );
    });

    test("a pin that floats asleep goes to a part without supply, or to one that drives it", () => {
      const floating = partsOf(hardware.parts).filter(
        ([, { pins, supply }]) =>
          (supply === "cell" || supply === "3V3") && Object.values(pins).some(({ rest }) => rest === undefined),
      );
      // The modem keeps the cell. Off, it is told nothing by its UART.
      expect(floating.map(([name]) => name).filter((name) => name !== "modem")).toEqual([]);
    });

    if (hardware.manifest !== undefined)
      test("its image begins with its own module", () => {
        const folder = hardware.manifest!.replace(/manifest\.json$/, "main.json");
        expect(existsSync(folder)).toBe(true);
        expect(JSON.parse(readFileSync(folder, "utf8"))).toMatchObject({
          creation: { main: `hal/moddable/esp32/${model.toLowerCase()}` },
        });
      });
  },
);

/** Every pin by what it is for. */
function pinsOf({ parts }: Hardware): readonly (PartPin & { readonly name: string })[] {
  return partsOf(parts).flatMap(([part, { pins }]) =>
    Object.entries(pins).map(([pin, use]) => ({ ...use, name: `${part}.${pin}` })),
  );
}

test("a simulated box has the links that its board has parts for", () => {
  expect(linksFitted("MS5")).toEqual(["ethernet", "wifi", "cellular"]);
  expect(linksFitted("MS4")).toEqual(["wifi"]);
  expect(linksFitted("MS3")).toEqual([]);
});
