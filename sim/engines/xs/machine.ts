/** What an XS worker evaluates. */
import { serveMachine } from "./serve-machine.js";
import { XS_TEXT } from "./text.js";

serveMachine(XS_TEXT);
