import { describe, expect, test } from "vitest";
import { offlineCode } from "../../../firmware/codes/hotp.js";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { CloudError, hexToBytes } from "../../../sim/cloud/domain.js";
import { byFob, byName } from "../../../sim/cloud/pack/pack.js";
import { BOX, Office, START_SECONDS } from "./support.js";

describe("a pack", () => {
  test("has every code of the sheet in force, as the box computes them", () => {
    const office = new Office();
    const pack = office.pack();
    const { codesKey } = office.cloud.store.organisation.boxes.find((box) => box.id === BOX)!;
    expect(pack.sheet).toMatchObject({ sheet: 1, standing: "inForce" });
    expect(pack.sheet!.targets).toHaveLength(26);
    for (const { target, codes } of pack.sheet!.targets) {
      for (const { number, code, state } of codes) {
        expect(code).toBe(offlineCode(TWEETNACL_HASH, hexToBytes(codesKey), target, 1, number));
        expect(state).toBe("good");
      }
    }
  });

  test("never shows a used code, nor one below it, as good", () => {
    const office = new Office();
    office.used(3, 2);
    const codes = office.pack().sheet!.targets.find((one) => one.target === "bin:A-4")!.codes;
    expect(codes.map((one) => one.state).slice(0, 4)).toEqual(["passed", "used", "good", "good"]);
    expect(codes[1]!.usedAt).toBe(START_SECONDS);
  });

  test("of a sheet that a newer one replaced is superseded, then closed: then none of its codes is good", () => {
    const office = new Office();
    office.cloud.sheets.rotate(BOX);
    expect(office.pack(BOX, 1).sheet).toMatchObject({ standing: "superseded", inForce: 2 });
    office.used(0, 1, 2);
    const old = office.pack(BOX, 1).sheet!;
    expect(old).toMatchObject({ standing: "closed", inForce: 2 });
    expect(old.targets.flatMap((one) => one.codes).map((one) => one.state)).not.toContain("good");
  });

  test("says where the keys are: here, here perhaps, with somebody, in another box, nowhere", () => {
    const office = new Office();
    office.used(3, 1);
    office.pickedUp(6, 7);
    const places = new Map(office.pack().keys.map((key) => [key.name, key.place]));
    expect(places.get("Rue de Rivoli 12 front door")).toEqual({ kind: "here", bin: "A-1", certain: true });
    expect(places.get("Résidence Les Tilleuls, boiler room")).toEqual({ kind: "here", bin: "A-4", certain: false });
    expect(places.get("Atelier Béranger roof terrace")).toEqual({ kind: "out", holder: "Amélie Girard" });
    expect(places.get("Storage unit 114")).toEqual({ kind: "unknown" });
    const tokyo = new Map(office.pack("MS4-TOKYO").keys.map((key) => [key.name, key.place]));
    expect(tokyo.get("Master key, fire panel")).toEqual({ kind: "elsewhere", box: BOX, bin: "B-5" });
    // At home elsewhere and not roaming: no business of this box.
    expect(tokyo.has("Laundry Rue Oberkampf")).toBe(false);
    expect(tokyo.has("Concierge desk code only")).toBe(false);
  });

  test("lists a fob that is no key's in its bin", () => {
    const office = new Office();
    const key = office.cloud.store.organisation.keys.find((one) => one.fob === "012ABC")!;
    office.cloud.admin.removeKey(key.id);
    expect(office.pack().bins[0]!.content).toEqual({ fob: "012ABC", certain: true });
  });

  test("is sorted both ways", () => {
    const pack = new Office().pack();
    const fobs = byFob(pack).map((key) => key.fob);
    expect(fobs).toEqual([...fobs].sort());
    const names = byName(pack, "fr").map((key) => key.name);
    expect(names.indexOf("Résidence Les Tilleuls, hall B")).toBeLessThan(names.indexOf("Rue de Rivoli 12 front door"));
    expect(names.indexOf("Quai des Brumes 4, apt 21")).toBe(names.indexOf("Quai des Brumes 4, apt 22") - 1);
    expect(new Set(names).size).toBe(fobs.length);
  });

  test("of an MS3 has no codes", () => {
    expect(new Office().pack("MS3-TOKYO").sheet).toBeUndefined();
  });

  test("is refused for a box and a sheet that are not there", () => {
    const office = new Office();
    expect(() => office.pack("NOWHERE")).toThrow(CloudError);
    expect(() => office.pack("NOWHERE")).toThrow(/no box NOWHERE: name one of MS5-PARIS, MS4-TOKYO, MS3-TOKYO/);
    expect(() => office.pack(BOX, 2)).toThrow(/sheet 2 of box MS5-PARIS is not issued, the newest is 1/);
  });
});
