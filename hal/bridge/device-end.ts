import type { IoBoard } from "../boards/board-ports.js";
import { IoError } from "../io/io-error.js";
import { BinError } from "../ports/bins.js";
import { EntropyError } from "../ports/entropy.js";
import { FlashError, type FlashPort } from "../ports/flash.js";
import type { Hal } from "../ports/hal.js";
import type { View } from "../ports/panel.js";
import type { UpdatePort } from "../ports/update.js";
import {
  BRIDGE_VERSION,
  BridgeError,
  Call,
  Capability,
  DEPTHS,
  DOORS,
  ErrorClass,
  Event,
  LAMPS,
  MAX_MESSAGE_BYTES,
  PARTITIONS,
  Type,
} from "./codes.js";
import { serveBoot } from "./device-boot.js";
import { DeviceIo } from "./device-io.js";
import { DeviceLinks } from "./device-links.js";
import { factsOf } from "./facts.js";
import { MessageReader, MessageWriter } from "./message.js";

/**
 * Carries one message to the engine, serves its calls with `serve` until the turn ends, and returns the message that ended
 * it. Throws when the engine died; what `serve` throws ends the engine and passes through.
 */
export type Carrier = (message: Uint8Array, serve: (call: Uint8Array) => Uint8Array) => Uint8Array;

export interface DeviceEndOptions {
  readonly hal: Hal;
  readonly carry: Carrier;
  /** The engine runs the drivers, on this; then `hal` is one of `withoutDrivers`. */
  readonly board?: IoBoard;
  /** Computes digests for the engine; true if absent. */
  readonly offerHash?: boolean;
}

/** What the firmware let out, with the far engine's name, message and stack. */
class FirmwareCrash extends Error {
  override readonly name: string;
  override readonly stack: string;

