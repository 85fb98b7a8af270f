/** What an XS worker evaluates. */
import { UPDATES } from "../../../firmware/with-updates.js";
import { serveMachine } from "./serve-machine.js";
import { XS_TEXT } from "./text.js";

serveMachine({ text: XS_TEXT }, UPDATES);
