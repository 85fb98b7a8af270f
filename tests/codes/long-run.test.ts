import { afterEach, expect, it } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig } from "../support/box-rig.js";

/** 112 bins, of which every third does not open, to 35 of them. */
const UNITS = [16, 16, 16, 16, 16, 16, 16];
const STUCK = Array.from({ length: 35 }, (_, i) => 3 * i);

let rig: BoxRig;
afterEach(() => rig.check());

for (const chargePercent of [100, 60]) {
  it(`on battery at ${chargePercent} % a run over 112 bins goes to its end, and its list stays to be written down`, async () => {
    rig = await BoxRig.started({ model: null, journalSectors: 64, machine: { units: UNITS, rtc: { set: true } } });
    const { machine, world } = rig;
    machine.gauge.lies = { chargePercent };
    for (const bin of STUCK) machine.bins.jam(bin, true);
    machine.setMains(false);
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.person.see("emergency-result", 900_000);
    expect(rig.title).toEqual({ id: "all-opened-count", params: { done: 77, total: 112 } });
    expect(machine.boots).toBe(1);
    const told = String(machine.panel.view!.lines[0]!.params!.bins).split(" ");
    expect(told).toEqual(STUCK.map((bin) => machine.bins.label(bin)));
    expect(machine.bins.state.open.filter((isOpen) => isOpen)).toHaveLength(77);
    expect(rig.of(Kind.emergencyOutcome).at(-1)).toMatchObject({ result: Outcome.done });
    for (let bin = 0; bin < machine.bins.count; bin++) machine.bins.close(bin);
    await world.advance(119_000);
    expect(rig.title?.id).toBe("all-opened-count");
    expect(machine.panel.backlightPercent).toBeGreaterThan(0);
    await world.until(() => machine.state === "asleep", 300_000, "sleep after the list");
  });
}

it("whoever is in the middle of something during a run keeps the screen, and the list comes all the same", async () => {
  rig = await BoxRig.started({ model: null, journalSectors: 64, machine: { units: UNITS } });
  await rig.askFor("all-bins");
  await rig.person.type(rig.printed("all", 1));
  await rig.world.advance(5_000);
  await rig.person.scan("bad scan");
  await rig.person.cancel();
  await rig.person.choose("emergency");
  await rig.world.advance(10_000);
  expect(rig.screen).toBe("emergency");
  await rig.person.see("emergency-result", 600_000);
  expect(rig.title?.id).toBe("all-opened");
});
