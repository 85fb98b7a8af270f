import type { Preparation } from "../../shared/lists.js";
import type { Prepared } from "../prepared.js";
import type { Asked } from "./lists.js";

/** How well a box is prepared for an outage, as its cloud knows. */
export function preparation({ cloud, box }: Asked, prepared: Prepared): Preparation {
  const { packAt, sheet: packSheet, keysAt } = prepared.of(box.id);
  const { sheet, targets } = cloud.sheets.sheet(box.id);
  const { applied, newest } = cloud.permissions.versions(box.id);
  const { inventory } = cloud.ingest.log;
  const power = cloud.power(box.id);
  return {
    sheet,
    packAt: packAt ?? null,
    isPackOfSheet: packSheet === sheet,
    keysAt: keysAt ?? null,
    isOnline: cloud.store.boxState(box.id).online,
    hasNewest: applied >= newest,
    charge: power?.chargePercent ?? null,
    usedUp: targets.filter(({ codes }) => codes.every(({ state }) => state !== "good")).length,
    doubts: box.bins.filter((_, bin) => inventory.content(box.id, bin).belief === "doubt").length,
    alerts: cloud.alerts.of(box.id).length,
  };
}
