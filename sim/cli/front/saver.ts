import { parseTopic } from "../../../firmware/wire/lanes.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Machine } from "../../world/machine/machine.js";
import { saveMachine } from "../../world/machine/persist.js";

/** Saves a box whenever something changed. */
export class Saver {
  readonly #machine: Machine;
  readonly #folder: string;
  readonly #alongside: { readonly state: () => unknown; readonly write: () => void };
  #saved = "";

  /** `alongside`: what is written with the box, a change of whose `state` is a reason to save. */
  constructor(machine: Machine, folder: string, alongside: { state: () => unknown; write: () => void }) {
    this.#machine = machine;
    this.#folder = folder;
    this.#alongside = alongside;
  }

  get hasChanged(): boolean {
    return this.#fingerprint() !== this.#saved;
  }

  /** What the box holds now is on disk when it returns. Throws when it cannot be written. */
  save(): void {
    const fingerprint = this.#fingerprint();
    if (fingerprint === this.#saved) return;
    this.#alongside.write();
    saveMachine(this.#machine, this.#folder);
    this.#saved = fingerprint;
  }

  #fingerprint(): string {
    const { flash, saved } = this.#machine;
    const { journal, snapshot } = flash;
    const parts = [journal, snapshot, ...(this.#machine.images?.all ?? [])];
    const writes = parts.flatMap(({ programs, erases }) => [programs, erases]);
    // Charge changes all the time: a percent is worth a save.
    const charge = Math.round(this.#machine.battery.chargePercent);
    return JSON.stringify([
      writes,
      saved.mains,
      saved.battery.present,
      charge,
      saved.bins,
      saved.wifi,
      this.#alongside.state(),
    ]);
  }
}

/**
 * Lets a message through only when its box is saved as it is: the cloud then never has a record that a simulator which was
 * killed has lost, and the box never gives a number to a second record. To the box, a kill looks like a power cut.
 */
export function savedFirst(
  transport: CloudTransport,
  saverOf: (box: string) => Saver | undefined,
  onProblem: (message: string) => void,
): CloudTransport {
  const wrapped: CloudTransport = {
    onMessage: undefined,
    publish: (topic, payload) => transport.publish(topic, payload),
    hears: () => transport.hears?.() ?? true,
    close: () => transport.close(),
  };
  transport.onMessage = (topic, payload) => {
    try {
      saverOf(parseTopic(topic)?.box ?? "")?.save();
    } catch (error) {
      // Not told to the cloud: the box sends it again.
      onProblem(`the box cannot be saved: ${(error as Error).message}`);
      return;
    }
    wrapped.onMessage?.(topic, payload);
  };
  return wrapped;
}
