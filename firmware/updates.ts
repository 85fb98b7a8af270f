import type { Hal } from "../hal/ports/hal.js";
import type { LinkKind } from "../hal/ports/network.js";
import type { PartFault } from "../hal/ports/parts.js";
import type { Navigator } from "./panel/navigator.js";
import type { PowerTask } from "./power/power-task.js";
import type { CurrentSnapshot } from "./state/current-snapshot.js";
import type { Ledger } from "./state/ledger.js";
import type { UpdateTask } from "./update/update-task.js";
import type { Changes } from "./wiring/changes.js";

/** What is asked of the box itself, and told to it. */
export interface UpdateBox {
  /** Whether this boot is on record. */
  readonly isBootRecorded: boolean;
  /** A lock moves or a door that was opened has not been closed. */
  inUse(): boolean;
  inSync(): boolean;
  isOnline(): boolean;
  sessionLink(): LinkKind | undefined;
  sendSoon(): void;
}

export interface UpdatesNeeds {
  readonly hal: Hal;
  readonly ledger: Ledger;
  readonly power: PowerTask;
  readonly snapshot: CurrentSnapshot;
  readonly navigator: Navigator;
  readonly changes: Changes;
  readonly box: UpdateBox;
}

/** The part of the firmware that replaces it. Whoever boots a board that has `Hal.update` hands it over; others do not carry it. */
export interface Updates {
  /** No task where the board has no slots, nor where its boot metadata cannot be read: the box does its work all the same. */
  make(needs: UpdatesNeeds): { readonly task: UpdateTask | undefined; readonly faults: readonly PartFault[] };
  /** The firmware cannot do its work: where it is on trial it goes back at once, and this does not return. */
  stopped(hal: Hal): void;
}
