import { afterEach, expect, test } from "vitest";
import { Auth, BinFault, Exchange, Kind } from "../../firmware/records/records.js";
import type { Ledger } from "../../firmware/state/ledger.js";
import { BoxRig, VAN } from "../support/box-rig.js";

/** A unit was taken away to be mended: the journal tells of a bin that the box does not have any more. */
const GONE = 7;

let rig: BoxRig;
afterEach(() => rig.check());

const WAYS: Readonly<Record<string, (ledger: Ledger) => void>> = {
  "an exchange that is not over": (ledger) =>
    ledger.write({ kind: Kind.intent, exchange: Exchange.pickup, bin: GONE, auth: Auth.keyCode, key: 2 }, "vital"),
  "an emergency opening that is not over": (ledger) =>
    ledger.write({ kind: Kind.emergency, target: 1, sheet: 1, number: 1, bin: GONE }, "vital"),
  "a run through all bins": (ledger) => {
    const code = { kind: Kind.emergency, target: 2, sheet: 1, number: 1 } as const;
    const of = ledger.write(code, "vital");
    ledger.write({ ...code, bin: GONE, of }, "vital");
  },
  "a faulty bin": (ledger) => ledger.write({ kind: Kind.binFault, bin: GONE, event: BinFault.wontOpen }, "vital"),
  "a key in it": (ledger) => ledger.write({ kind: Kind.binChecked, bin: 199, key: 2 }, "vital"),
};

test.each(Object.keys(WAYS))("%s, in a unit that is gone, keeps the box from nothing", async (name) => {
  rig = new BoxRig();
  WAYS[name]!(rig.offlineLedger());
  rig.machine.start();
  await rig.world.advance(30_000);
  await rig.person.cancel();
  expect(rig.notices.filter((notice) => notice !== "notice-offline")).toEqual([]);
  await rig.person.choose("status");
  await rig.person.cancel();
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  expect(await rig.giveBack(VAN.fob)).toBeLessThan(5);
  expect(rig.pulses).not.toContain(GONE);
  const { exchange, opening, openAll } = rig.memory.state;
  expect([exchange, opening, openAll]).toEqual([undefined, undefined, undefined]);
});
