import type { Digital, DigitalConstructor, DigitalOptions } from "../io/digital.js";
import type { BoardIo } from "../io/io.js";
import type { Serial, SerialConstructor, SerialOptions } from "../io/serial.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";
import type { Caller } from "./caller.js";
import { Call, PIN_MODES } from "./codes.js";

/** ECMA-419 IO made of calls: what a board's drivers stand on when they run on the engine. */
export class EngineIo implements BoardIo {
  readonly Digital: DigitalConstructor;
  readonly SMBus: SMBusConstructor;
  readonly Serial: SerialConstructor;
  /** By handle. */
  readonly #readable = new Map<number, () => void>();

  constructor(caller: Caller) {
    this.Digital = digitalClass(caller, this.#readable);
    this.SMBus = smbusClass(caller);
    this.Serial = serialClass(caller, this.#readable);
  }

  readable(handle: number): void {
    this.#readable.get(handle)?.();
  }
}

function close(caller: Caller, handle: number): void {
  caller.begin(Call.ioClose).u32(handle);
  caller.tell();
}

function digitalClass(caller: Caller, readable: Map<number, () => void>): DigitalConstructor {
  return class implements Digital {
    static readonly Input = PIN_MODES.indexOf("Input");
    static readonly InputPullUp = PIN_MODES.indexOf("InputPullUp");
    static readonly Output = PIN_MODES.indexOf("Output");
    static readonly Rising = 1;
    static readonly Falling = 2;
    readonly #handle: number;

    constructor({ pin, mode, edge = 0, onReadable }: DigitalOptions) {
      caller
        .begin(Call.digitalOpen)
        .u8(pin)
        .u8(mode)
        .u8(onReadable === undefined ? 0 : edge);
      this.#handle = caller.ask().u32();
      if (onReadable !== undefined) readable.set(this.#handle, onReadable);
    }

    read(): number {
      caller.begin(Call.digitalRead).u32(this.#handle);
      return caller.ask().u8();
    }

    write(level: number): void {
      caller.begin(Call.digitalWrite).u32(this.#handle).u8(level);
      caller.tell();
    }

    close(): void {
      readable.delete(this.#handle);
      close(caller, this.#handle);
    }
  };
}

function smbusClass(caller: Caller): SMBusConstructor {
  return class implements SMBus {
    readonly #handle: number;

    constructor({ data, clock, hz, port, address }: SMBusOptions) {
      caller.begin(Call.smbusOpen).json({ data, clock, hz, port, address });
      this.#handle = caller.ask().u32();
    }

    readUint8(register: number): number {
      return this.#read(register, 1)[0]!;
    }

    writeUint8(register: number, value: number): void {
      this.writeBuffer(register, Uint8Array.of(value));
    }

    readUint16(register: number, bigEndian = false): number {
      const [first, second] = this.#read(register, 2);
      return bigEndian ? (first! << 8) | second! : (second! << 8) | first!;
    }

    writeUint16(register: number, value: number, bigEndian = false): void {
      const bytes = [value & 255, value >> 8];
      this.writeBuffer(register, Uint8Array.from(bigEndian ? bytes.reverse() : bytes));
    }

    readBuffer(register: number, into: Uint8Array): void {
      into.set(this.#read(register, into.length));
    }

    writeBuffer(register: number, bytes: Uint8Array): void {
      caller.begin(Call.smbusWrite).u32(this.#handle).u8(register).bytes(bytes);
      caller.tell();
    }

    close(): void {
      close(caller, this.#handle);
    }

    #read(register: number, count: number): Uint8Array {
      caller.begin(Call.smbusRead).u32(this.#handle).u8(register).u8(count);
      return caller.ask().bytes();
    }
  };
}

function serialClass(caller: Caller, readable: Map<number, () => void>): SerialConstructor {
  return class implements Serial {
    readonly #handle: number;

    constructor({ receive, transmit, baud, port, format, onReadable }: SerialOptions) {
      caller.begin(Call.serialOpen).json({ receive, transmit, baud, port, format });
      this.#handle = caller.ask().u32();
      if (onReadable !== undefined) readable.set(this.#handle, onReadable);
    }

    read(): ArrayBuffer | undefined {
      caller.begin(Call.serialRead).u32(this.#handle);
      const bytes = caller.ask().bytes();
      return bytes.length === 0 ? undefined : (bytes.slice().buffer as ArrayBuffer);
    }

    write(bytes: Uint8Array): void {
      caller.begin(Call.serialWrite).u32(this.#handle).bytes(bytes);
      caller.tell();
    }

    close(): void {
      readable.delete(this.#handle);
      close(caller, this.#handle);
    }
  };
}
