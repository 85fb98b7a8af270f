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

/** In sync, then a record is damaged before the cloud has got it, or after. */
async function damaged({ isSent = false } = {}): Promise<Stage> {
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
  if (isSent) {
    machine.net.setInternet("ok");
    await stage.untilInSync(10 * MINUTE_MS);
    machine.net.setInternet("blackHole");
  }
  journal.program(written[0]!.offset, new Uint8Array(written[0]!.byteLength));
  await world.advance(10_000);
  return stage;
}

async function reboots(): Promise<void> {
  stage.machine.powerCut({ backAfterMs: 2_000 });
  await stage.world.advance(10_000);
}

function doubtful(): number[] {
  const { machine, cloud } = stage;
  const bins = Array.from({ length: machine.bins.count }, (_, bin) => bin);
  return bins.filter((bin) => cloud.ingest.log.inventory.isDoubtful(machine.name, bin));
}

const DOUBT = 4;
const doubtfulHere = () => {
  const { beliefs } = stage.judge.boxMemory();
  return Array.from({ length: stage.machine.bins.count }, (_, bin) => bin).filter(
    (bin) => beliefs.content(bin).belief === DOUBT,
  );
};

test("one that the box has told, and lost before a boot, comes back with the next snapshot", async () => {
  await damaged({ isSent: true });
  await reboots();
  // But for the key that was given back behind it.
  expect(doubtfulHere()).toHaveLength(stage.machine.bins.count - 1);
  stage.machine.net.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  expect([doubtful(), doubtfulHere()]).toEqual([[], []]);
  expect(stage.judge.verdict()).toMatchObject({ lost: 0, unauthorised: 0 });
});

test("one that nobody can tell any more leaves every bin in doubt of which nothing is told after it", async () => {
  await damaged();
  await reboots();
  stage.machine.net.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  // The key that was given back behind it.
  expect(doubtful()).toHaveLength(stage.machine.bins.count - 1);
  expect(doubtfulHere()).toEqual(doubtful());
});

test("a record that was damaged before the cloud got it leaves no bin in doubt where the box still knows: it tells of all of them", async () => {
  const { machine, cloud, judge } = await damaged();
  machine.net.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  expect(cloud.store.data.gaps).toMatchObject([{ box: machine.name, count: 1 }]);
  expect(doubtful()).toEqual([]);
  const kept = () => cloud.store.data.events.filter(({ kind }) => kind === "binKept").length;
  expect(kept()).toBe(machine.bins.count);
  expect(judge.verdict()).toMatchObject({ lost: 0, unauthorised: 0 });
});

test("a broker that lets no acknowledgement through does not have them told again and again", async () => {
  const { machine, world, broker, judge } = await damaged();
  machine.net.setInternet("ok");
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
