import { describe, expect, test } from "vitest";
import { BinFault, DoorEvent, Kind, type Rec } from "../../../firmware/records/records.js";
import { Lane } from "../../../firmware/wire/lanes.js";
import { Status } from "../../../firmware/wire/messages.js";
import { at, BOX, CloudRig, START_SECONDS, TestBox } from "../support/cloud-rig.js";

/** Long after a cloud's start, when nobody is excused any more, ms. */
const SETTLED_MS = 700_000;
const PARIS = 1;

const STATUS: Status = {
  uptime: 1,
  mains: true,
  charge: 90,
  staleness: 0,
  link: "ethernet",
  faults: [],
  count: 0,
  next: 1,
  quiet: 3_600,
};

function rig() {
  const world = new CloudRig();
  const box = new TestBox(world);
  box.connect();
  let last: Partial<Status> = {};
  const status = (changes: Partial<Status>) => {
    last = changes;
    // It goes by what is newest, unless a test says otherwise.
    const version = world.cloud.snapshot(BOX)?.version ?? 0;
    box.send(Lane.status, Status, { ...STATUS, version, ...changes });
  };
  world.timers.advance(5_000);
  status({});
  world.timers.advance(SETTLED_MS);
  let next = 1;
  return {
    ...world,
    cloud: world.cloud,
    timers: world.timers,
    box,
    status,
    told: (...records: Rec[]) => {
      box.records(next, records);
      next += records.length;
    },
    /** After so long, the ids of the alerts that there are. */
    alertsAfter: (seconds: number) => {
      for (let passed = 0; passed <= seconds; passed += 60) {
        world.timers.advance(60_000);
        if (world.cloud.store.boxState(BOX).online) status(last);
        world.cloud.watch.look();
      }
      return world.cloud.alerts.all.map(({ id }) => id).sort();
    },
  };
}

const STAMP = at(START_SECONDS);

describe("a box", () => {
  test("that is not heard for longer than its plan allows is told of, and its place before that; until it is back", () => {
    const { cloud, box, alertsAfter } = rig();
    cloud.admin.changeLocation(PARIS, { guarantee: "15min" });
    expect(alertsAfter(7_200)).toEqual([]);
    box.will();
    expect(alertsAfter(0)).toEqual([]);
    expect(alertsAfter(120)).toEqual([`internet/${PARIS}`]);
    expect(alertsAfter(900)).toEqual([`internet/${PARIS}`, `unheard/${BOX}`]);
    expect(cloud.alerts.find(`unheard/${BOX}`)?.what).toMatch(
      /not been heard since 2026-06-01 \d\d:\d\d UTC, .*\(15min\)/,
    );
    box.connect(2);
    expect(alertsAfter(60)).toEqual([]);
  });

  test.each([
    ["2h", 7_200],
    [undefined, 21_600],
  ] as const)("with a plan of %s is not missed a minute before, and is after", (guarantee, seconds) => {
    const { cloud, box, timers, alertsAfter } = rig();
    if (guarantee !== undefined) cloud.admin.changeLocation(PARIS, { guarantee });
    box.connect(2);
    timers.advance(1_000);
    box.will();
    expect(alertsAfter(seconds - 180)).toEqual([`internet/${PARIS}`]);
    expect(alertsAfter(120)).toContain(`unheard/${BOX}`);
  });

  test("that goes by old permissions for longer than its plan allows is told of, until it has taken the new ones", () => {
    const { cloud, status, told, alertsAfter } = rig();
    cloud.admin.changeLocation(PARIS, { guarantee: "15min" });
    const { user, key } = cloud.store.organisation.accesses[0]!;
    const applied = (version: number): Rec => ({
      kind: Kind.snapshotApplied,
      version,
      slot: 0,
      asOf: 0,
      sheet: 1,
      ...STAMP,
    });
    const before = cloud.snapshot(BOX)!.version;
    told(applied(before));
    status({ version: before });
    cloud.admin.addAccess(user, key, { kind: "ongoing" });
    expect(alertsAfter(840)).not.toContain(`behind/${BOX}`);
    expect(alertsAfter(120)).toContain(`behind/${BOX}`);
    told(applied(cloud.snapshot(BOX)!.version));
    status({});
    expect(alertsAfter(0)).not.toContain(`behind/${BOX}`);
  });

  test("on battery: its place has lost its mains, then the battery is low, with days left; mains back end both", () => {
    const { cloud, status, box, alertsAfter } = rig();
    status({ mains: false, charge: 80, sinceMains: 60, timeLeft: 20 * 86_400 });
    expect(alertsAfter(0)).toEqual([`power/${PARIS}`]);
    // It sleeps, as it should: nobody says that its internet is gone.
    box.will();
    expect(alertsAfter(600)).toEqual([`power/${PARIS}`]);
    box.connect(2);
    status({ mains: false, charge: 17, sinceMains: 600, timeLeft: 2.5 * 86_400 });
    expect(alertsAfter(0)).toEqual([`battery/${BOX}`, `power/${PARIS}`]);
    expect(cloud.alerts.find(`battery/${BOX}`)?.what).toBe("its battery is at 20 % or less, for about 3 days");
    status({ charge: 22 });
    expect(alertsAfter(0)).toEqual([]);
  });

  test("with more records than half a journal holds is told of, until few are left", () => {
    const { status, box, alertsAfter } = rig();
    box.records(1, [{ kind: Kind.ack, through: 0, ...STAMP } as never]);
    status({ next: 10_003 });
    expect(alertsAfter(0)).toContain(`journal/${BOX}`);
    status({ next: 7_000 });
    expect(alertsAfter(0)).toContain(`journal/${BOX}`);
    status({ next: 4_000 });
    expect(alertsAfter(0)).not.toContain(`journal/${BOX}`);
  });
});

