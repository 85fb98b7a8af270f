/** What the image for the emulated microcontroller holds (hal/mcu). */
import { MCU_END } from "./mcu-end.js";
import { serveMachine } from "./serve-machine.js";

serveMachine(MCU_END);
