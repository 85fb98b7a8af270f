import { offlineCode } from "../../firmware/codes/hotp.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { CloudError, hexToBytes } from "./domain.js";
import type { CloudStore } from "./store.js";

export const CODES_PER_BIN = 10;
export const CODES_FOR_ALL = 5;
export const CODES_TO_UNMOUNT = 3;
const LAST_SHEET = 999;

export interface SheetTarget {
  /** As in `offlineCode`: `bin:` and the label, `all`, or `unmount`. */
  readonly target: string;
  readonly codes: readonly { readonly number: number; readonly code: string; readonly used: boolean }[];
}

export interface Sheet {
  readonly box: string;
  readonly sheet: number;
  readonly targets: readonly SheetTarget[];
}

/** The printed offline codes of a box (firmware/codes/SPEC.md), as the cloud counts them. */
export class Sheets {
  readonly #store: CloudStore;
  readonly #hash: HashPort;

  constructor(store: CloudStore, hash: HashPort) {
    this.#store = store;
    this.#hash = hash;
  }

  /** The sheet in force, or an older or newer one by number (1 to 999). */
  sheet(box: string, number?: number): Sheet {
    const { sheets } = this.#store.boxState(box);
    const sheet = number ?? sheets.current;
    if (!Number.isInteger(sheet) || sheet < 1 || sheet > LAST_SHEET) {
      throw new CloudError(`sheet ${sheet} is not one of 1 to ${LAST_SHEET}: name another`);
    }
    const found = this.#store.organisation.boxes.find((b) => b.id === box)!;
    const codesKey = hexToBytes(found.codesKey);
    const used = new Set(sheets.used.filter((u) => u.sheet === sheet).map((u) => `${u.target} ${u.number}`));
    const list = (target: string, count: number): SheetTarget => ({
      target,
      codes: Array.from({ length: count }, (_, i) => ({
        number: i + 1,
        code: offlineCode(this.#hash, codesKey, target, sheet, i + 1),
        used: used.has(`${target} ${i + 1}`),
      })),
    });
    const bins = found.bins.map((bin) => list(`bin:${bin.label}`, CODES_PER_BIN));
    return { box, sheet, targets: [...bins, list("all", CODES_FOR_ALL), list("unmount", CODES_TO_UNMOUNT)] };
  }

  /**
   * Takes the next sheet into use and answers its number. The box goes on accepting the older one, for the people who have
   * only that, until a code of the new one was used or `revoke` closes it.
   */
  rotate(box: string): number {
    const { sheets } = this.#store.boxState(box);
    if (sheets.current >= LAST_SHEET) {
      throw new CloudError(`box ${box} is at its last sheet, ${LAST_SHEET}: give the box a new codes key`);
    }
    sheets.current++;
    this.#store.touch();
    this.#store.commit();
    return sheets.current;
  }

  /** Closes every sheet below the one in force, at the box when it next takes a snapshot. Answers the lowest open sheet. */
  revoke(box: string): number {
    const { sheets } = this.#store.boxState(box);
    sheets.minimum = sheets.current;
    this.#store.touchPermissions();
    this.#store.commit();
    return sheets.minimum;
  }
}
