import { describe, expect, it } from "vitest";
import { People } from "../../../sim/trials/scenarios/people.js";
import { Stage } from "../../../sim/trials/stage/stage.js";
import type { Machine } from "../../../sim/world/machine/machine.js";

const MINUTE_MS = 60_000;
/** Codes of the sample organisation (sim/samples). */
const BOOKING_CODE = "135790";
const STRANGER = "777XYZ";

interface Fault {
  readonly name: string;
  readonly strike: (machine: Machine) => void;
  readonly mend: (machine: Machine) => void;
  /** What the cloud is told is broken. */
  readonly told: string;
  /** What works all the same. */
  readonly use: (people: People) => Promise<unknown>;
}

const takeByCode = (people: People) => people.pickUp(BOOKING_CODE);
const returnByScan = (people: People) => {
  people.carried.push(STRANGER);
  return people.giveBack(STRANGER);
};

const FAULTS: readonly Fault[] = [
  {
    name: "a bus that is stuck",
    strike: ({ parts }) => Object.assign(parts!.buses.bins, { stuck: true }),
    mend: ({ parts }) => Object.assign(parts!.buses.bins, { stuck: false }),
    told: "bins A-1 to A-7",
    use: returnByScan,
  },
  {
    name: "an expander that does not acknowledge",
    strike: ({ parts }) => Object.assign(parts!.expanders[0]!, { silent: true }),
    mend: ({ parts }) => Object.assign(parts!.expanders[0]!, { silent: false }),
    told: "bins A-1 to A-7",
    use: returnByScan,
  },
  {
    name: "contacts that read all ones",
    strike: ({ parts }) => Object.assign(parts!.expanders[0]!, { stuckInputs: 0xff }),
    mend: ({ parts }) => Object.assign(parts!.expanders[0]!, { stuckInputs: undefined }),
    told: "bins A-1 to A-7",
    use: returnByScan,
  },
  {
    name: "random numbers that repeat themselves",
    strike: (machine) => {
      machine.entropy.stuck = true;
      machine.powerCut({ backAfterMs: 500 });
    },
    mend: ({ entropy }) => Object.assign(entropy, { stuck: false }),
    told: "random numbers",
    use: takeByCode,
  },
  {
    name: "a gauge that says 255 %",
    strike: ({ gauge }) => Object.assign(gauge, { lies: { chargePercent: 255 } }),
    mend: ({ gauge }) => Object.assign(gauge, { lies: {} }),
    told: "fuel gauge",
    use: takeByCode,
  },
  {
    name: "a gauge that jumps",
    strike: ({ parts }) => Object.assign(parts!.gauge, { jumps: true }),
    mend: ({ parts }) => Object.assign(parts!.gauge, { jumps: false }),
    told: "fuel gauge",
    use: takeByCode,
  },
  {
    name: "a reader whose line carries nothing but noise",
    strike: (machine) => {
      machine.parts!.reader.silent = true;
      makeNoise(machine);
    },
    mend: ({ parts }) => {
      parts!.reader.silent = false;
      parts!.reader.powerOnReset();
    },
    told: "reader",
    use: takeByCode,
  },
  {
    name: "a clock that does not answer",
    strike: ({ parts }) => Object.assign(parts!.rtc, { silent: true }),
    mend: ({ parts }) => Object.assign(parts!.rtc, { silent: false }),
    told: "clock",
    use: takeByCode,
  },
  {
    name: "a clock that stands still, though it was set",
    strike: ({ rtc }) => Object.assign(rtc, { driftPpm: -1e6 }),
    mend: ({ rtc }) => Object.assign(rtc, { driftPpm: 0 }),
    told: "clock",
    use: takeByCode,
  },
  {
    name: "no entropy at boot",
    strike: (machine) => {
      machine.entropy.healthy = false;
      machine.powerCut({ backAfterMs: 500 });
    },
    mend: ({ entropy }) => Object.assign(entropy, { healthy: true }),
    told: "random numbers",
    use: takeByCode,
  },
];

function makeNoise(machine: Machine): void {
  if (!machine.parts!.reader.silent) return;
  machine.parts!.readerLine.noise(64);
  machine.world.scheduler.after(100, () => makeNoise(machine));
}

async function stageInSync(): Promise<Stage> {
  const stage = await Stage.open({ seed: 3, broker: "virtual", parts: "registers" });
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  return stage;
}

const faultsInCloud = ({ cloud, machine }: Stage) =>
  (cloud.store.boxState(machine.name).status?.faults ?? []) as string[];

describe("the cloud is told what is broken, and when it works again; the box goes on", () => {
  it.each(FAULTS)("$name", async ({ strike, mend, told, use }) => {
    const stage = await stageInSync();
    try {
      const { machine, world, judge } = stage;
      expect(faultsInCloud(stage)).toEqual([]);
      strike(machine);
      await world.until(() => faultsInCloud(stage).includes(told), 5 * MINUTE_MS, `word of ${told}`);
      await world.until(() => machine.panel.view?.screen === "idle", MINUTE_MS, "a usable panel");
      expect(machine.panel.view!.notices.map(({ id }) => id)).toContain("notice-faults");
      await use(new People(stage));
      mend(machine);
      // No session needs entropy before it has ended: the next connection draws a name for itself.
      machine.net.setInternet("blackHole");
      await world.advance(5_000);
      machine.net.setInternet("ok");
      await world.until(() => !faultsInCloud(stage).includes(told), 20 * MINUTE_MS, `no more word of ${told}`);
      await stage.untilInSync(10 * MINUTE_MS);
      expect(judge.verdict().problems).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});

it("with sockets that never answer, from the first on or all at once, it works as offline and catches up", async () => {
  const stage = await Stage.open({ seed: 3, broker: "virtual", parts: "registers" });
  try {
    const { machine, world, judge } = stage;
    const people = new People(stage);
    const offline = () => machine.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
    machine.net.setInternet("stall");
    machine.start();
    await world.advance(10 * MINUTE_MS);
    expect(machine.boots).toBe(1);
    expect(offline()).toBe(true);
    machine.net.setInternet("ok");
    await stage.untilInSync(20 * MINUTE_MS);
    machine.net.setInternet("stall");
    await people.pickUp(BOOKING_CODE);
    await world.until(offline, 10 * MINUTE_MS, "the offline notice");
    await people.giveBack(people.carried[0]!);
    machine.net.setInternet("ok");
    await stage.untilInSync(20 * MINUTE_MS);
    expect(offline()).toBe(false);
    expect(judge.verdict().problems).toEqual([]);
  } finally {
    await stage.close();
  }
});
