import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import { openCommand } from "../journal-reader/message.js";
import type { CloudRecord } from "./cloud-record.js";
import type { Receipts } from "./receipts.js";

/** So long after the cloud sealed it a command may be taken, and 2 s for fractions (firmware/sync/PROTOCOL.md, section 9), ms. */
const TAKEN_WITHIN_MS = 64_000;
/** Keys of a command (firmware/sync/protocol.cddl). */
const ID_KEY = 26;
const SENT_KEY = 91;

/**
 * Holds a box to invariant 12: a command, of whatever kind, that was held back beyond its bound is taken only when it comes again, sealed
 * anew. Sees what a virtual broker hands on; what goes through a real one, nobody sees.
 */
export class CommandsWatch {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #receipts: Receipts;
  readonly #problem: (text: string) => void;
  /** Until when each may be taken, by the freshest copy that was handed on, ms. */
  readonly #untilMs = new Map<number, number>();
  /** Those that were not taken until then, or came too late in the first place. */
  readonly #late = new Set<number>();

  constructor(needs: { world: World; machine: Machine; receipts: Receipts; problem: (text: string) => void }) {
    this.#world = needs.world;
    this.#machine = needs.machine;
    this.#receipts = needs.receipts;
    this.#problem = needs.problem;
  }

  /** The broker hands a message on. */
  passed(topic: string, payload: Uint8Array, cloud: CloudRecord): void {
    const { name } = this.#machine;
    const command = openCommand(name, cloud.box(name).sealingKey, topic, payload);
    if (command === undefined) return;
    const sentSeconds = Number(command.get(SENT_KEY));
    this.#came(Number(command.get(ID_KEY)), this.#world.nowMs - 1_000 * (this.#world.wallSeconds() - sentSeconds));
  }

  /** Says which of those that came too late were taken all the same. */
  look(): void {
    for (const id of this.#late) {
      if (!this.#receipts.has(id)) continue;
      this.#late.delete(id);
      this.#problem(`command ${id} was taken after it had been held back for more than ${TAKEN_WITHIN_MS / 1_000} s`);
    }
  }

  #came(id: number, sealedMs: number): void {
    this.look();
    if (this.#receipts.has(id)) return;
    const untilMs = Math.max(this.#untilMs.get(id) ?? Number.NEGATIVE_INFINITY, sealedMs + TAKEN_WITHIN_MS);
    this.#untilMs.set(id, untilMs);
    if (untilMs <= this.#world.nowMs) {
      this.#late.add(id);
      return;
    }
    this.#late.delete(id);
    this.#world.scheduler.after(untilMs - this.#world.nowMs, () => {
      if (this.#untilMs.get(id) === untilMs && !this.#receipts.has(id)) this.#late.add(id);
    });
  }
}
