import { CommandKind } from "../../firmware/records/records.js";
import { CloudError } from "./domain.js";
import type { IssuedCommand } from "./state.js";
import type { CloudStore } from "./store.js";

/** A one-touch unlock that a box has not taken by then is dropped, s. */
const ONE_TOUCH_SECONDS = 60;
const MAX_WAITING = 64;

/** The commands of each box, in the order of their numbers. */
export class Commands {
  readonly #store: CloudStore;
  readonly #now: () => number;
  /** Asked for since the start, and on no wire yet: no box can have taken them. */
  readonly #unsent = new Set<IssuedCommand>();

  constructor(store: CloudStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Durable when it returns; answers the command with its number. Throws CloudError. */
  issue(
    box: string,
    command: CommandKind,
    fields: { readonly bin?: number; readonly sheet?: number } = {},
  ): IssuedCommand {
    const state = this.#store.boxState(box);
    if (this.waiting(box).length >= MAX_WAITING) {
      throw new CloudError(`box ${box} has ${MAX_WAITING} commands waiting: let it come online first`);
    }
    const issued: IssuedCommand = {
      id: state.nextCommand,
      command,
      ...fields,
      issued: Math.floor(this.#now()),
      status: "waiting",
    };
    state.nextCommand++;
    state.commands.push(issued);
    this.#unsent.add(issued);
    this.#store.touch();
    this.#store.commit();
    return issued;
  }

  /**
   * The box says that it has taken on every command up to `last`. What waits under such a number was among them, or the database was put
   * back from a copy: it must not be carried out a second time. Only what was asked for since this cloud started, and never sent,
   * is new to the box for certain, and gets a number above. Answers whether the box knows of commands that this cloud never gave.
   */
  continueAbove(box: string, last: number): boolean {
    const state = this.#store.boxState(box);
    const isBehind = last >= state.nextCommand;
    if (isBehind) state.nextCommand = last + 1;
    let isChanged = isBehind;
    state.commands = state.commands.map((one) => {
      if (one.status !== "waiting" || one.id > last) return one;
      isChanged = true;
      if (!this.#unsent.delete(one)) return { ...one, status: "received" };
      const renumbered = { ...one, id: state.nextCommand++ };
      this.#unsent.add(renumbered);
      return renumbered;
    });
    if (isChanged) this.#store.touch();
    return isBehind;
  }

  /** To be called before a command goes out. */
  sending(command: IssuedCommand): void {
    this.#unsent.delete(command);
  }

  /** What the box has given no receipt for; expires what is too old on the way. */
  waiting(box: string): readonly IssuedCommand[] {
    const waiting = this.#store.boxState(box).commands.filter((c) => c.status === "waiting");
    for (const command of waiting) {
      if (command.command !== CommandKind.oneTouchUnlock || this.#now() - command.issued < ONE_TOUCH_SECONDS) continue;
      command.status = "expired";
      this.#unsent.delete(command);
      this.#store.touch();
    }
    return waiting.filter((c) => c.status === "waiting");
  }
}
