import { afterEach, expect, test } from "vitest";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const BOOKING = { code: "135790", fob: "012ABC" };

let stage: Stage;
afterEach(() => stage.close());

test("a record that was damaged before the cloud got it leaves no bin in doubt: the box tells of all of them", async () => {
  stage = await Stage.open({ seed: 6, broker: "virtual" });
  const { machine, world, cloud, judge } = stage;
  const people = new People(stage);
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  machine.net.setInternet("blackHole");
  await people.pickUp(BOOKING.code);
  const { journal } = machine.flash;
  const written: { readonly offset: number; readonly byteLength: number }[] = [];
  journal.onOperation = ({ kind, offset, byteLength }) => {
    if (kind === "program" && byteLength > 8) written.push({ offset, byteLength });
  };
  await people.isRefused("999999", "wrong-code");
  journal.onOperation = undefined;
  await people.giveBack(BOOKING.fob);
  journal.program(written[0]!.offset, new Uint8Array(written[0]!.byteLength));
  machine.powerCut({ backAfterMs: 2_000 });
  await world.advance(10_000);
  machine.net.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  expect(cloud.store.data.gaps).toMatchObject([{ box: machine.name, count: 1 }]);
  const { inventory } = cloud.ingest.log;
  const doubtful = Array.from({ length: machine.bins.count }, (_, bin) => bin).filter((bin) =>
    inventory.isDoubtful(machine.name, bin),
  );
  expect(doubtful).toEqual([]);
  const kept = () => cloud.store.data.events.filter(({ kind }) => kind === "binKept").length;
  expect(kept()).toBe(machine.bins.count);
  // Once, however often the box comes back.
  machine.net.ethernet?.access.drop();
  await world.advance(10 * MINUTE_MS);
  await stage.untilInSync(10 * MINUTE_MS);
  expect(kept()).toBe(machine.bins.count);
  expect(judge.verdict()).toMatchObject({ lost: 0, unauthorised: 0 });
});