describe("a record", () => {
  const door = (event: number): Rec => ({ kind: Kind.door, bin: 2, event, ...STAMP }) as Rec;
  const fault = (code: number): Rec => ({ kind: Kind.binFault, bin: 3, event: code, ...STAMP }) as Rec;

  test("of a door that was left open, or of a bin that does not open, is an alert until the record of its end", () => {
    const { cloud, told } = rig();
    const ids = () => cloud.alerts.all.map(({ id }) => id).sort();
    told(door(DoorEvent.heldOpen), fault(BinFault.wontOpen));
    expect(ids()).toEqual([`bin/${BOX}/A-4`, `door/${BOX}/A-3`]);
    told(door(DoorEvent.closedLate));
    expect(ids()).toEqual([`bin/${BOX}/A-4`]);
    told(fault(BinFault.cleared));
    expect(ids()).toEqual([]);
  });

  test.each([
    ["codes", { kind: Kind.codeFailure, count: 6, target: 0, ...STAMP }],
    ["forced", door(DoorEvent.unexpected)],
  ])("of what somebody has to look at is an alert until it was seen: %s", (kind, record) => {
    const { cloud, told } = rig();
    told({ kind: Kind.codeFailure, count: 5, target: 0, ...STAMP });
    expect(cloud.alerts.all).toEqual([]);
    told(record as Rec);
    expect(cloud.alerts.all.map(({ id }) => id)).toEqual([`${kind}/${BOX}`]);
    cloud.seen(BOX);
    expect(cloud.alerts.all).toEqual([]);
  });

  test("and its alert are committed together: what comes twice is told once", () => {
    const { cloud, box, told } = rig();
    told(door(DoorEvent.heldOpen));
    box.records(1, [door(DoorEvent.heldOpen)]);
    cloud.store.commit();
    expect(cloud.store.data.notices.map(({ change, alert }) => [change, alert.id])).toEqual([
      ["raised", `door/${BOX}/A-3`],
    ]);
  });
});

test("a cloud that hears nothing blames no box for it", () => {
  const { transport, box, alertsAfter } = rig();
  box.will();
  transport.hears = () => false;
  expect(alertsAfter(30_000)).toEqual([]);
  transport.hears = () => true;
  expect(alertsAfter(60)).toEqual([]);
  expect(alertsAfter(120)).toEqual([`internet/${PARIS}`]);
});
