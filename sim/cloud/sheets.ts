import { offlineCode } from "../../firmware/codes/hotp.js";
import { CODES_A_SHEET, LAST_SHEET } from "../../firmware/codes/sheet.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { CloudError, hexToBytes } from "./domain.js";
import type { SheetsState } from "./state.js";
import type { CloudStore } from "./store.js";

/**
 * `used`: the box told so. `passed`: never told, but a higher number was used, and the box asks for none below that; the record
 * may be on its way or have fallen into a gap. `closed`: the sheet is.
 */
export type CodeState = "good" | "used" | "passed" | "closed";

export interface SheetCode {
  readonly number: number;
  readonly code: string;
  readonly state: CodeState;
  /** When it was used, s since 1970 UTC, if that is known. */
  readonly usedAt?: number;
}

export interface SheetTarget {
  /** As in `offlineCode`: `bin:` and the label, `all`, or `unmount`. */
  readonly target: string;
  readonly codes: readonly SheetCode[];
}

/** `superseded`: a newer sheet is in force, but the box takes this one until it has seen a code of that. `closed`: it takes it no more. */
export type SheetStanding = "inForce" | "superseded" | "closed";

export interface Sheet {
  readonly box: string;
  readonly sheet: number;
  readonly standing: SheetStanding;
  /** The newest sheet that was issued. */
  readonly inForce: number;
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

  /** The sheet in force, or an older one by number. Throws CloudError for one that was not issued: its codes must not go round. */
  sheet(box: string, number?: number): Sheet {
    const { sheets } = this.#store.boxState(box);
    const sheet = number ?? sheets.current;
    if (!Number.isInteger(sheet) || sheet < 1 || sheet > LAST_SHEET) {
      throw new CloudError(`sheet ${sheet} is not one of 1 to ${LAST_SHEET}: name another`);
    }
    if (sheet > sheets.current) {
      throw new CloudError(`sheet ${sheet} of box ${box} is not issued, the newest is ${sheets.current}: name that`);
    }
    const found = this.#store.organisation.boxes.find((b) => b.id === box)!;
    const codesKey = hexToBytes(found.codesKey);
    const list = (target: string, count: number): SheetTarget => ({
      target,
      codes: Array.from({ length: count }, (_, i) => ({
        number: i + 1,
        code: offlineCode(this.#hash, codesKey, target, sheet, i + 1),
        ...stateOf(sheets, sheet, target, i + 1),
      })),
    });
    const bins = found.bins.map((bin) => list(`bin:${bin.label}`, CODES_A_SHEET.bin));
    const targets = [...bins, list("all", CODES_A_SHEET.all), list("unmount", CODES_A_SHEET.unmount)];
    const standing = sheet === sheets.current ? "inForce" : sheet < sheets.minimum ? "closed" : "superseded";
    return { box, sheet, standing, inForce: sheets.current, targets };
  }

  /**
   * Takes the next sheet into use, with a fresh code in the place of every used one, and answers its number. The box goes on
   * accepting the older one, for the people who have only that, until a code of the new one was used or `revoke` closes it.
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

function stateOf(
  { used, minimum }: SheetsState,
  sheet: number,
  target: string,
  number: number,
): Pick<SheetCode, "state" | "usedAt"> {
  const ofTarget = used.filter((one) => one.sheet === sheet && one.target === target);
  const told = ofTarget.find((one) => one.number === number);
  if (told !== undefined) return { state: "used", ...(told.time !== undefined && { usedAt: told.time }) };
  if (sheet < minimum) return { state: "closed" };
  return { state: ofTarget.some((one) => one.number > number) ? "passed" : "good" };
}
