import type { BinEvent } from "../../world/devices/bins.js";

/** One opening of a bin by the box, as the world saw it. */
export interface DoorOpening {
  readonly bin: number;
  readonly by: "exchange" | "emergency" | "nobody";
  readonly atMs: number;
  /** What was first moved while the door was open. */
  moved: { readonly kind: "taken" | "put"; readonly fob: string } | undefined;
}

/** What really happened at the doors, in order. */
export class DoorsLog {
  readonly openings: DoorOpening[] = [];
  readonly #open = new Map<number, DoorOpening>();

  opened(bin: number, by: DoorOpening["by"], atMs: number): void {
    const opening: DoorOpening = { bin, by, atMs, moved: undefined };
    this.openings.push(opening);
    this.#open.set(bin, opening);
  }

  /** A door that stands open is unlocked once more: a new opening without the door having moved. */
  reopened(bin: number, by: DoorOpening["by"], atMs: number): void {
    if (this.#open.has(bin)) this.opened(bin, by, atMs);
  }

  event(event: BinEvent): void {
    if (event.kind === "closed") this.#open.delete(event.bin);
    if (event.kind !== "taken" && event.kind !== "put") return;
    const opening = this.#open.get(event.bin);
    if (opening !== undefined) opening.moved ??= { kind: event.kind, fob: event.fob };
  }
}
