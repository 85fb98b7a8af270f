import type { DigitalConstructor } from "./digital.js";
import type { SerialConstructor } from "./serial.js";
import type { SMBusConstructor } from "./smbus.js";

/** The IO classes of a board. Constructors throw only for pins and ports that do not exist; a missing part shows in use. */
export interface BoardIo {
  readonly Digital: DigitalConstructor;
  readonly SMBus: SMBusConstructor;
  readonly Serial: SerialConstructor;
}
