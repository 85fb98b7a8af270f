import { expect, test } from "vitest";
import { modelOf } from "../../sim/cloud/box-snapshot.js";
import { BOX, CloudRig, START_SECONDS } from "./support/cloud-rig.js";

/** Names as the box gets them, by id, of all keys. */
function namesAtBox({ cloud }: CloudRig): ReadonlyMap<number, string> {
  const { index, inventory } = cloud.ingest.log;
  const { keys } = modelOf(cloud.store, index, inventory, BOX, START_SECONDS);
  return new Map(keys.map(({ id, name }) => [id, name]));
}

test("keys of one name at one box go by what stands on their fobs as well; others keep their names", () => {
  const rig = new CloudRig();
  const { admin, store } = rig.cloud;
  const home = store.organisation.boxes.find(({ id }) => id === BOX)!.location;
  const elsewhere = store.organisation.locations.find(({ id }) => id !== home)!.id;
  const before = namesAtBox(rig);
  const add = (key: Parameters<typeof admin.addKeys>[0][number]) => admin.addKeys([key])[0]!.id;
  const here = { name: "Cellar", home, roaming: false } as const;
  const one = add({ ...here, fob: "700CEL" });
  const far = add({ ...here, home: elsewhere, fob: "702CEL" });
  expect(namesAtBox(rig).get(one), "one of the name, and one that never comes here").toBe("Cellar");
  const two = add({ ...here, name: "cellar", fob: "701CEL" });
  const fobless = add(here);
  const names = namesAtBox(rig);
  expect([one, two, fobless, far].map((id) => names.get(id))).toEqual([
    "Cellar (700CEL)",
    "cellar (701CEL)",
    `Cellar (${fobless})`,
    "Cellar",
  ]);
  for (const [id, name] of before) expect(names.get(id)).toBe(name);
});
