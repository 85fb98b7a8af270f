import { beforeEach, describe, expect, test } from "vitest";
import { Lane } from "../../firmware/wire/lanes.js";
import { State, Status } from "../../firmware/wire/messages.js";
import { CloudLine } from "../../sim/cli/front/cloud-line.js";
import { CloudRig, door, TestBox } from "./support/cloud-rig.js";

const BOX = "MS5-PARIS";
const MINUTE = 60_000;

let world: CloudRig;
let box: TestBox;
let version: number;
let minute: number;

beforeEach(() => {
  world = new CloudRig();
  box = new TestBox(world);
  box.connect(1, { version: 0 });
  world.timers.advance(5_000);
  version = world.cloud.snapshot(BOX)!.version;
  minute = 0;
  box.hello({ version });
  box.send(Lane.state, State, { online: true });
});

const alerts = () => world.cloud.alerts.of(BOX).map(({ id }) => id);

function status(fields: Partial<Status>): void {
  const about = { uptime: 5, mains: true, staleness: 0, link: "wifi", faults: [], count: 0, next: 1, version };
  box.send(Lane.status, Status, { ...about, ...fields });
}

/** The box goes on saying how it is, every five minutes as boxes do. */
function minutes(count: number, fields: Partial<Status>): void {
  for (let i = 0; i < count; i++) {
    world.timers.advance(MINUTE);
    if (++minute % 5 === 0) status(fields);
  }
}

describe("records", () => {
  test("that a box has written and that do not come are told after five minutes, until they come", () => {
    status({ next: 3 });
    minutes(4, { next: 3 });
    expect(alerts()).toEqual([]);
    minutes(3, { next: 3 });
    expect(alerts()).toEqual([`records/${BOX}`]);
    expect(world.cloud.alerts.of(BOX)[0]!.what).toBe(
      "its records do not come: it has written 2, and 0 of them are here",
    );
    expect(world.told.join()).toContain("its records do not come");
    expect(world.problems).toEqual([]);
    box.records(1, [door(1), door(2)]);
    expect(alerts()).toEqual([]);
  });

  test("that come one after another are none, however long there is a last one on its way", () => {
    for (let next = 2; next < 30; next++) {
      status({ next: next + 1 });
      box.records(next - 1, [door(next)]);
      world.timers.advance(MINUTE);
    }
    expect(alerts()).toEqual([]);
  });

  test("are known from the hello as well, and the time that a box is away does not count", () => {
    box.connect(2, { next: 8, version });
    world.timers.advance(2 * MINUTE);
    box.will();
    world.timers.advance(600 * MINUTE);
    expect(alerts()).toEqual([]);
    box.connect(3, { next: 8, version });
    world.timers.advance(2 * MINUTE);
    expect(alerts()).toEqual([]);
    minutes(3, { next: 8 });
    expect(alerts()).toEqual([`records/${BOX}`]);
  });
});

describe("permissions", () => {
  test("that a box does not take are told after five minutes, with the version, until it has them", () => {
    world.cloud.admin.removeAccess(world.cloud.store.organisation.accesses[0]!.id);
    world.timers.advance(5_000);
    const newest = world.cloud.snapshot(BOX)!.version;
    expect(newest).toBe(version + 1);
    minutes(10, {});
    expect(alerts()).toEqual([`outdated/${BOX}`]);
    expect(world.cloud.alerts.of(BOX)[0]!.what).toContain(`version ${version}, and ${newest} is the newest`);
    status({ version: newest });
    expect(alerts()).toEqual([]);
  });

  test("of an older box, which tells its version in the hello only, are compared with that", () => {
    world.cloud.admin.removeAccess(world.cloud.store.organisation.accesses[0]!.id);
    minutes(12, { version: undefined });
    expect(alerts()).toEqual([`outdated/${BOX}`]);
  });
});

test("a box that is there and says nothing for more than six minutes is told, until it is heard", () => {
  minutes(30, {});
  expect(alerts()).toEqual([]);
  world.timers.advance(8 * MINUTE);
  expect(alerts()).toEqual([`silent/${BOX}`]);
  status({});
  world.timers.advance(MINUTE);
  expect(alerts()).toEqual([]);
  world.timers.advance(8 * MINUTE);
  box.will();
  world.timers.advance(8 * MINUTE);
  expect(world.cloud.store.boxState(BOX).online).toBe(false);
});

test("a cloud that is cut off itself blames nobody, and gives a box time to be heard again", () => {
  world.cloud.admin.removeAccess(world.cloud.store.organisation.accesses[0]!.id);
  world.timers.advance(5_000);
  const line = new CloudLine(world.transport);
  world.cloud.attach(line.transport);
  line.isUp = false;
  world.timers.advance(60 * MINUTE);
  expect(alerts()).toEqual([]);
  line.isUp = true;
  world.timers.advance(4 * MINUTE);
  expect(alerts()).toEqual([]);
  world.timers.advance(6 * MINUTE);
  expect(alerts()).toEqual([`outdated/${BOX}`, `silent/${BOX}`]);
});

test("nothing is watched while no box is there", () => {
  box.will();
  world.timers.advance(2 * MINUTE);
  expect(world.timers.pending).toBe(0);
});

test("while time runs ahead of the messages nobody is blamed, and a silence in that time counts once it is over", () => {
  let isSkipping = false;
  const line = new CloudLine(world.transport, () => isSkipping);
  world.cloud.attach(line.transport);
  isSkipping = true;
  world.timers.advance(120 * MINUTE);
  expect(alerts()).toEqual([]);
  isSkipping = false;
  world.timers.advance(MINUTE);
  expect(alerts()).toEqual([`silent/${BOX}`]);
  isSkipping = true;
  world.timers.advance(120 * MINUTE);
  expect(alerts()).toEqual([`silent/${BOX}`]);
});

test("whom the cloud heard while time ran ahead is not silent after that", () => {
  let isSkipping = true;
  const line = new CloudLine(world.transport, () => isSkipping);
  world.cloud.attach(line.transport);
  minutes(120, {});
  isSkipping = false;
  minutes(6, {});
  expect(alerts()).toEqual([]);
});
