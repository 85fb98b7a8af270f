import { afterEach, expect, it } from "vitest";
import { CommandKind, Kind } from "../../firmware/records/records.js";
import { BoxRig, FLAT, MODEL, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

async function nearlyFull(room: string): Promise<void> {
  // The van is out, and its bin is empty.
  rig = new BoxRig({
    model: { bins: MODEL.bins.map(({ bin, key }) => ({ bin, enabled: true, ...(bin > 0 && { key }) })) },
  });
  const ledger = rig.offlineLedger();
  for (let id = 1; ledger.journal.room !== room; id++) {
    expect(id).toBeLessThan(10_000);
    ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
  await rig.start();
}

it("a journal with no room for pick-ups still looks at typed codes: a wrong one is wrong, and a key can come back", async () => {
  await nearlyFull("no-pickups");
  await rig.refused("000000", "wrong-code");
  expect(rig.of(Kind.codeFailure).at(-1)).toMatchObject({ count: 1, target: 0 });
  await rig.refused(FLAT.code, "journal-full");
  await rig.person.type(VAN.code);
  await rig.person.see("offer-return");
  await rig.person.choose("return");
  await rig.put(VAN.fob);
});

it("a journal without room for a failure looks at no typed code: guesses would be free", async () => {
  await nearlyFull("none");
  for (const code of ["000000", VAN.code, FLAT.code]) await rig.refused(code, "journal-full");
  expect(rig.of(Kind.codeFailure)).toEqual([]);
  expect(rig.pulses).toEqual([]);
});
