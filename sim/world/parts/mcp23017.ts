import { RegisterPart } from "./i2c-bus.js";

const IODIRA = 0x00;
const IPOLA = 0x02;
const GPINTENA = 0x04;
const DEFVALA = 0x06;
const INTCONA = 0x08;
const IOCON = 0x0a;
const INTFA = 0x0e;
const INTCAPA = 0x10;
const GPIOA = 0x12;
const OLATA = 0x14;
const REGISTERS = 0x16;
const READ_ONLY = new Set([INTFA, INTFA + 1, INTCAPA, INTCAPA + 1]);
const ODR = 0x04;
const SEQOP = 0x20;

export interface Mcp23017Pins {
  /** Levels that the world puts on port A or B (0 or 1), for pins that are inputs; a bit that nothing drives is undefined there. */
  inputs(port: 0 | 1): number;
  /** Pins of a port that the part drives high, after each change: outputs whose latch is 1. */
  driven(port: 0 | 1, high: number): void;
  /** Level of the open-drain INT pins, wired together: 0 asks for attention. */
  interrupt(level: number): void;
}

/** MCP23017 register by register, IOCON.BANK = 0 (DS20001952, table 3-5), with interrupt on change against the last reading. */
export class Mcp23017 extends RegisterPart {
  readonly #pins: Mcp23017Pins;
  readonly #registers = new Uint8Array(REGISTERS);
  readonly #driven = [0, 0];
  /** Levels that interrupts on change are measured against, by port. */
  readonly #before = [0, 0];
  #inReset = false;
  /** Bits that port A's latch reads back inverted: a part that is dying. */
  liesInLatch = 0;
  /** What port B reads whatever is on its pins; undefined: the truth. */
  stuckInputs: number | undefined;

  constructor(pins: Mcp23017Pins) {
    super();
    this.#pins = pins;
    this.#forget();
  }

  /** After power-up, a brown-out, or RESET low: all pins are inputs. The pointer and the bus interface start anew. */
  powerOnReset(): void {
    this.#forget();
    this.holdsBus = false;
    this.#drive();
    this.#pins.interrupt(1);
  }

  #forget(): void {
    this.#registers.fill(0);
    this.#registers[IODIRA] = 0xff;
    this.#registers[IODIRA + 1] = 0xff;
  }

  /** RESET pin, active low. */
  set reset(level: number) {
    this.#inReset = level === 0;
    if (this.#inReset) this.powerOnReset();
  }

  register(number: number): number {
    return this.#registers[number]!;
  }

  /** Some input changed. */
  inputsChanged(): void {
    for (const port of [0, 1] as const) {
      const enabled = this.#registers[GPINTENA + port]! & this.#registers[IODIRA + port]!;
      const level = this.#level(port);
      const against = this.#registers[INTCONA + port]! & this.#registers[DEFVALA + port]!;
      const control = this.#registers[INTCONA + port]!;
      const hit = enabled & (level ^ ((this.#before[port]! & ~control) | against));
      if (hit === 0 || this.#registers[INTFA + port] !== 0) continue;
      this.#registers[INTFA + port] = hit;
      this.#registers[INTCAPA + port] = level;
    }
    this.#tellInterrupt();
  }

  protected override write(register: number, value: number): void {
    if (this.#inReset || register >= REGISTERS || READ_ONLY.has(register)) return;
    if (register === IOCON || register === IOCON + 1) {
      // One register at two addresses.
      this.#registers[IOCON] = value & 0xfe;
      this.#registers[IOCON + 1] = value & 0xfe;
      return;
    }
    // Writing the port writes the latch (section 3.5.10).
    const at = register === GPIOA || register === GPIOA + 1 ? register + 2 : register;
    this.#registers[at] = value;
    if (at === GPINTENA || at === GPINTENA + 1) this.#before[at - GPINTENA] = this.#level((at - GPINTENA) as 0 | 1);
    this.#drive();
    this.inputsChanged();
  }

  protected override read(register: number): number {
    if (this.#inReset || register >= REGISTERS) return 0;
    if (register === OLATA) return this.#registers[OLATA]! ^ this.liesInLatch;
    const port = (register & 1) as 0 | 1;
    if (register === GPIOA + port || register === INTCAPA + port) {
      const level = (port === 1 ? this.stuckInputs : undefined) ?? this.#level(port);
      const value = register === GPIOA + port ? level : this.#registers[register]!;
      this.#registers[INTFA + port] = 0;
      this.#before[port] = this.#level(port);
      this.#tellInterrupt();
      return value;
    }
    return this.#registers[register]!;
  }

  /** In byte mode (SEQOP) the pointer stays; else it wraps at the end of the map (section 3.2.1). */
  protected override next(register: number): number {
    if (this.#registers[IOCON]! & SEQOP) return register;
    return register + 1 >= REGISTERS ? 0 : register + 1;
  }

  #level(port: 0 | 1): number {
    const directions = this.#registers[IODIRA + port]!;
    const seen = this.#pins.inputs(port) ^ this.#registers[IPOLA + port]!;
    return (seen & directions) | (this.#registers[OLATA + port]! & ~directions & 255);
  }

  #drive(): void {
    for (const port of [0, 1] as const) {
      const high = this.#registers[OLATA + port]! & ~this.#registers[IODIRA + port]! & 255;
      if (high === this.#driven[port]) continue;
      this.#driven[port] = high;
      this.#pins.driven(port, high);
    }
  }

  #tellInterrupt(): void {
    const isOpenDrain = (this.#registers[IOCON]! & ODR) !== 0;
    const isAsked = (this.#registers[INTFA]! | this.#registers[INTFA + 1]!) !== 0;
    this.#pins.interrupt(isOpenDrain && isAsked ? 0 : 1);
  }
}
