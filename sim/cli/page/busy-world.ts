import { binLabels } from "../../cloud/new-box.js";
import { CloudStore } from "../../cloud/store.js";
import { simulatedRig } from "../../trials/rig/simulated.js";
import { makeCloud } from "../../trials/stage/stage.js";
import { Person } from "../../world/machine/people.js";
import { World } from "../../world/machine/world.js";
import { TraceLog } from "../../world/trace.js";
import { Playback } from "../front/record/playback.js";
import type { WorldRecord } from "../front/record/world-record.js";
import { UNDISTURBED } from "../front/surroundings.js";

const BOX = "MS5-BUSY";
const UNITS = [25, 25, 25, 25];
/** 2026-03-02T08:00:00Z. */
const START_SECONDS = 1_772_438_400;
/** A pick-up and a return are two records each. */
const RECORDS_A_ROUND = 4;
const SYNC_MS = 30 * 60_000;
const IDLE_MS = 60_000;

/** A world in which people have come and gone until a box with 100 bins had written `records` records, all of them in the cloud. */
export async function busyWorld(records: number, told: (text: string) => void): Promise<WorldRecord> {
  const begun = worldOf(1, START_SECONDS, organisation());
  const house = await Playback.open(begun);
  try {
    const { machine, world, cloud } = house;
    const person = new Person(simulatedRig(machine));
    const { keys } = cloud.store.organisation;
    await world.until(() => cloud.permissions.versions(BOX).applied > 0, SYNC_MS, "the first permissions");
    for (let round = 0; round * RECORDS_A_ROUND < records; round++) {
      await takeAndReturn(person, machine.bins, keys[round % keys.length]!.code!);
      if (round % 500 === 499) told(`${(round + 1) * RECORDS_A_ROUND} records`);
    }
    const unsent = () => cloud.store.boxState(BOX).status?.unsent ?? 0;
    await world.until(() => unsent() === 0, SYNC_MS, "the last records in the cloud");
    const { journal, snapshot } = machine.flash;
    const stand = { state: machine.saved, journal: journal.image(), snapshot: snapshot.image() };
    const database = JSON.stringify(cloud.store.data);
    const after = worldOf(2, Math.ceil(world.wallSeconds()), database);
    return { ...after, kept: { [BOX]: { ...stand, surroundings: UNDISTURBED } } };
  } finally {
    house.close();
  }
}

async function takeAndReturn(person: Person, bins: Playback["machine"]["bins"], code: string): Promise<void> {
  await person.see("idle", IDLE_MS);
  await person.type(code);
  const bin = await person.waitForDoor();
  const fob = bins.take(bin);
  await person.closeDoor(bin);
  await person.see("idle", IDLE_MS);
  await person.scan(fob);
  const back = await person.waitForDoor();
  bins.put(back, fob);
  await person.closeDoor(back);
}

function worldOf(seed: number, startWallSeconds: number, database: string): WorldRecord {
  const end = { at: 0, n: 0 };
  const begins = { kind: "cloud", database } as const;
  return { seed, startWallSeconds, box: BOX, begins, kept: {}, done: [], end, traceHash: new TraceLog().hash() };
}

/** A key in each bin but every tenth, each with a code. */
function organisation(): string {
  const cloud = makeCloud(new World({ seed: 1, startWallSeconds: START_SECONDS }), new CloudStore());
  const { admin } = cloud;
  const { id: home } = admin.addLocation({ name: "Depot", timeZone: "Europe/Paris", language: "en" });
  const bins = binLabels(UNITS);
  admin.addNewBox({ id: BOX, model: "MS5", location: home, bins });
  const full = bins.filter((_, bin) => bin % 10 !== 0);
  const keys = admin.addKeys(
    full.map((label, i) => {
      const number = String(i + 1).padStart(3, "0");
      return { name: `Flat ${label}`, fob: `${number}BSY`, code: `71${number}${i % 10}`, roaming: false, home };
    }),
  );
  admin.placeKeys(keys.map(({ id }, i) => ({ key: id, where: { box: BOX, bin: full[i]! } })));
  cloud.close();
  return JSON.stringify(cloud.store.data);
}
