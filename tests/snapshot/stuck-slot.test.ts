import { expect, it } from "vitest";
import { formatText } from "../../firmware/panel/texts/catalogue.js";
import { Kind } from "../../firmware/records/records.js";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import type { FlashGeometry } from "../../sim/world/machine/machine-options.js";
import { readJournal, readMemory } from "../support/box-memory.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A booking code of the sample organisation (sim/samples). */
const CODE = "135790";

async function stageInSync(snapshot?: FlashGeometry): Promise<Stage> {
  const stage = await Stage.open({ seed: 3, broker: "virtual", ...(snapshot && { snapshot }) });
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  return stage;
}

/** First sectors of the places where a file may begin in the slot that is not in force. */
function freePlaces({ machine }: Stage): readonly [number, number] {
  const { snapshot } = machine.flash;
  const sectors = snapshot.sizeBytes / snapshot.sectorBytes;
  const records = [...readJournal(machine.flash.journal, 1)].flatMap(({ record }) => record ?? []);
  const applied = records.findLast((record) => record.kind === Kind.snapshotApplied) as { slot: 0 | 1 } | undefined;
  const slot = applied!.slot === 0 ? sectors / 2 : 0;
  return [slot, slot + sectors / 4];
}

function revoke({ cloud }: Stage): void {
  cloud.admin.removeAccess(cloud.store.organisation.accesses.find(({ code }) => code === CODE)!.id);
}

const faults = ({ cloud, machine }: Stage) => cloud.store.boxState(machine.name).status?.faults ?? [];
const alerts = ({ cloud, machine }: Stage) => cloud.alerts.of(machine.name).map(({ id }) => id);

it("a stuck bit in the free slot: the revocation takes its place behind the middle, within minutes", async () => {
  const stage = await stageInSync();
  try {
    const { machine, judge } = stage;
    const [start] = freePlaces(stage);
    // Of the header's length of 160 bytes.
    machine.flash.snapshot.stickBit(start * 4_096 + 6, 0, 1);
    revoke(stage);
    await stage.untilInSync(5 * MINUTE_MS);
    await new People(stage).isRefused(CODE, "wrong-code");
    machine.powerCut({ backAfterMs: 500 });
    await stage.world.advance(MINUTE_MS);
    await new People(stage).isRefused(CODE, "wrong-code");
    await stage.untilInSync(10 * MINUTE_MS);
    expect(faults(stage)).toEqual([]);
    expect(judge.verdict().problems).toEqual([]);
  } finally {
    await stage.close();
  }
});

it("a snapshot in force that rots is told, and the fault ends when the cloud has sent it again", async () => {
  const stage = await stageInSync();
  try {
    const { machine, world } = stage;
    const { snapshot } = machine.flash;
    for (let slot = 0; slot < snapshot.sizeBytes; slot += snapshot.sizeBytes / 2) snapshot.flipBits(slot + 20, 0x10);
    machine.net.setInternet("blackHole");
    machine.powerCut({ backAfterMs: 500 });
    await world.until(
      () => machine.panel.view?.notices.some(({ id }) => id === "notice-faults") ?? false,
      2 * MINUTE_MS,
      "the fault on the panel",
    );
    machine.net.setInternet("ok");
    await stage.untilInSync(10 * MINUTE_MS);
    await world.until(() => faults(stage).length === 0, 10 * MINUTE_MS, "the end of the fault");
    await world.until(
      () => machine.panel.view!.notices.every(({ id }) => id !== "notice-faults"),
      10 * MINUTE_MS,
      "no more faults on the panel",
    );
    const told = stage.cloud.store.data.events.filter(
      ({ kind, detail }) => kind === "device" && detail.name === "snapshot",
    );
    expect(told.map(({ detail }) => detail.reason)).toEqual([expect.stringContaining("damaged"), undefined]);
    await new People(stage).pickUp(CODE);
  } finally {
    await stage.close();
  }
});

it("a free slot that takes nothing: box and cloud both say so, until it heals and the revocation is there", async () => {
  const stage = await stageInSync();
  try {
    const { machine, world, person } = stage;
    const before = readMemory(machine).snapshotVersion;
    for (const sector of freePlaces(stage)) machine.flash.snapshot.setFault(sector, "program-ignored");
    revoke(stage);
    await world.until(() => faults(stage).includes("snapshot"), 10 * MINUTE_MS, "the fault in the cloud");
    expect(alerts(stage)).toContain(`permissions/${machine.name}`);
    await person.choose("status");
    expect(machine.panel.view!.lines.map((line) => formatText("en", line))).toEqual(
      expect.arrayContaining(["Fault: snapshot", `Newer permissions cannot be stored: version ${before} goes on`]),
    );
    await person.cancel();
    await world.advance(2 * HOUR_MS);
    expect(machine.boots).toBe(1);
    expect(readMemory(machine).snapshotVersion).toBe(before);
    expect(faults(stage)).toContain("snapshot");
    for (const sector of freePlaces(stage)) machine.flash.snapshot.setFault(sector, undefined);
    await world.until(() => !faults(stage).includes("snapshot"), 2 * HOUR_MS, "the end of the fault");
    await stage.untilInSync(10 * MINUTE_MS);
    expect(readMemory(machine).snapshotVersion).toBeGreaterThan(before);
    await new People(stage).isRefused(CODE, "wrong-code");
    expect(alerts(stage)).not.toContain(`permissions/${machine.name}`);
  } finally {
    await stage.close();
  }
});

