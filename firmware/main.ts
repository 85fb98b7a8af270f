import type { Hal } from "../hal/ports/hal.js";
import { Box } from "./box.js";
import type { Identity } from "./identity/contract.js";
import { IdentityError, readIdentity } from "./identity/identity.js";
import { text } from "./panel/screen.js";
import { isCellEmpty, sleepEmpty } from "./power/empty-cell.js";

/**
 * Where every board, the simulator and the rig begin. Returns when everything is wired; the rest happens in callbacks of the
 * HAL until the program ends by sleep, restart, or loss of power.
 */
export function boot(hal: Hal): void {
  if (!hal.board.offlineCapable || hal.board.battery === undefined) {
    stopWith(hal, "unsupported-model", { model: hal.board.model });
    return;
  }
  if (isCellEmpty(hal.gauge, hal.mains, hal.board.battery)) {
    sleepEmpty(hal);
    return;
  }
  let identity: Identity;
  try {
    identity = readIdentity(hal.flash.identity);
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    hal.trace.line(error.message.slice(0, 200));
    stopWith(hal, "not-provisioned");
    return;
  }
  new Box(hal, identity, hal.board.battery).start();
}

/** A box that cannot do its work says so, and does nothing. */
function stopWith(hal: Hal, id: "unsupported-model" | "not-provisioned", params?: Record<string, string>): void {
  hal.panel.backlight(100);
  hal.panel.render({ screen: "stopped", title: text(id, params), lines: [], choices: [], notices: [], language: "en" });
}
