import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import { Kind } from "../journal-reader/records.js";
import { readJournal } from "./box-memory.js";

/** A box that is awake has to tell a part that does not work so soon, ms: the slowest fault shows in a minute and some seconds. */
const TOLD_MS = 100_000;
/** What hangs on a key of an organisation says this; whatever else is held to the reader may be refused as unreadable. */
const SERIAL = /^[0-9A-Za-z]{1,16}$/;
/** A screen that refuses a fob does so within this, ms. */
const REFUSAL_MS = 3_000;

/** Holds a box to telling what does not work, and to using what does. Whoever breaks a part says so here. */
export class FaultsTold {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #problem: (text: string) => void;
  readonly #broken = new Set<string>();
  #scanned: { readonly serial: string; readonly atMs: number } | undefined;

  constructor(needs: { world: World; machine: Machine; problem: (text: string) => void }) {
    this.#world = needs.world;
    this.#machine = needs.machine;
    this.#problem = needs.problem;
    const { panel, reader } = needs.machine;
    reader.watch((serial) => this.#scan(serial));
    panel.watch((view) => {
      if (view?.screen === "refused" && [view.title, ...view.lines].some(({ id }) => id === "refused-fob-unreadable"))
        this.#unread();
    });
  }

  /** The part with this name stops to work. Answers what to call when it works again. */
  broken(name: string): () => void {
    this.#broken.add(name);
    this.#expect(name, true);
    return () => {
      this.#broken.delete(name);
    };
  }

  /** Looks again until the box has been awake for long enough, or the part works. */
  #expect(name: string, isFirst: boolean): void {
    const { boots, state } = this.#machine;
    if (isFirst) this.#machine.world.trace.add(this.#world.nowMs, this.#machine.name, "part", `${name} breaks`);
    this.#world.scheduler.after(TOLD_MS, () => {
      if (!this.#broken.has(name)) return;
      const wasAwake = state === "running" && this.#machine.state === "running" && this.#machine.boots === boots;
      if (!wasAwake) this.#expect(name, false);
      else if (!this.#isTold(name)) this.#problem(`nobody was told that this part does not work: ${name}`);
    });
  }

  /** On record, or on the screen where the record found no room. */
  #isTold(name: string): boolean {
    let isOnRecord = false;
    for (const { record } of readJournal(this.#machine.flash.journal, 1))
      if (record?.kind === Kind.device && record.name === name) isOnRecord = record.reason !== undefined;
    return isOnRecord || (this.#machine.panel.view?.notices.some(({ id }) => id === "notice-faults") ?? false);
  }

  #scan(serial: string): void {
    this.#scanned = { serial, atMs: this.#world.nowMs };
  }

  #unread(): void {
    const scanned = this.#scanned;
    if (scanned === undefined || !SERIAL.test(scanned.serial)) return;
    if (this.#broken.has("reader") || this.#world.nowMs - scanned.atMs > REFUSAL_MS) return;
    this.#problem(`the fob ${scanned.serial} was held to a reader that works, and was not read`);
  }
}
