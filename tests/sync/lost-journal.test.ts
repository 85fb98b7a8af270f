import { afterEach, expect, test } from "vitest";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;

let stage: Stage;
afterEach(() => stage.close());

/** In sync, then offline, and a stranger hangs a fob up of which the cloud hears nothing. Answers the bin. */
async function hungUpUnheard(): Promise<number> {
  stage = await Stage.open({ seed: 6, broker: "virtual" });
  const { machine, person, world } = stage;
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  machine.net.setInternet("blackHole");
  await world.advance(MINUTE_MS);
  await person.scan("777XYZ");
  await person.see("bin-open");
  const bin = machine.bins.byLabel(String(machine.panel.view!.title.params!.bin));
  await person.putKey(bin, "777XYZ");
  await person.closeDoor(bin);
  await new People(stage).idle();
  return bin;
}

test("a box that comes back with an empty journal knows of no bin what is in it, and people hear of it", async () => {
  const bin = await hungUpUnheard();
  const { machine, person, cloud, judge } = stage;
  machine.powerCut();
  const { journal } = machine.flash;
  for (let at = 0; at < journal.sizeBytes; at += journal.sectorBytes) journal.erase(at);
  machine.restorePower();
  await person.see("idle");
  machine.net.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  const { inventory } = cloud.ingest.log;
  for (let each = 0; each < machine.bins.count; each++) expect(inventory.isDoubtful(machine.name, each)).toBe(true);
  expect(cloud.alerts.of(machine.name).map(({ id }) => id)).toContain(`journal/${machine.name}`);
  await person.scan("888XYZ");
  await person.see("refused");
  expect(judge.verdict({ holdsInventory: false })).toMatchObject({ unauthorised: 0 });
  // Whoever looks says what hangs there, and is believed.
  const empty = machine.bins.content(bin + 1) === undefined ? bin + 1 : bin + 2;
  cloud.admin.emptyBin(machine.name, machine.bins.label(empty));
  await stage.untilInSync(10 * MINUTE_MS);
  await new People(stage).idle();
  await person.scan("888XYZ");
  await person.see("bin-open");
  expect(machine.panel.view!.title.params).toEqual({ bin: machine.bins.label(empty) });
});
