import { describe, expect, it } from "vitest";
import { BinError } from "../../hal/ports/bins.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { BinEvent } from "../../sim/world/devices/bins.js";
import { WorldError } from "../../sim/world/devices/site.js";
import { Person } from "../../sim/world/machine/people.js";
import { noCrashes, rig } from "./rig.js";

async function withBins() {
  const told: string[] = [];
  const events: BinEvent[] = [];
  let hal!: Hal;
  const { world, box } = rig(
    (it) => {
      hal = it;
      it.bins.onDoor = (bin, state) => told.push(`${it.bins.label(bin)} ${state} ${it.bins.door(bin)}`);
    },
    { units: [3, 2] },
  );
  box.bins.watch((event) => events.push(event));
  box.bins.stock(1, "012ABC");
  box.start();
  await world.advance(1_000);
  return { world, box, hal, told, events, person: new Person(box) };
}

describe("bins", () => {
  it("labels bins across units", async () => {
    const { box, hal } = await withBins();
    expect(Array.from({ length: 5 }, (_, bin) => hal.bins.label(bin))).toEqual(["A-1", "A-2", "A-3", "B-1", "B-2"]);
    expect(box.bins.byLabel("B-2")).toBe(4);
    expect(() => box.bins.byLabel("C-1")).toThrow(WorldError);
    expect(() => hal.bins.label(5)).toThrow(RangeError);
  });

  it("springs open after the pulse, lets people in, and tells the door's changes once", async () => {
    const { box, hal, told, events, person } = await withBins();
    hal.bins.unlock(1);
    expect(told).toEqual([]);
    expect(hal.bins.door(1)).toBe("closed");
    expect(await person.takeKey(1)).toBe("012ABC");
    await person.putKey(1, "045DEF");
    await person.closeDoor(1);
    box.bins.close(1);
    await person.closeDoor(1);
    expect(told).toEqual(["A-2 open open", "A-2 closed closed"]);
    expect(events).toEqual([
      { kind: "pulse", bin: 1 },
      { kind: "opened", bin: 1 },
      { kind: "taken", bin: 1, fob: "012ABC" },
      { kind: "put", bin: 1, fob: "045DEF" },
      { kind: "closed", bin: 1 },
    ]);
    expect(box.bins.content(1)).toBe("045DEF");
  });

  it("keeps people out of closed bins, and two keys out of one", async () => {
    const { box } = await withBins();
    expect(() => box.bins.take(1)).toThrow("A-2 is closed");
    expect(() => box.bins.put(0, "045DEF")).toThrow(WorldError);
    box.bins.force(0);
    box.bins.force(1);
    expect(() => box.bins.take(0)).toThrow("empty");
    expect(() => box.bins.put(1, "045DEF")).toThrow("holds 012ABC");
  });

  it("drives one lock at a time", async () => {
    const { world, hal } = await withBins();
    hal.bins.unlock(0);
    expect(() => hal.bins.unlock(1)).toThrow(BinError);
    expect(() => hal.bins.releaseMount()).toThrow(BinError);
    await world.advance(400);
    hal.bins.unlock(1);
  });

  it("does not open a jammed door, and does after the jam is cleared", async () => {
    const { world, box, hal, told } = await withBins();
    box.bins.jam(1, true);
    hal.bins.unlock(1);
    await world.advance(2_000);
    expect(told).toEqual([]);
    box.bins.jam(1, false);
    hal.bins.unlock(1);
    await world.advance(2_000);
    expect(told).toEqual(["A-2 open open"]);
  });

  it("tells what a stuck contact says, whatever the door does", async () => {
    const { world, box, hal, told } = await withBins();
    box.bins.stickContact(1, "closed");
    hal.bins.unlock(1);
    await world.advance(2_000);
    expect(box.bins.isOpen(1)).toBe(true);
    expect(hal.bins.door(1)).toBe("closed");
    box.bins.stickContact(1, undefined);
    await world.advance(100);
    expect(told).toEqual(["A-2 open open"]);
  });

  it("throws where the driver does not answer, and reads the door as unknown", async () => {
    const { world, box, hal, told } = await withBins();
    box.bins.unreachable(1, true);
    await world.advance(100);
    expect(() => hal.bins.unlock(1)).toThrow(/A-2.*does not answer/);
    expect(told).toEqual(["A-2 unknown unknown"]);
  });

  it("reads the doors as they are when a boot begins", async () => {
    const { world, box } = await withBins();
    box.bins.force(4);
    box.powerCut({ backAfterMs: 100 });
    await world.advance(1_000);
    let state = "";
    const second = rig((hal) => {
      state = hal.bins.door(2);
    });
    second.box.bins.force(2);
    second.box.start();
    await second.world.advance(1_000);
    expect(state).toBe("open");
  });

  it("opens the door only when the latch was held long enough before the power went", async () => {
    for (const [heldMs, open] of [
      [59, false],
      [61, true],
    ] as const) {
      const { world, box, hal } = await withBins();
      hal.bins.unlock(0);
      await world.advance(heldMs);
      box.powerCut();
      await world.advance(5_000);
      expect(box.bins.isOpen(0)).toBe(open);
    }
  });

  it("releases the box from the wall for a while", async () => {
    const { world, box, hal, events } = await withBins();
    hal.bins.releaseMount();
    expect(box.bins.mountReleased).toBe(true);
    await world.advance(5_000);
    expect(box.bins.mountReleased).toBe(false);
    expect(events).toEqual([{ kind: "mount" }]);
  });

  it("offers people what the screen offers", async () => {
    const inputs: unknown[] = [];
    const { world, box } = rig((hal) => {
      hal.panel.onInput = (input) => inputs.push(input);
      const choices = [{ id: "all", label: { id: "open-all" } }];
      hal.panel.render({ screen: "emergency", title: { id: "t" }, lines: [], choices, notices: [], language: "en" });
    });
    const person = new Person(box);
    await expect(person.choose("all")).rejects.toThrow("(dark)");
    box.start();
    await person.see("emergency");
    await person.choose("all");
    await person.type("19");
    await person.cancel();
    expect(inputs).toEqual([
      { kind: "choice", id: "all" },
      { kind: "digit", digit: 1 },
      { kind: "digit", digit: 9 },
      { kind: "enter" },
      { kind: "cancel" },
    ]);
    await expect(person.choose("none")).rejects.toThrow("only: all");
    await expect(person.type("12a")).rejects.toThrow(WorldError);
    await expect(person.see("idle", 500)).rejects.toThrow("it shows emergency");
    await expect(person.takeKey(0)).rejects.toThrow("bin A-1 to open");
    box.powerCut();
    expect(box.panel.view).toBeUndefined();
    await world.advance(1);
    noCrashes(box);
  });
});