it("a snapshot of more than half a slot has one place: a stuck bit there is told at both ends, and at the panel with what goes on", async () => {
  // Slots of 8 KB: the file takes more than four.
  const stage = await stageInSync({ sizeBytes: 4 * 4_096, sectorBytes: 4_096, alignBytes: 1 });
  try {
    const { machine, world, person } = stage;
    const { snapshot } = machine.flash;
    const before = readMemory(machine).snapshotVersion;
    const [start] = freePlaces(stage);
    // Of the header's length of 160 bytes.
    snapshot.stickBit(start * 4_096 + 6, 0, 1);
    revoke(stage);
    await world.until(() => faults(stage).includes("snapshot"), 10 * MINUTE_MS, "the fault in the cloud");
    expect(alerts(stage)).toContain(`permissions/${machine.name}`);
    expect(machine.panel.view!.notices.map(({ id }) => id)).toContain("notice-faults");
    await person.choose("status");
    expect(machine.panel.view!.lines.map((line) => formatText("en", line))).toEqual(
      expect.arrayContaining(["Fault: snapshot", `Newer permissions cannot be stored: version ${before} goes on`]),
    );
    await person.cancel();
    const told = stage.cloud.store.data.events.filter(
      ({ kind, detail }) => kind === "device" && detail.name === "snapshot",
    );
    expect(told.map(({ detail }) => detail.reason)).toEqual(["program at 6: reads back something else"]);
    await world.advance(2 * HOUR_MS);
    expect(readMemory(machine).snapshotVersion, "the one in force stays, or nobody would have a key").toBe(before);
    expect(machine.boots).toBe(1);
    const people = new People(stage);
    await people.pickUp(CODE);
  } finally {
    await stage.close();
  }
});

it("a snapshot in force of which one bit rots is told within minutes, with nobody at the box, and the cloud sends it again", async () => {
  const stage = await stageInSync();
  try {
    const { machine, world, judge } = stage;
    const { snapshot } = machine.flash;
    const { snapshotVersion } = readMemory(machine);
    for (let slot = 0; slot < snapshot.sizeBytes; slot += snapshot.sizeBytes / 4) snapshot.flipBits(slot + 1_000, 0x04);
    await world.until(() => faults(stage).includes("snapshot"), 10 * MINUTE_MS, "the fault in the cloud");
    const told = () =>
      stage.cloud.store.data.events.filter(({ kind, detail }) => kind === "device" && detail.name === "snapshot");
    const versions = () =>
      [...readJournal(machine.flash.journal, 1)].flatMap(({ record }) =>
        record?.kind === Kind.snapshotApplied ? [record.version] : [],
      );
    await world.until(() => versions().at(-1) === versions().at(-2), 10_000, "the same version once more, at once");
    await world.until(() => faults(stage).length === 0, 10 * MINUTE_MS, "the end of the fault");
    expect(told().map(({ detail }) => detail.reason)).toEqual([expect.stringContaining("damaged"), undefined]);
    expect(readMemory(machine).snapshotVersion).toBe(snapshotVersion);
    expect(machine.boots).toBe(1);
    await new People(stage).pickUp(CODE);
    // What came is looked at again the next day, and is whole.
    await world.advance(26 * HOUR_MS);
    expect(told()).toHaveLength(2);
    await stage.untilInSync(10 * MINUTE_MS);
    expect(judge.verdict().problems).toEqual([]);
  } finally {
    await stage.close();
  }
});

/** Flips one bit of the rows of one bin, wherever a file begins, so that it reads as empty. Its number and its key's stand there as nowhere else. */
function emptyByOneBit({ machine, cloud }: Stage): number {
  const itemOf = (bin: number) => cloud.ingest.log.inventory.content(machine.name, bin).item;
  const keyOf = (bin: number) => (itemOf(bin)?.startsWith("key:") ? Number(itemOf(bin)!.slice(4)) : 0);
  const { snapshot } = machine.flash;
  const bin = [...Array(machine.bins.count).keys()].find((one) => keyOf(one) > 0 && Math.log2(keyOf(one)) % 1 === 0)!;
  const key = keyOf(bin);
  const image = new DataView(snapshot.image().buffer);
  for (let at = 0; at + 12 <= snapshot.sizeBytes; at += 4) {
    const isRow = image.getUint32(at, true) === bin && image.getUint32(at + 8, true) === key;
    if (isRow && image.getUint32(at + 4, true) === 1) snapshot.flipBits(at + 8 + Math.floor(Math.log2(key) / 8), key);
  }
  return bin;
}

it.each([
  ["at once", async () => {}],
  [
    "just after a boot",
    async ({ machine, world, person }: Stage) => {
      machine.powerCut({ backAfterMs: 500 });
      await world.advance(1_000);
      await person.see("idle");
    },
  ],
])(
  "a bin of which a flipped bit says that it is empty opens for no tag, %s, and the box says what has rotted",
  async (_, meanwhile) => {
    const stage = await stageInSync();
    try {
      const { machine, world, person } = stage;
      machine.net.setInternet("blackHole");
      const bin = emptyByOneBit(stage);
      await meanwhile(stage);
      const pulses: number[] = [];
      machine.bins.watch((event) => event.kind === "pulse" && pulses.push(event.bin));
      await person.scan("999AAA");
      await world.advance(5_000);
      expect([pulses, machine.panel.view!.notices.map(({ id }) => id)]).toEqual([
        [],
        expect.arrayContaining(["notice-faults"]),
      ]);
      const { title, lines } = machine.panel.view!;
      expect([title, ...lines].map(({ id }) => id)).toContain("refused-no-sure-bin");
      expect(machine.bins.content(bin)).toBeDefined();
    } finally {
      await stage.close();
    }
  },
);
