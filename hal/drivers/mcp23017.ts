import { IoError } from "../io/io-error.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";

/** Registers with IOCON.BANK = 0 (DS20001952, table 3-5). */
const IODIRA = 0x00;
const GPIOB = 0x13;
const OLATA = 0x14;
const OLATB = 0x15;

/**
 * IODIRA to GPPUB in order: port A all outputs; port B inputs with pull-ups that interrupt on any change; INT open-drain and
 * mirrored (IOCON 0x44: MIRROR, ODR). Bit 7 of either port is an output: since revision D of the data sheet (2022) GPA7 and
 * GPB7 must not be inputs, reading them as such can corrupt SDA.
 */
const SET_UP = new Uint8Array([0x00, 0x7f, 0, 0, 0x00, 0x7f, 0, 0, 0, 0, 0x44, 0x44, 0x00, 0x7f]);

/** Inputs of port B. */
const INPUT_MASK = 0x7f;
/** GPB7, an output that goes nowhere. */
const PROOF = 0x80;

/** Microchip MCP23017 I2C port expander: port A drives, port B senses. DS20001952, sections 3.2 and 3.5. */
export class MCP23017 {
  readonly #bus: SMBus;
  readonly #name: string;
  #proof = 0;

  constructor(options: { sensor: SMBusOptions & { io: SMBusConstructor } }) {
    this.#bus = new options.sensor.io(options.sensor);
    this.#name = `MCP23017 at ${hex(options.sensor.address)}`;
  }

  /** All outputs off, then the pins' directions, and a look whether they were taken. Throws IoError. */
  setUp(): void {
    this.outputs = 0;
    this.#bus.writeBuffer(IODIRA, SET_UP);
    if (!this.isSetUp) throw new IoError(`${this.#name}: does not keep its set-up`);
  }

  /** False after a reset or a brown-out of the part: it has forgotten its set-up. Throws IoError. */
  get isSetUp(): boolean {
    const found = new Uint8Array(SET_UP.length);
    this.#bus.readBuffer(IODIRA, found);
    return found.every((value, index) => value === SET_UP[index]);
  }

  /**
   * The output latch of port A (OLATA). Throws IoError, also when it reads back something else than what was written, or not
   * twice the same: the bus has no checksum, and this is what keeps a wrong lock from being driven.
   */
  get outputs(): number {
    const found = this.#bus.readUint8(OLATA);
    if (this.#bus.readUint8(OLATA) !== found) throw new IoError(`${this.#name}: OLATA does not read twice the same`);
    return found;
  }

  set outputs(bits: number) {
    this.#bus.writeUint8(OLATA, bits);
    const found = this.outputs;
    if (found !== bits) throw new IoError(`${this.#name}: OLATA reads back ${hex(found)} for ${hex(bits)}`);
  }

  /**
   * Levels of port B, bits 0 to 6 (GPIOB); reading them ends the interrupt. Bit 7 is turned over for each reading and must be
   * seen to be: a port that reads all ones, all zeros, or the same for ever shows nothing else. Throws IoError.
   */
  get inputs(): number {
    const proof = this.#proof ^ PROOF;
    this.#bus.writeUint8(OLATB, proof);
    const found = this.#bus.readUint8(GPIOB);
    if ((found & PROOF) !== proof) throw new IoError(`${this.#name}: GPIOB does not change`);
    this.#proof = proof;
    return found & INPUT_MASK;
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}
