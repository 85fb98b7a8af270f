import type { Board } from "../board.js";
import { MS3 } from "./profile.js";

/** The firmware starts on it only to say that it cannot. */
export const MS3_BOARD: Board = { profile: MS3, hardware: undefined };
