import type { BareHal, BoardPorts, IoBoard } from "../boards/board-ports.js";
import type { Digital } from "../io/digital.js";
import type { BoardIo } from "../io/io.js";
import type { Serial, SerialOptions } from "../io/serial.js";
import type { SMBus, SMBusOptions } from "../io/smbus.js";
import type { Hal } from "../ports/hal.js";
import { BridgeError, Call, Event, PIN_MODES } from "./codes.js";
import type { EventOut } from "./device-links.js";
import type { MessageReader, MessageWriter } from "./message.js";

const RISING = 1;
const FALLING = 2;

/** Serves the IO calls of drivers that run on the engine. */
export class DeviceIo {
  readonly #io: BoardIo;
  readonly #out: EventOut;
  readonly #digital = new Map<number, Digital>();
  readonly #smbus = new Map<number, SMBus>();
  readonly #serial = new Map<number, Serial>();
  #lastHandle = 0;

  constructor(io: BoardIo, out: EventOut) {
    this.#io = io;
    this.#out = out;
  }

  serve(operation: number, reader: MessageReader, reply: MessageWriter): void {
    switch (operation) {
      case Call.digitalOpen:
        reply.u32(this.#openDigital(reader.u8(), reader.u8(), reader.u8()));
        break;
      case Call.digitalRead:
        reply.u8(found(this.#digital, reader).read());
        break;
      case Call.digitalWrite:
        found(this.#digital, reader).write(reader.u8());
        break;
      case Call.smbusOpen:
        reply.u32(this.#keep(this.#smbus, new this.#io.SMBus(reader.json() as SMBusOptions)));
        break;
      case Call.smbusRead: {
        const bus = found(this.#smbus, reader);
        const register = reader.u8();
        const into = new Uint8Array(reader.u8());
        bus.readBuffer(register, into);
        reply.bytes(into);
        break;
      }
      case Call.smbusWrite:
        found(this.#smbus, reader).writeBuffer(reader.u8(), reader.bytes());
        break;
      case Call.serialOpen:
        reply.u32(this.#openSerial(reader.json() as SerialOptions));
        break;
      case Call.serialRead:
        reply.bytes(new Uint8Array(found(this.#serial, reader).read() ?? []));
        break;
      case Call.serialWrite:
        found(this.#serial, reader).write(reader.bytes());
        break;
      case Call.ioClose:
        this.#close(reader.u32());
        break;
      default:
        throw new BridgeError(`unknown call ${operation}`);
    }
  }

  #openDigital(pin: number, mode: number, edges: number): number {
    const { Digital } = this.#io;
    const handle = this.#lastHandle + 1;
    const edge = (edges & RISING ? Digital.Rising : 0) + (edges & FALLING ? Digital.Falling : 0);
    const watched = edge === 0 ? {} : { edge, onReadable: () => this.#readable(handle) };
    return this.#keep(this.#digital, new Digital({ pin, mode: Digital[PIN_MODES[mode]!], ...watched }));
  }

  #openSerial(options: SerialOptions): number {
    const handle = this.#lastHandle + 1;
    return this.#keep(this.#serial, new this.#io.Serial({ ...options, onReadable: () => this.#readable(handle) }));
  }

  #keep<T>(all: Map<number, T>, one: T): number {
    all.set(++this.#lastHandle, one);
    return this.#lastHandle;
  }

  #readable(handle: number): void {
    this.#out.begin(Event.ioReadable).u32(handle);
    this.#out.deliver();
  }

  #close(handle: number): void {
    for (const all of [this.#digital, this.#smbus, this.#serial]) {
      all.get(handle)?.close();
      all.delete(handle);
    }
  }
}

function found<T>(all: ReadonlyMap<number, T>, reader: MessageReader): T {
  const handle = reader.u32();
  const one = all.get(handle);
  if (one === undefined) throw new BridgeError(`no IO with handle ${handle}`);
  return one;
}

/** A HAL whose driver ports are on the engine: of them the device end has the clock's ticks and nothing else. */
export function withoutDrivers(bare: BareHal, board: IoBoard): Hal {
  const onEngine = (): never => {
    throw new BridgeError("the drivers of this board run on the engine");
  };
  const ports: Omit<BoardPorts, "links"> = {
    bins: {
      count: 0,
      label: onEngine,
      door: onEngine,
      unlock: onEngine,
      releaseMount: onEngine,
      onDoor: undefined,
    },
    gauge: { read: onEngine },
    mains: { present: onEngine, onChange: undefined },
    button: { lamp: onEngine, onPress: undefined },
    reader: { onScan: undefined },
    clock: { monotonicMs: board.monotonicMs, wallSeconds: onEngine, quality: onEngine, setWall: onEngine },
    parts: { faults: onEngine, onChange: undefined },
  };
  return { ...bare, ...ports };
}
