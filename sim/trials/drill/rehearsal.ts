import { apiApp } from "../../cloud/api/app.js";
import { DocumentTokens, mintToken } from "../../cloud/api/tokens.js";
import { CloudService } from "../../cloud/service.js";
import { MemoryEngine } from "../../cloud/store/memory.js";
import { CloudStore } from "../../cloud/store.js";
import { makeSample } from "../../samples/sample.js";
import { Scheduler } from "../../world/clock/scheduler.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import { Random } from "../../world/random.js";
import type { Ask } from "./affected.js";

const DAY_SECONDS = 86_400;
const BOXES = 40;
const ROOM_BYTES = 1_000_000;

/** A made-up organisation, asked through the cloud's own API: boxes of releases about `around`, and some that never said theirs. */
export function rehearsal(seed: number, around: number, now: number): Ask {
  const random = new Random(seed);
  const cloud = new CloudService({
    store: new CloudStore(new MemoryEngine()),
    now: () => now,
    timers: worldTimers(new Scheduler()),
    random: (count) => random.bytes(count),
  });
  makeSample(cloud, seed);
  for (let n = 1; n <= BOXES; n++) {
    const id = `MS5-${String(n).padStart(4, "0")}`;
    cloud.admin.addNewBox({ id, model: "MS5", location: 1, bins: ["A-1", "A-2"] });
    if (random.int(10) === 0) continue;
    cloud.releases.told(id, { release: around - 1 + random.int(3), room: ROOM_BYTES, list: 1, isTrial: false });
    cloud.store.boxState(id).lastSeen = now - random.int(20 * DAY_SECONDS);
  }
  const tokens = new DocumentTokens(cloud.store, "rehearsal");
  const { token, shown } = mintToken("drill", ["read"], now, undefined);
  tokens.add(token);
  const app = apiApp({ tokens, now: () => now, find: async () => ({ cloud }), onFault: () => {} });
  return async (path) => app.request(path, { headers: { Authorization: `Bearer ${shown}` } });
}
