import type { FlashWindow } from "./flash-window.js";
import { FIRST_FRAME, type Geometry } from "./geometry.js";
import type { HeadState } from "./head-state.js";
import type { Ring } from "./ring.js";
import { type Sector, SectorScan } from "./sector-scan.js";

export interface SectorReaderNeeds {
  readonly geometry: Geometry;
  readonly ring: Ring;
  readonly window: FlashWindow;
  readonly head: HeadState;
}

/** Reads live sectors frame by frame; of the head no further than it was found sound or has been written. */
export class SectorReader {
  readonly ring: Ring;
  readonly #needs: SectorReaderNeeds;

  constructor(needs: SectorReaderNeeds) {
    this.#needs = needs;
    this.ring = needs.ring;
  }

  /** The readable frames of a live sector from `from` on, bytes behind its start. */
  scan(sector: Sector, from = FIRST_FRAME): SectorScan {
    const { window, geometry, head, ring } = this.#needs;
    const isHead = sector.header.counter === ring.head?.header.counter;
    const to = isHead ? head.readEnd : geometry.sectorBytes;
    return new SectorScan(window, geometry, sector, isHead ? head.held : undefined, from, to);
  }
}
