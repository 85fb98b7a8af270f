import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import type { JournalOwner, JournalPartition } from "./contract.js";
import { Journal } from "./journal.js";

/** A raw NOR partition that holds a journal, or will. */
export class FlashJournal implements JournalPartition {
  readonly #flash: FlashPort;
  readonly #entropy: EntropyPort;

  constructor(flash: FlashPort, entropy: EntropyPort) {
    this.#flash = flash;
    this.#entropy = entropy;
  }

  mount(owner: JournalOwner): Journal {
    return Journal.mount({ flash: this.#flash, entropy: this.#entropy, owner });
  }
}
