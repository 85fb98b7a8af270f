import { FlashError } from "../hal/ports/flash.js";
import type { UpdatePort } from "../hal/ports/update.js";
import { BoxUpdate } from "./box-update.js";
import { thresholdCheck } from "./update/threshold.js";
import { giveUpStopped } from "./update/trial.js";
import { UpdateTask } from "./update/update-task.js";
import type { Updates, UpdatesNeeds } from "./updates.js";

/** For boards whose firmware can be replaced in the field. */
export const UPDATES: Updates = {
  make(needs) {
    const { update } = needs.hal;
    if (update === undefined) return { task: undefined, faults: [] };
    try {
      return { task: taskOf(needs, update), faults: [] };
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
      return { task: undefined, faults: [{ name: "update", reason: error.message.slice(0, 64) }] };
    }
  },
  stopped: giveUpStopped,
};

function taskOf({ hal, ledger, power, snapshot, navigator, changes, box }: UpdatesNeeds, port: UpdatePort): UpdateTask {
  const host = new BoxUpdate({ hal, power, snapshot, navigator, box });
  return new UpdateTask({ hal, port, ledger, changes, check: thresholdCheck(hal.hash), host });
}
