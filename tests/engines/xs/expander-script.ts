/** A program with one driver in it, for tests/engines/xs/planted-driver.test.ts: each command sets up an expander that is plain registers. */
import { MCP23017 } from "../../../hal/drivers/mcp23017.js";
import type { SMBus, SMBusConstructor } from "../../../hal/io/smbus.js";

const REGISTERS = 22;

class Registers implements Omit<SMBus, "readUint16" | "writeUint16"> {
  readonly #registers = new Uint8Array(REGISTERS);

  readUint8(register: number): number {
    return this.#registers[register]!;
  }

  writeUint8(register: number, value: number): void {
    this.#registers[register] = value;
  }

  readBuffer(register: number, into: Uint8Array): void {
    into.set(this.#registers.subarray(register, register + into.length));
  }

  writeBuffer(register: number, bytes: Uint8Array): void {
    this.#registers.set(bytes, register);
  }

  close(): void {}
}

/** Throws what the driver throws. */
export function setUpExpander(): void {
  const sensor = { io: Registers as unknown as SMBusConstructor, address: 0x20 } as ConstructorParameters<
    typeof MCP23017
  >[0]["sensor"];
  new MCP23017({ sensor }).setUp();
}

Object.assign(globalThis, {
  handleCommand: (message: ArrayBuffer) => {
    setUpExpander();
    return message;
  },
});
