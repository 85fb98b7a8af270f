import { IoError } from "../io/io-error.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";
import { outcome, retry } from "./retry.js";

/** Registers (RV-3028-C7 Application Manual, "Register overview"). */
const STATUS = 0x0e;
const CONTROL_1 = 0x0f;
const UNIX_TIME = 0x1b;
/** Kept by the backup supply, 0 after a power-on reset ("RAM 1"): whatever else it holds, the time was found to be wrong. */
const RAM_1 = 0x1f;
const EEPROM_BACKUP = 0x37;
/** Power-on reset flag: the backup supply failed too, the time is lost ("Status register"). */
const PORF = 0x01;
/** No daily copy of the EEPROM over the RAM mirror ("Control 1 register", bit EERD). */
const EERD = 0x08;
/** Backup switch-over in level switching mode, BSM = 11 ("EEPROM Backup register"); off as the part is delivered. */
const BSM = 0x0c;
const DISTRUSTED = 0xa5;
const TRIES = 3;
const READINGS = 4;

/** Micro Crystal RV-3028-C7 real-time clock, by its 32-bit UNIX time counter ("UNIX Time registers"). */
export class RV3028 {
  readonly #bus: SMBus;

  constructor(options: { sensor: SMBusOptions & { io: SMBusConstructor } }) {
    this.#bus = new options.sensor.io(options.sensor);
  }

  /** Whole seconds since 1970 UTC; `lost`: never set since its supplies failed; `silent`: no answer, or no steady one. */
  read(): number | "lost" | "silent" {
    const found = outcome(() => retry(TRIES, () => this.#read()));
    return found instanceof IoError ? "silent" : found;
  }

  /**
   * Sets the counter, and looks whether it was taken: false when not. Whether it goes on from there only time can tell.
   * `isTrusted`: what `isDistrusted` is to deny. Idempotent.
   */
  set(seconds: number, { isTrusted }: { readonly isTrusted: boolean }): boolean {
    return !(outcome(() => retry(TRIES, () => this.#set(seconds, isTrusted))) instanceof IoError);
  }

  /** Leaves a mark in the part that its time is wrong: it outlasts boots. Idempotent. */
  distrust(): void {
    outcome(() => retry(TRIES, () => this.#mark(DISTRUSTED)));
  }

  /** Whether the time was found to be wrong since it was set; true also while the part does not say. */
  get isDistrusted(): boolean {
    return outcome(() => retry(TRIES, () => this.#marked())) !== 0;
  }

  #read(): number | "lost" {
    if (this.#bus.readUint8(STATUS) & PORF) return "lost";
    let before = this.#counter();
    for (let left = READINGS - 1; left > 0; left--) {
      // The counter goes on during a read: a reading counts when the next one confirms it (the same, note).
      const now = this.#counter();
      if (now - before === 0 || now - before === 1) return now;
      before = now;
    }
    throw new IoError("RV-3028: the UNIX time counter is not steady");
  }

  #marked(): number {
    const found = this.#bus.readUint8(RAM_1);
    if (this.#bus.readUint8(RAM_1) !== found) throw new IoError("RV-3028: RAM 1 does not read twice the same");
    return found;
  }

  #mark(value: number): void {
    this.#bus.writeUint8(RAM_1, value);
    if (this.#marked() !== value) throw new IoError("RV-3028: RAM 1 does not keep its mark");
  }

  #set(seconds: number, isTrusted: boolean): void {
    this.#switchOver();
    // Until the new time is in: a cut in between leaves no wrong time without a mark.
    this.#mark(DISTRUSTED);
    this.#bus.writeBuffer(
      UNIX_TIME,
      new Uint8Array([seconds & 255, (seconds >>> 8) & 255, (seconds >>> 16) & 255, (seconds / 0x100_0000) & 255]),
    );
    this.#bus.writeUint8(STATUS, 0);
    const found = this.#read();
    if (found === "lost" || Math.abs(found - seconds) > 1) throw new IoError("RV-3028: does not keep the time");
    if (isTrusted) this.#mark(0);
  }

  /** In the RAM mirror only: the EEPROM wears, and a part that has lost it has lost the time too and is set again. */
  #switchOver(): void {
    const backup = this.#bus.readUint8(EEPROM_BACKUP);
    if ((backup & BSM) === BSM) return;
    this.#bus.writeUint8(CONTROL_1, EERD);
    this.#bus.writeUint8(EEPROM_BACKUP, backup | BSM);
  }

  #counter(): number {
    const bytes = new Uint8Array(4);
    this.#bus.readBuffer(UNIX_TIME, bytes);
    return bytes[0]! + bytes[1]! * 0x100 + bytes[2]! * 0x1_0000 + bytes[3]! * 0x100_0000;
  }
}
