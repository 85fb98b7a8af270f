import { afterEach, describe, expect, test } from "vitest";
import { BoxRig, MODEL } from "../support/box-rig.js";

/** On battery at less than 80 %, where a box that nobody touches hibernates after a minute. */
let rig: BoxRig;
afterEach(() => rig.check());

async function onBattery(model = {}): Promise<void> {
  rig = await BoxRig.started({ model });
  rig.machine.gauge.lies = { chargePercent: 60 };
  rig.machine.setMains(false);
  await rig.world.advance(1_000);
}

function shutDoors(): void {
  const { bins } = rig.machine;
  for (let bin = 0; bin < bins.count; bin++) if (bins.isOpen(bin)) bins.close(bin);
}

const asleep = () => rig.world.until(() => rig.machine.state === "asleep", 300_000, "sleep");

async function openAll(): Promise<void> {
  await onBattery();
  await rig.askFor("all-bins");
  await rig.person.type(rig.printed("all", 1));
  await rig.person.see("emergency-result", 60_000);
  shutDoors();
}

describe("a box on battery waits for the answer", () => {
  test("to what was taken out of all the bins that a run has opened", async () => {
    await openAll();
    expect(rig.title?.id).toBe("all-opened");
    await rig.world.advance(118_000);
    await rig.person.choose("all-out");
    expect(rig.belief(0)).toEqual(["empty", undefined]);
  });

  test("to what each bin holds, from whoever walks there and back", async () => {
    await openAll();
    await rig.person.choose("bin-by-bin");
    await rig.world.advance(110_000);
    await rig.person.choose("bin-empty");
    await rig.world.advance(110_000);
    expect(rig.title).toEqual({ id: "check-bin", params: { bin: "A-2" } });
    expect(rig.machine.boots).toBe(1);
  });

  test("in a stock-take, and sleeps when nobody says anything", async () => {
    await onBattery({ bins: MODEL.bins.map((bin) => ({ ...bin, uncertain: true })) });
    await rig.person.choose("emergency");
    await rig.person.choose("check-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.advance(118_000);
    expect(rig.screen).toBe("check-bin");
    await asleep();
  });
});

test("a box on battery that joins a hotspot does not sleep before it can be online", async () => {
  await onBattery();
  rig.machine.net.setInternet("blackHole");
  rig.machine.net.wifi!.appear({ ssid: "phone", passphrase: "correct horse" });
  await rig.world.until(() => rig.notices.includes("notice-offline"), 60_000, "offline");
  await rig.person.choose("hotspot");
  await rig.person.see("hotspot-choose");
  await rig.person.choose("0");
  await rig.person.typeText("correct horse");
  await rig.person.see("hotspot-result", 30_000);
  await rig.world.advance(88_000);
  expect([rig.screen, rig.machine.state]).toEqual(["hotspot-result", "running"]);
  await asleep();
});

test("a thank-you or a refusal keeps nothing awake", async () => {
  await onBattery();
  await rig.person.type("987654");
  await rig.world.advance(66_000);
  expect(rig.machine.state).toBe("asleep");
});
