import type { BinEvent } from "../../world/devices/bins.js";
import { WorldError } from "../../world/devices/site.js";
import type { Machine } from "../../world/machine/machine.js";

/** More fobs than these nobody holds. */
const HELD_AT_MOST = 12;

/** What whoever stands in front of the box has in the hand, whichever front it was taken by. */
export class Hand {
  readonly #held = new Set<string>();
  #machine: Machine | undefined;
  #ends: (() => void) | undefined;

  /** Goes to another box; what is in the hand goes along. */
  goTo(machine: Machine): void {
    this.#ends?.();
    this.#machine = machine;
    this.#ends = machine.bins.watch((event) => this.#seen(event));
  }

  get held(): readonly string[] {
    return [...this.#held];
  }

  /** Comes back to the box with a fob or badge. Throws WorldError for what hangs in a bin. */
  fetch(fob: string): void {
    if (this.#machine?.bins.state.contents.includes(fob)) throw new WorldError(`${fob} hangs in a bin`);
    if (this.#held.size >= HELD_AT_MOST) throw new WorldError("both hands are full: put something back first");
    this.#held.add(fob);
  }

  /** Walks away with it. */
  leave(fob: string): void {
    if (!this.#held.delete(fob)) throw new WorldError(`${fob} is not in your hand`);
  }

  #seen(event: BinEvent): void {
    if (event.kind === "taken") this.#held.add(event.fob);
    else if (event.kind === "put") this.#held.delete(event.fob);
  }
}
