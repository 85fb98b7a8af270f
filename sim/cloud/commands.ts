import { CommandKind } from "../../firmware/records/records.js";
import { CloudError } from "./domain.js";
import type { Command } from "./state.js";
import type { CloudStore } from "./store.js";

/** A one-touch unlock that a box has not taken by then is dropped, s. */
export const ONE_TOUCH_SECONDS = 60;
const MAX_WAITING = 64;

/** The commands of each box, in the order of their numbers. */
export class Commands {
  readonly #store: CloudStore;
  readonly #now: () => number;

  constructor(store: CloudStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Durable when it returns; answers the command with its number. Throws CloudError. */
  issue(box: string, command: CommandKind, fields: { readonly bin?: number; readonly sheet?: number } = {}): Command {
    const state = this.#store.boxState(box);
    if (this.waiting(box).length >= MAX_WAITING) {
      throw new CloudError(`box ${box} has ${MAX_WAITING} commands waiting: let it come online first`);
    }
    const issued: Command = {
      id: state.nextCommand,
      command,
      ...fields,
      issued: Math.floor(this.#now()),
      status: "waiting",
    };
    state.nextCommand++;
    state.commands.push(issued);
    this.#store.touch();
    this.#store.commit();
    return issued;
  }

  /**
   * The box has taken on command `last`, which this cloud never gave: its database was put back from a copy. What waits gets
   * numbers above it, or the box would take it for done. Answers whether that was so.
   */
  continueAbove(box: string, last: number): boolean {
    const state = this.#store.boxState(box);
    if (last < state.nextCommand) return false;
    state.nextCommand = last + 1;
    state.commands = state.commands.map((one) =>
      one.status === "waiting" ? { ...one, id: state.nextCommand++ } : one,
    );
    this.#store.touch();
    return true;
  }

  /** What the box has given no receipt for; expires what is too old on the way. */
  waiting(box: string): readonly Command[] {
    const waiting = this.#store.boxState(box).commands.filter((c) => c.status === "waiting");
    for (const command of waiting) {
      if (command.command !== CommandKind.oneTouchUnlock || this.#now() - command.issued < ONE_TOUCH_SECONDS) continue;
      command.status = "expired";
      this.#store.touch();
    }
    return waiting.filter((c) => c.status === "waiting");
  }
}
