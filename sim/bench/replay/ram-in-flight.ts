import { XsEngine } from "../../engines/xs-engine.js";
import type { XsReport } from "../../engines/xs-worker.js";
import { Stage } from "../../trials/stage/stage.js";
import { writeRecords } from "./records.js";

const MINUTE_MS = 60_000;
/** Of a 32-bit XS. */
const SLOT_BYTES = 16;
/** Between two looks, ms: a fraction of any round trip. */
const LOOK_MS = 8;

/**
 * Bytes of RAM that a replay of `records` records over `roundTripMs` takes on an emulated microcontroller, at most, beyond what the same box
 * takes online and at rest: slots and chunks that the box's program on XS holds, after a collection, looked at all through the replay. The
 * sockets are beyond the bridge, and TCP's buffers with them. In virtual time. Throws NoXsError where there is no emulator.
 */
export async function ramInFlight(records: number, roundTripMs: number, seed: number): Promise<number> {
  const engine = await XsEngine.onMcu();
  const stage = await Stage.open({ seed, broker: "virtual", engine });
  const { machine, world } = stage;
  const heldBytes = () => heapBytes(engine.afterCollection());
  try {
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    const atRest = heldBytes();
    machine.powerCut();
    const last = writeRecords(machine, records, world.random("records"));
    machine.net.setLatency(roundTripMs / 2);
    machine.restorePower();
    await world.until(() => machine.panel.view?.screen === "idle", MINUTE_MS, "the keypad");
    let most = atRest;
    while (stage.cloudHas < last) {
      await world.advance(LOOK_MS);
      most = Math.max(most, heldBytes());
    }
    return most - atRest;
  } finally {
    await stage.close();
  }
}

function heapBytes({ slots, board }: XsReport): number {
  return slots * SLOT_BYTES + board!.chunkBytes;
}
