import { afterEach, expect, test } from "vitest";
import { Kind } from "../../firmware/records/records.js";
import { HostileBroker } from "../../sim/broker/virtual/hostile.js";
import { readJournal } from "../../sim/trials/judge/box-memory.js";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";

const MINUTE_MS = 60_000;
const BOOKING = { code: "135790", fob: "012ABC" };

let stage: Stage;
afterEach(() => stage.close());

/** In sync, then a record is damaged before the cloud has got it. */
async function damaged(): Promise<Stage> {
  stage = await Stage.open({ seed: 6, broker: "virtual" });
  const { machine, world } = stage;
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
  return stage;
}

test("a record that was damaged before the cloud got it leaves no bin in doubt: the box tells of all of them", async () => {
  const { machine, cloud, judge } = await damaged();
  await stage.untilInSync(10 * MINUTE_MS);
  expect(cloud.store.data.gaps).toMatchObject([{ box: machine.name, count: 1 }]);
  const { inventory } = cloud.ingest.log;
  const doubtful = Array.from({ length: machine.bins.count }, (_, bin) => bin).filter((bin) =>
    inventory.isDoubtful(machine.name, bin),
  );
  expect(doubtful).toEqual([]);
  const kept = () => cloud.store.data.events.filter(({ kind }) => kind === "binKept").length;
  expect(kept()).toBe(machine.bins.count);
  expect(judge.verdict()).toMatchObject({ lost: 0, unauthorised: 0 });
});

test("a broker that lets no acknowledgement through does not have them told again and again", async () => {
  const { machine, world, broker, judge } = await damaged();
  const hostile = new HostileBroker(broker.virtual!, worldTimers(world.scheduler), world.random("hostile"));
  hostile.drop("down/ack");
  hostile.onPassed = (lane) => {
    // The cloud has the records by the next hello, and says so in its welcome.
    if (lane === "up/records") hostile.drop("up/hello");
  };
  await world.advance(40 * MINUTE_MS);
  const kept = [...readJournal(machine.flash.journal, 1)].filter(({ record }) => record?.kind === Kind.binKept);
  expect(kept.length).toBe(machine.bins.count);
  hostile.reform();
  await stage.untilInSync(20 * MINUTE_MS);
  expect(judge.verdict()).toMatchObject({ lost: 0, unauthorised: 0 });
});
