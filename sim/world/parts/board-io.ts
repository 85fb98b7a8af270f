import type { Digital, DigitalOptions } from "../../../hal/io/digital.js";
import type { BoardIo } from "../../../hal/io/io.js";
import { IoError } from "../../../hal/io/io-error.js";
import type { Serial, SerialOptions } from "../../../hal/io/serial.js";
import type { SMBus, SMBusOptions } from "../../../hal/io/smbus.js";
import type { Scheduler } from "../clock/scheduler.js";
import type { Life } from "../devices/life.js";
import type { I2cBus } from "./i2c-bus.js";
import type { Pin } from "./pins.js";
import type { SerialLine } from "./serial-line.js";

/** What the processor of a board is soldered to, by its own numbers. */
export interface Circuit {
  readonly scheduler: Scheduler;
  readonly pins: ReadonlyMap<number, Pin>;
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly lines: ReadonlyMap<number, SerialLine>;
}

const OUTPUT = 2;
const RISING = 1;
const FALLING = 2;
const LONGEST_WRITE = 64;

/** The IO classes of one boot: when it is over, pins float, ports are closed and every call throws PowerCut. */
export function boardIo(circuit: Circuit, life: Life): BoardIo {
  return { Digital: digitalClass(circuit, life), SMBus: smbusClass(circuit, life), Serial: serialClass(circuit, life) };
}

function fitted<T>(what: string, number: number, all: ReadonlyMap<number, T>): T {
  const found = all.get(number);
  if (found === undefined) throw new RangeError(`there is no ${what} ${number} on this board`);
  return found;
}

/** Calls back from the loop; calls that are still to come are not doubled. */
function coalesced(circuit: Circuit, life: Life, callback: () => void): () => void {
  let isComing = false;
  return () => {
    if (isComing) return;
    isComing = true;
    circuit.scheduler.after(0, () => {
      life.call(() => {
        isComing = false;
        callback();
      });
    });
  };
}

function digitalClass(circuit: Circuit, life: Life): BoardIo["Digital"] {
  return class implements Digital {
    static readonly Input = 0;
    static readonly InputPullUp = 1;
    static readonly Output = OUTPUT;
    static readonly Rising = RISING;
    static readonly Falling = FALLING;
    readonly #pin: Pin;
    readonly #isOutput: boolean;
    #unwatch: (() => void) | undefined;

    constructor(options: DigitalOptions) {
      life.check();
      this.#pin = fitted("pin", options.pin, circuit.pins);
      this.#isOutput = options.mode === OUTPUT;
      const { onReadable, edge = 0 } = options;
      if (onReadable !== undefined) {
        const readable = coalesced(circuit, life, onReadable);
        this.#unwatch = this.#pin.watch((level) => {
          if (edge & (level === 1 ? RISING : FALLING)) readable();
        });
      }
      life.onEnd(() => this.#release());
    }

    read(): number {
      life.check();
      return this.#pin.level;
    }

    write(level: number): void {
      life.check();
      if (!this.#isOutput) throw new TypeError("an input cannot be written");
      this.#pin.driven = level;
      life.check();
    }

    close(): void {
      life.check();
      this.#release();
    }

    #release(): void {
      this.#unwatch?.();
      this.#unwatch = undefined;
      this.#pin.driven = undefined;
    }
  };
}

function smbusClass(circuit: Circuit, life: Life): BoardIo["SMBus"] {
  return class implements SMBus {
    readonly #bus: I2cBus;
    readonly #address: number;

    constructor(options: SMBusOptions) {
      life.check();
      this.#bus = fitted("I2C port", options.port, circuit.buses);
      this.#address = options.address;
    }

    readUint8(register: number): number {
      return this.#read(register, 1)[0]!;
    }

    writeUint8(register: number, value: number): void {
      this.#write([register, value]);
    }

    readUint16(register: number, bigEndian = false): number {
      const [first, second] = this.#read(register, 2);
      return bigEndian ? (first! << 8) | second! : (second! << 8) | first!;
    }

    writeUint16(register: number, value: number, bigEndian = false): void {
      const bytes = [value & 255, value >> 8];
      this.#write([register, ...(bigEndian ? bytes.reverse() : bytes)]);
    }

    readBuffer(register: number, into: Uint8Array): void {
      into.set(this.#read(register, into.length));
    }

    writeBuffer(register: number, bytes: Uint8Array): void {
      this.#write([register, ...bytes]);
    }

    close(): void {
      life.check();
    }

    #read(register: number, count: number): Uint8Array {
      this.#write([register]);
      return this.#bus.read(this.#address, count);
    }

    #write(bytes: readonly number[]): void {
      life.check();
      this.#bus.write(this.#address, new Uint8Array(bytes));
      life.check();
    }
  };
}

function serialClass(circuit: Circuit, life: Life): BoardIo["Serial"] {
  return class implements Serial {
    readonly #line: SerialLine;

    constructor(options: SerialOptions) {
      life.check();
      this.#line = fitted("UART", options.port, circuit.lines);
      this.#line.take();
      this.#line.onReadable = options.onReadable && coalesced(circuit, life, options.onReadable);
    }

    read(): ArrayBuffer | undefined {
      life.check();
      const bytes = this.#line.take();
      return bytes.length === 0 ? undefined : (bytes.buffer as ArrayBuffer);
    }

    write(bytes: Uint8Array): void {
      life.check();
      if (bytes.length > LONGEST_WRITE) throw new IoError(`serial: ${bytes.length} bytes do not fit`);
      this.#line.send(bytes.slice());
    }

    close(): void {
      life.check();
      this.#line.onReadable = undefined;
    }
  };
}
