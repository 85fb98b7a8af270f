import { afterEach, describe, expect, test } from "vitest";
import { GapReason, Kind } from "../../firmware/records/records.js";
import { BoxRig, VAN } from "../support/box-rig.js";

/** Bits that flip in a record which the box has written, between that and its next boot. */
let rig: BoxRig;
afterEach(() => rig.check());

interface Place {
  readonly offset: number;
  readonly byteLength: number;
}

/** Where on flash what `act` does is written, frame by frame. */
async function writtenBy(act: () => Promise<unknown>): Promise<Place[]> {
  const { journal } = rig.machine.flash;
  const written: Place[] = [];
  journal.onOperation = ({ kind, offset, byteLength }) => {
    if (kind === "program" && byteLength > 4) written.push({ offset, byteLength });
  };
  await act();
  journal.onOperation = undefined;
  return written;
}

async function rotAndBoot({ offset }: Place): Promise<void> {
  rig.machine.flash.journal.flipBits(offset + 4, 0x10);
  rig.machine.powerCut({ backAfterMs: 5_000 });
  await rig.rebooted();
  await rig.idle();
}

/** A stranger hangs a fob into a bin that is surely empty; then the van is fetched. Answers that bin, and where its two records stand. */
async function strangerCame(): Promise<{ bin: number; intent: Place; outcome: Place }> {
  rig = await BoxRig.started();
  let bin = -1;
  const [intent, outcome] = await writtenBy(async () => {
    bin = await rig.giveBack("777XYZ");
    await rig.idle();
  });
  await rig.pickUp(VAN.code);
  await rig.idle();
  return { bin, intent: intent!, outcome: outcome! };
}

describe.each(["intent", "outcome"] as const)("a drop-off whose %s has rotted", (which) => {
  test("leaves no bin surely empty, and a tag opens none", async () => {
    const { bin, ...places } = await strangerCame();
    await rotAndBoot(places[which]);
    expect(rig.belief(bin)[0]).toBe("doubt");
    const before = rig.pulses.length;
    await rig.person.scan("888XYZ");
    await rig.isRefused("no-sure-bin");
    expect(rig.pulses.length).toBe(before);
  });

  test("is told to the cloud once; whoever has a right goes on, and what is known since stays known", async () => {
    const { bin, ...places } = await strangerCame();
    await rotAndBoot(places[which]);
    const told = () => rig.of(Kind.gap).filter(({ reason }) => reason === GapReason.recordsLost);
    expect(told()).toMatchObject([{ count: 1 }]);
    await rig.person.type(VAN.code);
    await rig.person.choose("return");
    const back = await rig.put(VAN.fob);
    await rig.idle();
    rig.machine.powerCut({ backAfterMs: 5_000 });
    await rig.rebooted();
    await rig.idle();
    expect(told()).toHaveLength(1);
    expect(rig.belief(back)).toEqual(["holds", VAN.id]);
    expect(rig.belief(bin)[0]).toBe("doubt");
  });
});

test("one that was torn by a power cut was never acted on, and costs no bin its certainty", async () => {
  rig = await BoxRig.started();
  const { journal } = rig.machine.flash;
  journal.onOperation = ({ kind, offset }) => {
    if (kind !== "program") return;
    journal.onOperation = undefined;
    journal.flipBits(offset, 0);
    rig.machine.powerCut({ backAfterMs: 5_000 });
  };
  await rig.person.scan("777XYZ");
  await rig.rebooted();
  await rig.idle();
  expect(rig.of(Kind.gap).filter(({ reason }) => reason === GapReason.recordsLost)).toEqual([]);
  expect(rig.belief(3)[0]).toBe("empty");
});
