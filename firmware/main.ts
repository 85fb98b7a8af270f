import { FlashError } from "../hal/ports/flash.js";
import type { Hal } from "../hal/ports/hal.js";
import type { Text } from "../hal/ports/panel.js";
import { Box } from "./box.js";
import { type KeptHal, keepLastWords } from "./crash/kept-hal.js";
import { isCellEmpty, sleepEmpty } from "./empty-cell.js";
import { loadIdentity } from "./identity/copies.js";
import { IdentityError } from "./identity/identity.js";
import { GeometryError } from "./journal/geometry.js";
import { text } from "./panel/screen.js";
import { stopSafely } from "./safe-stop.js";
import { SnapshotError } from "./snapshot/contract.js";
import { MAX_BINS } from "./snapshot/layout.js";
import type { Updates } from "./updates.js";

/** So many boots that a fault ends one after the other, and the box says so: one that only starts shows nobody anything. */
const FAULTS_MAX = 5;
/** A boot that has lasted so long is none of them, ms. */
const STEADY_MS = 600_000;

/**
 * Where every board, the simulator and the rig begin. Returns when everything is wired; the rest happens in callbacks of the
 * HAL until the program ends by sleep, restart, or loss of power. A box that cannot work says so on its screen. `updates`: of boards
 * whose firmware can be replaced in the field.
 */
export function boot(board: Hal, updates?: Updates): void {
  bootOn(keepLastWords(board), updates);
}

function bootOn({ hal, crash, inARow, words }: KeptHal, updates: Updates | undefined): void {
  const { board } = hal;
  if (!board.offlineCapable || board.battery === undefined) {
    stopSafely(hal, text("unsupported-model", { model: board.model }));
    return;
  }
  if (crash !== undefined && inARow >= FAULTS_MAX) {
    stopSafely(hal, text("stopped-fault", { reason: crash.reason }));
    return;
  }
  if (isCellEmpty(hal.gauge, hal.mains, board.battery)) {
    sleepEmpty(hal);
    return;
  }
  let box: Box;
  try {
    const identity = loadIdentity(hal.flash.identity);
    checkBins(hal.bins.count);
    box = new Box(hal, identity, board.battery, crash, updates);
  } catch (error) {
    if (!(error instanceof IdentityError || error instanceof BinsError || isOfFlash(error))) throw error;
    hal.trace.line(`stopped: ${error.message}`.slice(0, 200));
    updates?.stopped(hal);
    stopSafely(hal, titleOf(error));
    return;
  }
  box.start();
  if (words !== undefined) hal.timers.set(STEADY_MS, () => words.steady());
}

/** The board was never told its units, or was told nonsense. */
class BinsError extends Error {}

function checkBins(count: number): void {
  if (count < 1 || count > MAX_BINS) throw new BinsError(`${count} bins are fitted, not 1 to ${MAX_BINS}`);
}

/** Of the partitions' sizes, or of reading them: a damaged content is not among these. */
function isOfFlash(error: unknown): error is Error {
  return error instanceof GeometryError || error instanceof SnapshotError || error instanceof FlashError;
}

function titleOf(error: Error): Text {
  if (error instanceof IdentityError) return text("not-provisioned");
  if (error instanceof BinsError) return text("stopped-no-bins");
  if (error instanceof GeometryError) return text("stopped-memory", { name: "journal" });
  return text("stopped-memory", { name: error instanceof SnapshotError ? "snapshot" : "flash" });
}
