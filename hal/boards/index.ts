import type { LinkKind } from "../ports/network.js";
import type { Board, Hardware } from "./board.js";
import { MS3_BOARD } from "./ms3/board.js";
import { MS4_BOARD } from "./ms4/board.js";
import { MS5_BOARD } from "./ms5/board.js";
import { partsOf } from "./parts.js";

/** Every board that there is: a new one is a folder beside these and a line here. */
export const BOARDS: readonly Board[] = [MS3_BOARD, MS4_BOARD, MS5_BOARD];

/** Models by name, in that order. */
export const MODELS: readonly string[] = BOARDS.map(({ profile }) => profile.model);

/** Throws RangeError for a model that is not there: a box is never quietly taken for another. */
export function boardOf(model: string): Board {
  const board = BOARDS.find(({ profile }) => profile.model === model);
  if (board === undefined) throw new RangeError(`there is no board ${model}: hal/boards has ${MODELS.join(", ")}`);
  return board;
}

/** What the firmware runs on. Throws RangeError for a model that is not there or that the firmware refuses. */
export function hardwareOf(model: string): Hardware {
  const { hardware } = boardOf(model);
  if (hardware === undefined) throw new RangeError(`the firmware does not run on the ${model}`);
  return hardware;
}

/** Links that the board's parts make: each draws something. Throws RangeError for a model that is not there. */
export function linksFitted(model: string): readonly LinkKind[] {
  const { hardware } = boardOf(model);
  const parts = hardware === undefined ? [] : partsOf(hardware.parts);
  const kinds = ["ethernet", "wifi", "cellular"] as const;
  return kinds.filter((kind) => parts.some(([, { draws }]) => draws[kind] !== undefined));
}
