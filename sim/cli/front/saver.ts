import { parseTopic } from "../../../firmware/wire/lanes.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Machine } from "../../world/machine/machine.js";
import { saveMachine } from "../../world/machine/persist.js";
import type { Traffic } from "./traffic.js";

/** Saves a box whenever something changed, one save at a time. */
export class Saver {
  readonly #machine: Machine;
  readonly #folder: string;
  readonly #alongside: { readonly state: () => unknown; readonly write: () => void };
  #saved = "";
  #last: Promise<void> = Promise.resolve();

  /** `alongside`: what is written with the box, a change of whose `state` is a reason to save. */
  constructor(machine: Machine, folder: string, alongside: { state: () => unknown; write: () => void }) {
    this.#machine = machine;
    this.#folder = folder;
    this.#alongside = alongside;
  }

  get hasChanged(): boolean {
    return this.#fingerprint() !== this.#saved;
  }

  /** Resolves when what the box holds now is on disk. Rejects when it cannot be written. */
  save(): Promise<void> {
    const next = this.#last.catch(() => {}).then(() => (this.hasChanged ? this.#write() : undefined));
    this.#last = next;
    return next;
  }

  async #write(): Promise<void> {
    // Taken first: a change while the files are written is a reason to save again.
    const fingerprint = this.#fingerprint();
    this.#alongside.write();
    await saveMachine(this.#machine, this.#folder);
    this.#saved = fingerprint;
  }

  #fingerprint(): string {
    const { flash, saved } = this.#machine;
    const { journal, snapshot } = flash;
    const writes = [journal.programs, journal.erases, snapshot.programs, snapshot.erases];
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
  traffic: Traffic,
  onProblem: (message: string) => void,
): CloudTransport {
  let order = Promise.resolve();
  const wrapped: CloudTransport = {
    onMessage: undefined,
    publish(topic, payload) {
      traffic.cloudSent();
      transport.publish(topic, payload);
    },
    hears: () => transport.hears?.() ?? true,
    close: () => transport.close(),
  };
  transport.onMessage = (topic, payload) => {
    const arrived = traffic.cloudWorks();
    order = order.then(async () => {
      try {
        const saver = saverOf(parseTopic(topic)?.box ?? "");
        if (saver?.hasChanged) await saver.save();
      } catch (error) {
        // Not told to the cloud: the box sends it again.
        onProblem(`the box cannot be saved: ${(error as Error).message}`);
        return;
      } finally {
        arrived();
      }
      wrapped.onMessage?.(topic, payload);
    });
  };
  return wrapped;
}
