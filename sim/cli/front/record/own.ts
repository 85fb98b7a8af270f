import { randomInt } from "node:crypto";
import { binLabels } from "../../../cloud/new-box.js";
import { CloudStore } from "../../../cloud/store.js";
import type { OwnOrganisation } from "../../../page/server/theatre.js";
import { makeCloud } from "../../../trials/stage/stage.js";
import { World } from "../../../world/machine/world.js";
import { TraceLog } from "../../../world/trace.js";
import type { WorldRecord } from "./world-record.js";

/** A world that begins with nothing but one place and one box in it. Throws CloudError that says what cannot be. */
export function ownWorld({ location, timeZone, language, box, model, units }: OwnOrganisation): WorldRecord {
  const startWallSeconds = Math.floor(Date.now() / 1_000);
  const seed = randomInt(2 ** 48 - 1);
  const cloud = makeCloud(new World({ seed, startWallSeconds }), new CloudStore());
  try {
    const { id } = cloud.admin.addLocation({ name: location, timeZone, language });
    const made = cloud.admin.addNewBox({ id: box, model, location: id, bins: binLabels(units) });
    const begins = { kind: "cloud", database: JSON.stringify(cloud.store.data) } as const;
    const end = { at: 0, n: 0 };
    return { seed, startWallSeconds, box: made.id, begins, kept: {}, done: [], end, traceHash: new TraceLog().hash() };
  } finally {
    cloud.close();
  }
}
