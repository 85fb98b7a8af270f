import type { MainsPort } from "../../hal/ports/power.js";
import type { UpdateHost } from "./contract.js";

/** When an update does anything at all: SPEC.md sections 6 and 8. */

/** ms. */
const QUIET_MS = 60_000;
const QUIET_TO_SWITCH_MS = 300_000;
/** Percent. */
const CHARGE_ON_BATTERY = 80;
const CHARGE_TO_SWITCH = 30;
/** Of images, over a cellular link, in one boot. */
const CELLULAR_BYTES_MAX = 1_048_576;

/** Nobody is there, and there is power for it. */
export function mayWork(host: UpdateHost, mains: MainsPort): boolean {
  if (!host.isQuietFor(QUIET_MS)) return false;
  return mains.present() || (host.charge() ?? 0) >= CHARGE_ON_BATTERY;
}

/** What matters more has gone out and come in. */
export function mayFetch(host: UpdateHost, cellularBytes: number): boolean {
  if (!host.isInSync()) return false;
  return host.link() !== "cellular" || cellularBytes < CELLULAR_BYTES_MAX;
}

/** A restart now bothers nobody, and the cell could carry the box through it. */
export function maySwitch(host: UpdateHost, mains: MainsPort): boolean {
  return (
    host.isQuietFor(QUIET_TO_SWITCH_MS) &&
    mains.present() &&
    (host.charge() ?? 0) >= CHARGE_TO_SWITCH &&
    host.isInSync()
  );
}
