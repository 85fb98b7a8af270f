import { binLabels } from "../cloud/new-box.js";
import { CloudService } from "../cloud/service.js";
import { Snapshots } from "../cloud/snapshots.js";
import { CloudStore } from "../cloud/store.js";
import { Random } from "../world/random.js";

const KEYS = 10_000;
const PLACES = 50;
const ACCESSES = 10_000;
const USERS = 200;
const START_SECONDS = 1_780_308_000;
const MEASURED = 21;

/** An organisation of 10,000 keys, a tenth of them roaming, in 50 places with a box each: what a box is sent, and what it costs. */
export function largeOrganisation(): { readonly snapshotBytes10kKeys: number; readonly snapshotMs10kKeys: number } {
  const random = new Random(1);
  const store = new CloudStore();
  const cloud = new CloudService({
    store,
    now: () => START_SECONDS,
    timers: { set: () => 0, clear: () => {} },
    random: (count) => random.bytes(count),
  });
  const { admin } = cloud;
  for (let i = 1; i <= PLACES; i++) {
    const { id: location } = admin.addLocation({ name: `Place ${i}`, timeZone: "Europe/Paris", language: "fr" });
    admin.addNewBox({ id: `BOX-${i}`, model: "MS5", location, bins: binLabels([24, 24]) });
  }
  const users = Array.from({ length: USERS }, (_, i) => ({ id: i + 1, name: `Somebody ${i}` }));
  store.organise({ ...store.organisation, users });
  const places = store.organisation.locations;
  const keys = admin.addKeys(
    Array.from({ length: KEYS }, (_, i) => ({
      name: `Rue des Martyrs ${i}, flat ${i % 37}`,
      fob: `F${String(i).padStart(6, "0")}`,
      roaming: i % 10 === 0,
      home: places[i % PLACES]!.id,
    })),
  );
  admin.addAccesses(
    Array.from({ length: ACCESSES }, (_, i) => ({
      user: users[i % USERS]!.id,
      key: keys[i % KEYS]!.id,
      schedule: { kind: "ongoing" } as const,
    })),
  );
  return measured(cloud, store);
}

function measured(cloud: CloudService, store: CloudStore) {
  const { ingest, permissions, alerts } = cloud;
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < MEASURED; i++) {
    const snapshots = new Snapshots(store, ingest.log, permissions, alerts, () => START_SECONDS);
    const before = performance.now();
    bytes = snapshots.make(`BOX-${1 + i}`)!.bytes.length;
    times.push(performance.now() - before);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  return { snapshotBytes10kKeys: bytes, snapshotMs10kKeys: Math.round(median * 10) / 10 };
}
