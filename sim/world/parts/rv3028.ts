import type { Rtc } from "../devices/rtc.js";
import { RegisterPart } from "./i2c-bus.js";

const STATUS = 0x0e;
const CONTROL_1 = 0x0f;
const UNIX_TIME = 0x1b;
const RAM_1 = 0x1f;
const EEPROM_BACKUP = 0x37;
const PORF = 0x01;
/** As delivered: FEDE on, switch-over off. */
const BACKUP_DEFAULT = 0x10;

/**
 * RV-3028-C7 by register: UNIX time counter, PORF, RAM 1, and the RAM mirror of the backup register. The calendar registers are
 * not modelled; they read 0. One that stands still, falls behind or runs backwards is an `Rtc` with such a drift.
 */
export class Rv3028 extends RegisterPart {
  readonly #rtc: Rtc;
  /** The counter since the supplies failed, until somebody sets the time: it counts from 0. */
  #written: Uint8Array | undefined;
  #control1 = 0;
  #backup = BACKUP_DEFAULT;
  #ram1 = 0;
  #hasReset = true;
  #latched = 0;

  constructor(rtc: Rtc) {
    super();
    this.#rtc = rtc;
  }

  get backup(): number {
    return this.#backup;
  }

  protected override write(register: number, value: number): void {
    this.#resetWhenLost();
    if (register === CONTROL_1) this.#control1 = value;
    else if (register === EEPROM_BACKUP) this.#backup = value;
    else if (register === RAM_1) this.#ram1 = value;
    else if (register === STATUS) this.#clearFlags(value);
    else if (register >= UNIX_TIME && register < UNIX_TIME + 4) this.#writeTime(register - UNIX_TIME, value);
  }

  protected override read(register: number): number {
    this.#resetWhenLost();
    if (register === CONTROL_1) return this.#control1;
    if (register === EEPROM_BACKUP) return this.#backup;
    if (register === RAM_1) return this.#ram1;
    if (register === STATUS) return this.#rtc.seconds === undefined ? PORF : 0;
    if (register === UNIX_TIME) this.#latched = this.#counter();
    if (register >= UNIX_TIME && register < UNIX_TIME + 4)
      return Math.floor(this.#latched / 256 ** (register - UNIX_TIME));
    return 0;
  }

  /** A power-on reset forgets the registers, once. */
  #resetWhenLost(): void {
    if (this.#rtc.seconds !== undefined) this.#hasReset = false;
    else if (!this.#hasReset) {
      this.#hasReset = true;
      this.#control1 = 0;
      this.#backup = BACKUP_DEFAULT;
      this.#ram1 = 0;
    }
  }

  #counter(): number {
    if (this.#rtc.seconds !== undefined) return Math.floor(this.#rtc.seconds);
    return this.#written === undefined ? 0 : toNumber(this.#written);
  }

  #writeTime(at: number, value: number): void {
    this.#written ??= new Uint8Array(4);
    this.#written[at] = value;
    // A clock that runs takes the new time with its last byte; one that has lost it waits for PORF to be cleared.
    if (at === 3 && this.#rtc.seconds !== undefined) this.#take();
  }

  #clearFlags(value: number): void {
    if ((value & PORF) === 0 && this.#rtc.seconds === undefined) this.#take();
  }

  #take(): void {
    this.#rtc.write(this.#written === undefined ? 0 : toNumber(this.#written));
    this.#written = undefined;
  }
}

function toNumber(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(0, true);
}
