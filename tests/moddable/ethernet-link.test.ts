import { expect, it } from "vitest";
import { type EthernetChip, EthernetLink } from "../../hal/moddable/esp32/ethernet/ethernet-link.js";
import { bench } from "../drivers/bench.js";

/** The chip and the system above it, as `w5500.c` has them: nothing outlives a stop, and a cable that is in brings an address. */
class Chip implements EthernetChip {
  cable = true;
  /** ESP-IDF's answer to the next start. */
  error = 0;
  starts = 0;
  #changed: (() => void) | undefined;
  #hasAddress = false;

  start(changed: () => void): number {
    if (this.#changed !== undefined) throw new Error("Ethernet runs already");
    this.starts++;
    if (this.error === 0) this.#changed = changed;
    return this.error;
  }

  stop(): void {
    this.#changed = undefined;
    this.#hasAddress = false;
  }

  hasAddress(): boolean {
    return this.#hasAddress;
  }

  /** DHCP answers, or the cable is pulled; what was never started hears nothing. */
  tell(event: "address" | "gone"): void {
    if (this.#changed === undefined) return;
    this.#hasAddress = event === "address" && this.cable;
    this.#changed();
  }
}

function link() {
  const { timers, run } = bench();
  const chip = new Chip();
  const told: string[] = [];
  const trace = { line: (text: string) => told.push(text) };
  const ethernet = new EthernetLink({ chip, timers, trace, enter: (work) => work() });
  ethernet.onChange = (up) => told.push(`up ${up} ${ethernet.up}`);
  ethernet.onDown = () => told.push("down");
  return { chip, ethernet, told, run };
}

it("is up with its address, down without, and tells each once", () => {
  const { chip, ethernet, told } = link();
  ethernet.start();
  ethernet.start();
  expect([ethernet.up, told, chip.starts]).toEqual([false, [], 1]);
  chip.tell("address");
  chip.tell("address");
  chip.tell("gone");
  expect(told).toEqual(["up true true", "down", "up false false"]);
});

it("stopped and started again with the cable in, sets the chip up anew and is up with the address that comes", () => {
  const { chip, ethernet, told } = link();
  ethernet.start();
  chip.tell("address");
  ethernet.stop();
  ethernet.stop();
  expect([ethernet.up, told.splice(0)]).toEqual([false, ["up true true", "down"]]);
  chip.tell("address");
  ethernet.start();
  expect([ethernet.up, told, chip.starts]).toEqual([false, [], 2]);
  chip.tell("address");
  expect([ethernet.up, told]).toEqual([true, ["up true true"]]);
});

it("a chip that does not answer is told and tried again until it does", () => {
  const { chip, ethernet, told, run } = link();
  chip.error = 0x107;
  ethernet.start();
  expect(told.splice(0)).toEqual([
    "ethernet: the chip does not start (ESP-IDF error 263): look at its supply and its SPI",
  ]);
  run(25_000);
  expect([chip.starts, told.splice(0).length]).toEqual([3, 2]);
  chip.error = 0;
  run(10_000);
  chip.tell("address");
  expect([chip.starts, ethernet.up, told]).toEqual([4, true, ["up true true"]]);
  run(60_000);
  expect(chip.starts).toBe(4);
});

it("stopped while it waits to try again, it tries no more", () => {
  const { chip, ethernet, run } = link();
  chip.error = -1;
  ethernet.start();
  ethernet.stop();
  run(60_000);
  expect(chip.starts).toBe(1);
  ethernet.start();
  expect(chip.starts).toBe(2);
});
