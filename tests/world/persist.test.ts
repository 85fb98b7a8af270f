import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PersistError, readSaved, restoreMachine, saveMachine } from "../../sim/world/machine/persist.js";
import { rig } from "./rig.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "smartbox-persist-"));
});
afterEach(() => rm(directory, { recursive: true }));

const make = () => rig(() => {}, { net: { links: ["wifi"] }, units: [4] });

async function lived() {
  const { world, box } = make();
  box.rtc.restore(-12.5);
  box.start();
  await world.advance(1_000);
  box.setMains(false);
  box.battery.setChargePercent(42);
  box.bins.stock(2, "012ABC");
  box.bins.force(3);
  box.flash.journal.program(100, new Uint8Array([1, 2, 3]));
  box.flash.snapshot.program(200, new Uint8Array([4, 5, 6]));
  box.net.wifi!.restore({ ssid: "phone", passphrase: "battery staple" });
  return { world, box };
}

/** Whether there was something to load. */
function load({ box }: ReturnType<typeof make>, from: string): boolean {
  const saved = readSaved(box, from);
  if (saved !== undefined) restoreMachine(box, saved);
  return saved !== undefined;
}

describe("a saved machine", () => {
  it("comes back as it was", async () => {
    const { box } = await lived();
    saveMachine(box, directory);
    saveMachine(box, directory);
    expect((await readdir(directory)).sort()).toEqual(["journal.2.bin", "machine.json", "snapshot.2.bin"]);
    const second = make();
    expect(load(second, directory)).toBe(true);
    expect(second.box.saved).toEqual({ ...box.saved, rtcErrorSeconds: expect.closeTo(-12.5, 3) });
    expect(second.box.flash.journal.image()).toEqual(box.flash.journal.image());
    expect(second.box.flash.snapshot.image()).toEqual(box.flash.snapshot.image());
    second.box.start();
    await second.world.advance(1_000);
    expect(second.box.state).toBe("running");
    expect(second.box.battery.chargePercent).toBeLessThan(42);
    expect(() => second.box.restore(box.saved)).toThrow("running");
  });

  it("is absent at first", async () => {
    expect(load(make(), join(directory, "nothing"))).toBe(false);
  });

  it("survives a save that stopped half-way", async () => {
    const { box } = await lived();
    saveMachine(box, directory);
    await writeFile(join(directory, "journal.2.bin"), "half");
    await writeFile(join(directory, "machine.json.new"), "{");
    const second = make();
    expect(load(second, directory)).toBe(true);
    expect(second.box.flash.journal.image()).toEqual(box.flash.journal.image());
    saveMachine(second.box, directory);
    expect(load(make(), directory)).toBe(true);
    expect(await readdir(directory)).not.toContain("journal.2.bin");
  });

  it("is refused with the file's name when it is not sound", async () => {
    const { box } = await lived();
    saveMachine(box, directory);
    const file = join(directory, "machine.json");
    const good = await readFile(file, "utf8");
    const refused = async (text: string, why: RegExp) => {
      await writeFile(file, text);
      expect(() => load(make(), directory)).toThrow(PersistError);
      expect(() => load(make(), directory)).toThrow(why);
    };
    await refused(good.slice(0, 50), /machine\.json/);
    await refused("[]", /not a saved machine/);
    await refused(good.replace('"format": 1', '"format": 9'), /format/);
    await refused(good.replace('"mains": false', '"mains": 7'), /not a saved machine/);
    await refused(good.replace('"name": "box-1"', '"name": "box-9"'), /box-9, not box-1/);
    await writeFile(file, good);
    await truncate(join(directory, "journal.1.bin"), 99);
    expect(() => load(make(), directory)).toThrow(/journal\.1\.bin: 99 bytes/);
    await rm(join(directory, "journal.1.bin"));
    expect(() => load(make(), directory)).toThrow(PersistError);
    expect(() =>
      load(
        rig(() => {}, { units: [5] }),
        directory,
      ),
    ).toThrow(/4 bins, the box has 5/);
  });
});
