import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Board, Hardware } from "../../hal/boards/board.js";
import { LOADS } from "../../hal/boards/draw.js";
import { BOARDS, boardOf, hardwareOf, MODELS } from "../../hal/boards/index.js";
import { TEMPLATE_BOARD } from "../../hal/boards/template/board.js";
import { currentsOf } from "../../sim/world/devices/currents.js";

const HERE = "hal/boards";

test("every folder of a board is in the registry, but for the template", () => {
  const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => name !== "template");
  expect(names.sort()).toEqual(MODELS.map((model) => model.toLowerCase()).sort());
});

test("a model that is not there is an error that names those that are", () => {
  for (const find of [boardOf, hardwareOf, currentsOf])
    expect(() => find("MS6")).toThrow(new RangeError(`there is no board MS6: hal/boards has ${MODELS.join(", ")}`));
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
      for (const [what, pin] of Object.entries(used)) users.set(pin, [...(users.get(pin) ?? []), what]);
      expect([...users.values()].filter((names) => names.length > 1)).toEqual([]);
    });

    test("every pin exists and is free of flash, PSRAM, USB and the console", () => {
      const { pins, taken } = hardware.chip;
      expect(Object.entries(used).filter(([, pin]) => !pins.includes(pin) || taken.includes(pin))).toEqual([]);
    });

    test("what is driven can be driven", () => {
      const driven = Object.entries(used).filter(([what]) => !INPUTS.includes(what));
      expect(driven.filter(([, pin]) => hardware.chip.inputOnly.includes(pin))).toEqual([]);
    });

    test("button and mains can wake it", () => {
      const { button, mains } = hardware.wiring.pins;
      expect([button, mains].filter((pin) => !hardware.chip.wake.includes(pin))).toEqual([]);
    });

    test("a strapping pin is used only where it is said why that is safe", () => {
      const pins = Object.values(used).filter((pin) => hardware.chip.strapping.includes(pin));
      expect(pins.sort((a, b) => a - b)).toEqual(Object.keys(hardware.strapped).map(Number));
    });

    test("what it draws is known for every load that a box always has", () => {
      const links = new Set(["wifi", "starting"]);
      const missing = LOADS.filter((load) => !hardware.draws.some((draw) => draw.load === load));
      expect(missing.filter((load) => !links.has(load))).toEqual([]);
    });

    test("what has no supply asleep draws nothing then, and what keeps it draws something in either sleep", () => {
      const { draws } = hardware;
      const asleep = ["sleep", "hibernate"];
      expect(draws.filter(({ load, rail }) => asleep.includes(load) && rail === "3V3 switched")).toEqual([]);
      const kept = draws.filter(({ load, rail }) => load === "awake" && (rail === "3V3" || rail === "cell"));
      // Their names begin with the part's; resistors and switches have a line of their own.
      const chips = kept.map(({ part }) => part.split(/[ ,]/)[0]!).filter((chip) => chip !== "pull-ups");
      const lost = asleep.flatMap((load) =>
        chips.filter((chip) => !draws.some((one) => one.load === load && one.part.startsWith(chip))),
      );
      expect(lost).toEqual([]);
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

/** Pins that the board reads: all others are driven at one time or another. */
const INPUTS = ["button", "mains", "expanderInterrupt", "touch.interrupt", "reader.receive", "modem.receive"].concat([
  "spi.miso_pin",
  "ethernet.int_pin",
  "ethernet.spi.miso_pin",
]);

/** Every pin by what it is for: those of the wiring, and those of the SDK's drivers in the image's manifest. */
function pinsOf({ wiring, manifest }: Hardware): Readonly<Record<string, number>> {
  const { buses, touch, pins, buzzer, reader, modem } = wiring;
  return {
    ...pins,
    buzzer: buzzer.pin,
    "system.data": buses.system.data,
    "system.clock": buses.system.clock,
    "bins.data": buses.bins.data,
    "bins.clock": buses.bins.clock,
    "touch.interrupt": touch.interrupt,
    "reader.receive": reader.receive,
    "reader.transmit": reader.transmit,
    ...(modem && {
      "modem.receive": modem.receive,
      "modem.transmit": modem.transmit,
      "modem.powerKey": modem.powerKey,
    }),
    ...(manifest === undefined ? {} : pinsIn(JSON.parse(readFileSync(manifest, "utf8")).defines)),
  };
}

function pinsIn(defines: object, prefix = ""): Record<string, number> {
  return Object.fromEntries(
    Object.entries(defines).flatMap(([name, value]): [string, number][] => {
      if (typeof value === "object") return Object.entries(pinsIn(value, `${prefix}${name}.`));
      return name.endsWith("_pin") ? [[`${prefix}${name}`, value]] : [];
    }),
  );
}
