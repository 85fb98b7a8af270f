import { expect, test } from "vitest";
import { formatText } from "../../firmware/panel/texts/catalogue.js";
import { BoxRig, VAN } from "../support/box-rig.js";

test("a door left open stays told, on every screen, until it is shut", async () => {
  const rig = await BoxRig.started();
  await rig.person.type(VAN.code);
  await rig.person.takeKey(0);
  await rig.world.advance(20_000);
  expect(rig.notices).not.toContain("notice-door-open");
  await rig.world.advance(60_000);
  expect(rig.machine.panel.view?.screen).toBe("idle");
  expect(rig.notices).toContain("notice-door-open");
  const notice = rig.machine.panel.view!.notices.find(({ id }) => id === "notice-door-open")!;
  expect(formatText("en", notice)).toBe("Bin A-1 left open: close its door");
  await rig.world.advance(600_000);
  expect(rig.notices).toContain("notice-door-open");
  rig.machine.bins.close(0);
  await rig.world.advance(2_000);
  expect(rig.notices).not.toContain("notice-door-open");
});

test("of several doors the first is named, with that there are others", () => {
  const told = (language: string) => formatText(language, { id: "notice-door-open", params: { count: 2, bin: "B-3" } });
  expect(["en", "fr", "ja"].map(told)).toEqual([
    "Bin B-3 and others left open: close their doors",
    "Casier B-3 et d'autres restés ouverts : refermez leurs portes",
    "ボックス B-3 ほかの扉が開いたままです。閉めてください",
  ]);
});
