/** What an image for the emulated microcontroller holds that can be replaced in the field. */
import { UPDATES } from "../../../firmware/with-updates.js";
import { MCU_END } from "./mcu-end.js";
import { serveMachine } from "./serve-machine.js";

serveMachine(MCU_END, UPDATES);
