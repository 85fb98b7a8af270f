import type { Body, Kind } from "../../../firmware/records/records.js";
import type { BoxEntry } from "../state.js";

type Update = Extract<Body, { readonly kind: typeof Kind.update }>;

/** What an `update` record says of the box; `at`: s since 1970 UTC. */
export function noteUpdate(state: BoxEntry, { event, release, reason }: Update, at: number): void {
  state.update = { release, event, at, ...(reason !== undefined && { reason }) };
}

/** A fault ended a boot of the box: it counts against the release that it runs. */
export function noteCrash({ update, image }: BoxEntry): void {
  if (update !== undefined && update.release === image?.release) update.crashes = (update.crashes ?? 0) + 1;
}
