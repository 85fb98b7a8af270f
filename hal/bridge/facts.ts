import type { IoBoard } from "../boards/board-ports.js";
import type { BoardWiring } from "../boards/wiring.js";
import type { BoardProfile } from "../ports/board.js";
import type { Hal } from "../ports/hal.js";
import type { LinkKind } from "../ports/network.js";
import type { WakeCause } from "../ports/power.js";
import type { Slot, UpdatePort } from "../ports/update.js";
import type { PARTITIONS, UPDATE_PARTITIONS } from "./codes.js";

export interface FlashFacts {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;
}

/** What does not change during a boot (PROTOCOL.md section 3). */
export interface Facts {
  readonly wakeCause: WakeCause;
  readonly board: BoardProfile;
  /** Labels, in the order of the bins. */
  readonly bins: readonly string[];
  readonly flash: Readonly<Record<(typeof PARTITIONS)[number], FlashFacts>>;
  /** Absent: this box takes no updates. */
  readonly update?: Readonly<Record<(typeof UPDATE_PARTITIONS)[number], FlashFacts>> & { readonly running: Slot };
  readonly links: readonly LinkKind[];
  /** The board's drivers run on the engine, on IO calls. */
  readonly io?: { readonly wiring: BoardWiring; readonly units: readonly number[] };
}

export function factsOf(hal: Hal, board?: IoBoard): Facts {
  const { identity, journal, snapshot } = hal.flash;
  const bins: string[] = [];
  for (let bin = 0; bin < hal.bins.count; bin++) bins.push(hal.bins.label(bin));
  return {
    wakeCause: hal.sleep.wakeCause,
    board: hal.board,
    bins,
    flash: { identity: geometry(identity), journal: geometry(journal), snapshot: geometry(snapshot) },
    ...(hal.update && { update: updateFacts(hal.update) }),
    links: hal.links.all.map((link) => link.kind),
    ...(board !== undefined && { io: { wiring: board.wiring, units: board.units } }),
  };
}

function updateFacts({ running, store, slots }: UpdatePort): NonNullable<Facts["update"]> {
  return { running, store: geometry(store), slot0: geometry(slots[0]), slot1: geometry(slots[1]) };
}

function geometry({ sizeBytes, sectorBytes, alignBytes }: FlashFacts): FlashFacts {
  return { sizeBytes, sectorBytes, alignBytes };
}
