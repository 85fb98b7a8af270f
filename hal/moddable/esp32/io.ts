import SDKDigital from "embedded:io/digital";
import SDKSerial from "embedded:io/serial";
import SDKSMBus from "embedded:io/smbus";
import type { Digital, DigitalOptions } from "../../io/digital.js";
import type { BoardIo } from "../../io/io.js";
import { IoError } from "../../io/io-error.js";
import type { Serial, SerialOptions } from "../../io/serial.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../../io/smbus.js";
import { enter } from "../crash.js";

/** Longest transaction on I2C, ms. */
const TIMEOUT_MS = 25;

/** The SDK's IO, whose calls throw plain Errors, as the IO that drivers know, which throws IoError. */
function told<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new IoError(`${what}: ${error instanceof Error ? error.message : "failed"}`);
  }
}

class BoardDigital implements Digital {
  static readonly Input = SDKDigital.Input;
  static readonly InputPullUp = SDKDigital.InputPullUp;
  static readonly Output = SDKDigital.Output;
  static readonly Rising = SDKDigital.Rising;
  static readonly Falling = SDKDigital.Falling;
  readonly #pin: SDKDigital;

  constructor({ pin, mode, edge, onReadable }: DigitalOptions) {
    const watch = onReadable && edge !== undefined ? { edge, onReadable: () => enter(onReadable) } : {};
    this.#pin = new SDKDigital({ pin, mode, ...watch });
  }
  read(): number {
    return told("digital", () => this.#pin.read());
  }
  write(level: number): void {
    told("digital", () => this.#pin.write(level === 0 ? 0 : 1));
  }
  close(): void {
    this.#pin.close();
  }
}

/** The SDK's typings of this class do not fit what it takes. */
const Bus = SDKSMBus as unknown as SMBusConstructor;

class BoardSMBus implements SMBus {
  readonly #bus: SMBus;
  readonly #name: string;

  constructor(options: SMBusOptions) {
    this.#name = `I2C ${options.port}, address ${options.address}`;
    const timed: SMBusOptions & { timeout: number } = { ...options, timeout: TIMEOUT_MS };
    this.#bus = new Bus(timed);
  }
  readUint8(register: number): number {
    return told(this.#name, () => this.#bus.readUint8(register));
  }
  writeUint8(register: number, value: number): void {
    told(this.#name, () => this.#bus.writeUint8(register, value));
  }
  readUint16(register: number, bigEndian = false): number {
    return told(this.#name, () => this.#bus.readUint16(register, bigEndian));
  }
  writeUint16(register: number, value: number, bigEndian = false): void {
    told(this.#name, () => this.#bus.writeUint16(register, value, bigEndian));
  }
  readBuffer(register: number, into: Uint8Array): void {
    told(this.#name, () => this.#bus.readBuffer(register, into));
  }
  writeBuffer(register: number, bytes: Uint8Array): void {
    told(this.#name, () => this.#bus.writeBuffer(register, bytes));
  }
  close(): void {
    this.#bus.close();
  }
}

class BoardSerial implements Serial {
  readonly #serial: SDKSerial;

  constructor({ receive, transmit, baud, port, onReadable }: SerialOptions) {
    const watch = onReadable ? { onReadable: () => enter(onReadable) } : {};
    this.#serial = new SDKSerial({ receive, transmit, baud, port, format: "buffer", ...watch });
  }
  read(): ArrayBuffer | undefined {
    return told("serial", () => this.#serial.read() as ArrayBuffer | undefined);
  }
  write(bytes: Uint8Array): void {
    told("serial", () => this.#serial.write(bytes));
  }
  close(): void {
    this.#serial.close();
  }
}

export const ESP32_IO: BoardIo = { Digital: BoardDigital, SMBus: BoardSMBus, Serial: BoardSerial };
