import { IoError } from "../io/io-error.js";
import { BinError } from "../ports/bins.js";
import { EntropyError } from "../ports/entropy.js";
import { FlashError } from "../ports/flash.js";
import { BridgeError, ErrorClass, Type } from "./codes.js";
import { MessageReader, MessageWriter, type TextCodec } from "./message.js";

/** Sends a call to the device end and waits for its answer. */
export type SendCall = (message: Uint8Array) => Uint8Array;

/**
 * The boot is over: the device end answered OVER. It passes up through the firmware to the engine's edge, as the loss of power
 * does; nothing may handle it on the way.
 */
export class BootOver extends Error {}

/** Makes calls: one function for each shape of result. Every one throws what the far end threw. */
export class Caller {
  readonly #writer: MessageWriter;
  readonly #send: SendCall;
  readonly #text: TextCodec;

  constructor(send: SendCall, text: TextCodec) {
    this.#writer = new MessageWriter(text);
    this.#send = send;
    this.#text = text;
  }

  /** Begins a call; operands follow, then one of the others. */
  begin(operation: number): MessageWriter {
    return this.#writer.begin(Type.call).u8(operation);
  }

  /** Sends what was begun, and gives the results. */
  ask(): MessageReader {
    const reader = new MessageReader(this.#send(this.#writer.end()), this.#text);
    const type = reader.u8();
    if (type === Type.return) return reader;
    if (type === Type.over) throw new BootOver("this boot is over");
    if (type === Type.throw) throw errorOf(reader.u8(), reader.text());
    throw new BridgeError(`a call is answered by message ${type}`);
  }

  /** Sends what was begun, which has no results. */
  tell(): void {
    this.ask().end();
  }
}

function errorOf(kind: number, message: string): Error {
  switch (kind) {
    case ErrorClass.flash:
      return new FlashError(message);
    case ErrorClass.bin:
      return new BinError(message);
    case ErrorClass.entropy:
      return new EntropyError(message);
    case ErrorClass.range:
      return new RangeError(message);
    case ErrorClass.io:
      return new IoError(message);
    default:
      return new BridgeError(`error of unknown class ${kind}: ${message}`);
  }
}
