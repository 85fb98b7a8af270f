import { afterEach, describe, expect, it } from "vitest";
import { boot } from "../../firmware/main.js";
import { formatText } from "../../firmware/panel/texts/catalogue.js";
import { Kind } from "../../firmware/records/records.js";
import { MS3 } from "../../hal/boards/ms3/profile.js";
import { MS4 } from "../../hal/boards/ms4/profile.js";
import type { Hal } from "../../hal/ports/hal.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

describe("boot", () => {
  it("an MS3 is refused with a sentence that points to the outage plan", async () => {
    rig = new BoxRig({ machine: { board: MS3 } });
    rig.machine.start();
    await rig.world.advance(5_000);
    expect(rig.screen).toBe("stopped");
    expect(formatText("en", rig.title!)).toContain("MS3 has no offline mode");
    expect(formatText("en", rig.title!)).toContain("outage plan");
    await rig.person.scan(VAN.fob);
    rig.machine.panel.input({ kind: "digit", digit: 1 });
    await rig.world.advance(60_000);
    expect(rig.pulses).toEqual([]);
    expect(rig.screen).toBe("stopped");
  });

  it("an MS4 is served", async () => {
    rig = await BoxRig.started({ machine: { board: MS4 } });
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  for (const [name, identity] of [
    ["blank", new Uint8Array(64).fill(0xff)],
    ["of something else", new TextEncoder().encode("hello, world")],
    ["cut short", Uint8Array.of(0x53, 0x42, 0x49, 0x31, 200, 0, 1, 2, 3, 4)],
  ] as const) {
    it(`an identity that is ${name} stops the box with a word about it`, async () => {
      rig = new BoxRig({ machine: { identity } });
      rig.machine.start();
      await rig.world.advance(5_000);
      expect(rig.title?.id).toBe("not-provisioned");
      expect(rig.world.trace.tail().some((line) => line.includes("provision the box"))).toBe(true);
      rig.machine.button.press();
      await rig.world.advance(60_000);
      expect(rig.machine.boots).toBe(1);
    });
  }

  for (const [name, machine, title] of [
    ["no bins", { units: [] }, "stopped-no-bins"],
    ["a journal of one sector", { journal: { sizeBytes: 4_096, sectorBytes: 4_096, alignBytes: 4 } }, "stopped-memory"],
    [
      "a snapshot partition of one sector",
      { snapshot: { sizeBytes: 4_096, sectorBytes: 4_096, alignBytes: 4 } },
      "stopped-memory",
    ],
  ] as const) {
    it(`${name}: the screen says so, and the box stands still until it tries again`, async () => {
      rig = new BoxRig({ model: null, machine });
      rig.machine.start();
      await rig.world.advance(590_000);
      expect(rig.title?.id).toBe(title);
      expect(formatText("en", rig.title!)).toContain("Contact support");
      expect(rig.machine.boots).toBe(1);
      await rig.world.advance(20_000);
      expect(rig.machine.boots).toBe(2);
      expect(rig.title?.id).toBe(title);
    });
  }

  it("stopped, it feeds the watchdog that something before it may have started", async () => {
    const log: string[] = [];
    const spied = (hal: Hal): Hal => ({
      ...hal,
      watchdog: { start: () => log.push("start"), feed: () => log.push("feed") },
    });
    rig = new BoxRig({ model: null, machine: { units: [], boot: (hal) => boot(spied(hal)) } });
    rig.machine.start();
    await rig.world.advance(70_000);
    expect(log).toEqual(["start", "feed", "feed", "feed"]);
  });

  it("stopped, on battery, it shows why for a minute and sleeps until mains or the button", async () => {
    rig = new BoxRig({ model: null, machine: { units: [], mains: false } });
    rig.machine.start();
    await rig.world.advance(50_000);
    expect(rig.title?.id).toBe("stopped-no-bins");
    await rig.world.advance(20_000);
    expect(rig.machine.state).toBe("asleep");
    rig.machine.button.press();
    await rig.world.advance(5_000);
    expect(rig.title?.id).toBe("stopped-no-bins");
    rig.machine.setMains(true);
    await rig.world.advance(120_000);
    expect(rig.machine.state).toBe("running");
    rig.machine.setMains(false);
    await rig.world.advance(70_000);
    expect(rig.machine.state).toBe("asleep");
  });

  it("one damaged copy of the identity: emergency codes go on, the damage is on record, and it is repaired", async () => {
    rig = new BoxRig();
    const image = rig.machine.flash.identity.image();
    image[60]! ^= 4;
    rig.machine.flash.identity.load(image);
    await rig.start();
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.world.advance(5_000);
    expect(rig.pulses).toEqual([0]);
    expect(rig.of(Kind.device).filter(({ name }) => name === "identity")).toMatchObject([
      { reason: expect.stringContaining("damaged") },
      { name: "identity" },
    ]);
    image[60]! ^= 4;
    expect(rig.machine.flash.identity.image()).toEqual(image);
  });

  it("a copy that cannot be repaired stays a fault on the status", async () => {
    rig = new BoxRig();
    rig.machine.flash.identity.setFault(0, "program-ignored");
    const image = rig.machine.flash.identity.image();
    image[60]! ^= 4;
    rig.machine.flash.identity.load(image);
    await rig.start();
    expect(rig.notices).toContain("notice-faults");
    expect(rig.of(Kind.device)).toMatchObject([{ name: "identity", reason: expect.stringContaining("damaged") }]);
  });

  it("offline, the device status says why the last connection failed", async () => {
    rig = await BoxRig.started();
    await rig.person.choose("status");
    expect(rig.machine.panel.view!.lines.map((line) => formatText("en", line))).toContainEqual(
      expect.stringMatching(/^Last try: [a-z]/),
    );
  });

  it("counts its boots and tells why each happened", async () => {
    rig = await BoxRig.started();
    for (let i = 0; i < 3; i++) {
      rig.machine.powerCut({ backAfterMs: 500 });
      await rig.rebooted();
    }
    expect(rig.of(Kind.boot).map((record) => record.boot)).toEqual([1, 2, 3, 4]);
  });

  it("a hotspot radio that never answers does not keep the screen", async () => {
    rig = await BoxRig.started({ machine: { net: { wifi: { ssid: "office", passphrase: "correct horse" } } } });
    const wifi = rig.machine.net.wifi!;
    wifi.appear({ ssid: "phone", passphrase: "" });
    await rig.person.choose("hotspot");
    expect(rig.screen).toBe("hotspot-scan");
    await rig.person.cancel();
    expect(rig.screen).toBe("idle");
    await rig.person.choose("hotspot");
    await rig.person.see("hotspot-choose", 30_000);
    await rig.idle();
  });
});