  constructor(name: string, message: string, stack: string) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}\n${stack}`;
  }
}

/** The device end of the bridge: serves an engine's calls from a `Hal`, and tells it of the events of that `Hal`. */
export class DeviceEnd {
  readonly #hal: Hal;
  readonly #carry: Carrier;
  readonly #offered: number;
  /** Replies are written inside events that are written inside replies' calls: one writer each. */
  readonly #events = new MessageWriter();
  readonly #replies = new MessageWriter();
  readonly #links: DeviceLinks;
  readonly #board: IoBoard | undefined;
  readonly #io: DeviceIo | undefined;
  #busy = false;

  constructor({ hal, carry, board, offerHash = true }: DeviceEndOptions) {
    this.#hal = hal;
    this.#carry = carry;
    this.#offered = offerHash ? Capability.hash : 0;
    const out = { begin: (event: number) => this.#event(event), deliver: () => this.#deliver() };
    this.#links = new DeviceLinks(hal.links, out);
    this.#board = board;
    this.#io = board && new DeviceIo(board.io, out);
    this.#listen();
  }

  /**
   * Greets the engine and boots the firmware on it. Throws FirmwareCrash, BridgeError, or what a device threw that is none of
   * its port's errors: the loss of power above all.
   */
  boot(): void {
    const hello = new MessageReader(
      this.#turn(
        this.#events.begin(Type.deviceHello).u8(BRIDGE_VERSION).u32(this.#offered).u32(MAX_MESSAGE_BYTES).end(),
      ),
    );
    const type = hello.u8();
    if (type !== Type.engineHello) throw new BridgeError(`HELLO is answered by message ${type}`);
    const version = hello.u8();
    if (version !== BRIDGE_VERSION) {
      throw new BridgeError(
        `the device end speaks version ${BRIDGE_VERSION} of the bridge, the engine version ${version}`,
      );
    }
    const taken = hello.u32();
    if ((taken & ~this.#offered) !== 0)
      throw new BridgeError(`the engine takes capabilities ${taken} that are not offered`);
    this.#links.maxMessageBytes = Math.min(MAX_MESSAGE_BYTES, hello.u32());
    this.#events.begin(Type.boot).json(factsOf(this.#hal, this.#board));
    this.#deliver();
  }

  #listen(): void {
    const { bins, mains, button, panel, reader } = this.#hal;
    bins.onDoor = (bin, state) => {
      this.#event(Event.door).u8(bin).u8(DOORS.indexOf(state));
      this.#deliver();
    };
    mains.onChange = (present) => {
      this.#event(Event.mains).flag(present);
      this.#deliver();
    };
    button.onPress = () => {
      this.#event(Event.button);
      this.#deliver();
    };
    panel.onInput = (input) => {
      this.#event(Event.input).json(input);
      this.#deliver();
    };
    reader.onScan = (serial) => {
      this.#event(Event.scan).text(serial);
      this.#deliver();
    };
  }

  #event(event: number): MessageWriter {
    if (this.#busy) throw new BridgeError(`event ${event} from inside a HAL call`);
    return this.#events.begin(Type.event).u8(event);
  }

  #deliver(): void {
    const reader = new MessageReader(this.#turn(this.#events.end()));
    const type = reader.u8();
    if (type === Type.done) return;
    if (type === Type.crash) throw new FirmwareCrash(reader.text(), reader.text(), reader.text());
    throw new BridgeError(`a turn ends with message ${type}`);
  }

  #turn(message: Uint8Array): Uint8Array {
    this.#busy = true;
    try {
      return this.#carry(message, (call) => this.#serve(call));
    } finally {
      this.#busy = false;
    }
  }

  /** Answers one call. Throws what no port promises. */
  #serve(call: Uint8Array): Uint8Array {
    const reader = new MessageReader(call);
    const type = reader.u8();
    if (type !== Type.call) throw new BridgeError(`message ${type} where a call was due`);
    const operation = reader.u8();
    const reply = this.#replies.begin(Type.return);
    try {
      if (operation < Call.flashRead) this.#serveParts(operation, reader, reply);
      else if (operation < Call.linkUp) this.#serveFlash(operation, reader, reply);
      else if (operation < Call.monotonic) this.#links.serve(operation, reader, reply);
      else if (operation < Call.digitalOpen) this.#serveBoard(operation, reader, reply);
      else if (operation < Call.bootFacts) this.#serveIo(operation, reader, reply);
      else serveBoot(this.#update, operation, reader, reply);
      reader.end();
    } catch (error) {
      const kind = classOf(error);
      if (!(error instanceof Error) || kind === undefined) throw error;
      return this.#replies.begin(Type.throw).u8(kind).text(error.message).end();
    }
    return this.#replies.end();
  }

  #serveIo(operation: number, reader: MessageReader, reply: MessageWriter): void {
    if (this.#io === undefined) throw new BridgeError(`IO call ${operation} without a board`);
    this.#io.serve(operation, reader, reply);
  }

  #serveParts(operation: number, reader: MessageReader, reply: MessageWriter): void {
    const { bins, gauge, mains, button, panel } = this.#hal;
    switch (operation) {
      case Call.unlock:
        bins.unlock(reader.f64());
        break;
      case Call.door:
        reply.u8(DOORS.indexOf(bins.door(reader.f64())));
        break;
      case Call.releaseMount:
        bins.releaseMount();
        break;
      case Call.gauge: {
        const reading = gauge.read();
        reply.flag(reading !== undefined);
        if (reading === undefined) break;
        reply.f64(reading.chargePercent).f64(reading.millivolts);
        reply.optionalF64(reading.milliamps).optionalF64(reading.celsius);
        break;
      }
      case Call.mains:
        reply.flag(mains.present());
        break;
      case Call.lamp:
        button.lamp(LAMPS[reader.u8()]!);
        break;
      case Call.render:
        panel.render(reader.json() as View);
        break;
      case Call.backlight:
        panel.backlight(reader.f64());
        break;
      default:
        throw new BridgeError(`unknown call ${operation}`);
    }
  }

  #serveFlash(operation: number, reader: MessageReader, reply: MessageWriter): void {
    const flash = this.#partition(reader.u8());
    const offset = reader.f64();
    switch (operation) {
      case Call.flashRead: {
        const into = new Uint8Array(reader.u32());
        flash.read(offset, into);
        reply.bytes(into);
        break;
      }
      case Call.flashProgram:
        flash.program(offset, reader.bytes());
        break;
      case Call.flashErase:
        flash.erase(offset);
        break;
      default:
        throw new BridgeError(`unknown call ${operation}`);
    }
  }

  #partition(number: number): FlashPort {
    const name = PARTITIONS[number];
    if (name !== undefined) return this.#hal.flash[name];
    const { store, slots } = this.#update;
    const flash = [store, ...slots][number - PARTITIONS.length];
    if (flash === undefined) throw new BridgeError(`no partition ${number}`);
    return flash;
  }

  get #update(): UpdatePort {
    const { update } = this.#hal;
    if (update === undefined) throw new BridgeError("a call of updates, and this box takes none");
    return update;
  }

  #serveBoard(operation: number, reader: MessageReader, reply: MessageWriter): void {
    const { clock, timers, entropy, hash, watchdog, sleep, trace } = this.#hal;
    switch (operation) {
      case Call.monotonic:
        reply.f64(clock.monotonicMs());
        break;
      case Call.wall:
        reply.optionalF64(clock.wallSeconds());
        break;
      case Call.quality:
        reply.u8(clock.quality());
        break;
      case Call.setWall:
        clock.setWall(reader.f64());
        break;
      case Call.timerSet: {
        const id: number = timers.set(reader.f64(), () => {
          this.#event(Event.timer).f64(id);
          this.#deliver();
        });
        reply.f64(id);
        break;
      }
      case Call.timerClear:
        timers.clear(reader.f64());
        break;
      case Call.entropy: {
        const into = new Uint8Array(reader.u32());
        entropy.fill(into);
        reply.bytes(into);
        break;
      }
      case Call.sha512:
        reply.bytes(hash.sha512(reader.bytes()));
        break;
      case Call.hmac:
        reply.bytes(hash.hmacSha512(reader.bytes(), reader.bytes()));
        break;
      case Call.watchdogStart:
        watchdog.start(reader.f64());
        break;
      case Call.watchdogFeed:
        watchdog.feed();
        break;
      case Call.sleep: {
        const depth = DEPTHS[reader.u8()]!;
        const wakeAfterSeconds = reader.optionalF64();
        sleep.sleep({ depth, ...(wakeAfterSeconds !== undefined && { wakeAfterSeconds }) });
        break;
      }
      case Call.restart:
        sleep.restart();
        break;
      case Call.trace:
        trace.line(reader.text());
        break;
      default:
        throw new BridgeError(`unknown call ${operation}`);
    }
  }
}

function classOf(error: unknown): number | undefined {
  if (error instanceof FlashError) return ErrorClass.flash;
  if (error instanceof BinError) return ErrorClass.bin;
  if (error instanceof EntropyError) return ErrorClass.entropy;
  if (error instanceof IoError) return ErrorClass.io;
  if (error instanceof RangeError) return ErrorClass.range;
  return undefined;
}
