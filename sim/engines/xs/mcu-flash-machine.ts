/** The same with its flash in the emulated board's own memory (hal/mcu/chip-flash.c). */
import { MCU_END } from "./mcu-end.js";
import { serveMachine } from "./serve-machine.js";

declare function chipFlashRead(at: number, size: number): ArrayBuffer;
declare function chipFlashProgram(at: number, bytes: ArrayBufferLike): void;
declare function chipFlashErase(at: number): void;

serveMachine({
  ...MCU_END,
  chipFlash: { read: chipFlashRead, program: chipFlashProgram, erase: chipFlashErase },
});
