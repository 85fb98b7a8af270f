import type { BoardOptions, BoardPorts } from "../boards/board-ports.js";
import type { BoardProfile } from "../ports/board.js";
import type { Hal } from "../ports/hal.js";
import type { HashPort } from "../ports/hash.js";
import type { PanelInput } from "../ports/panel.js";
import { BootOver, Caller, type SendCall } from "./caller.js";
import { type ChipFlash, chipFlashPort } from "./chip-flash.js";
import {
  BRIDGE_VERSION,
  BridgeError,
  Call,
  Capability,
  DOORS,
  Event,
  MAX_MESSAGE_BYTES,
  PARTITIONS,
  Type,
} from "./codes.js";
import { EngineIo } from "./engine-io.js";
import { EngineLinks } from "./engine-links.js";
import {
  BridgeFlash,
  binsPort,
  clockPort,
  EngineTimers,
  peoplePorts,
  powerPorts,
  sleepPort,
  updatePort,
} from "./engine-ports.js";
import type { Facts } from "./facts.js";
import { MessageReader, MessageWriter, PLAIN_TEXT, type TextCodec } from "./message.js";

export interface EngineEndOptions {
  /** Runs the firmware. */
  readonly boot: (hal: Hal) => void;
  readonly call: SendCall;
  /** Computes digests when the device end does not. */
  readonly hash: HashPort;
  readonly text?: TextCodec;
  /** The longest message that it takes; MAX_MESSAGE_BYTES if absent. */
  readonly maxMessageBytes?: number;
  /** The partitions lie there, in the order of the facts; absent: at the device end. */
  readonly chipFlash?: ChipFlash;
  /** Puts the board's drivers together where the device end has only its IO; absent: this engine has none. */
  readonly drivers?: (options: BoardOptions) => BoardPorts;
}

/** The engine's end of the bridge: a `Hal` made of calls, and the firmware behind it. */
export class EngineEnd {
  readonly #options: EngineEndOptions;
  readonly #text: TextCodec;
  readonly #writer: MessageWriter;
  readonly #caller: Caller;
  #hash: HashPort;
  #running:
    | {
        readonly hal: Hal;
        readonly timers: EngineTimers;
        readonly links: EngineLinks;
        readonly io: EngineIo | undefined;
      }
    | undefined;

  constructor(options: EngineEndOptions) {
    this.#options = options;
    this.#text = options.text ?? PLAIN_TEXT;
    this.#writer = new MessageWriter(this.#text);
    this.#caller = new Caller(options.call, this.#text);
    this.#hash = options.hash;
  }

  /** Takes one message of the device end and gives the one that ends the turn. Throws BridgeError on what is not the protocol. */
  take(message: Uint8Array): Uint8Array {
    const reader = new MessageReader(message, this.#text);
    const type = reader.u8();
    if (type === Type.deviceHello) return this.#hello(reader);
    if (type !== Type.boot && type !== Type.event) throw new BridgeError(`unexpected message ${type}`);
    try {
      if (type === Type.boot) this.#boot(reader.json() as Facts);
      else this.#event(reader);
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      this.#running = undefined;
      if (error instanceof BootOver) return this.#writer.begin(Type.stopped).end();
      return this.#crash(error);
    }
    return this.#writer.begin(Type.done).end();
  }

  #hello(reader: MessageReader): Uint8Array {
    const version = reader.u8();
    const offered = reader.u32();
    if (version !== BRIDGE_VERSION) {
      // The answer names this end's version; the device end refuses it.
      return this.#helloOf(0);
    }
    const taken = offered & Capability.hash;
    this.#hash = taken === 0 ? this.#options.hash : farHash(this.#caller);
    return this.#helloOf(taken);
  }

  #helloOf(taken: number): Uint8Array {
    const longest = this.#options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    return this.#writer.begin(Type.engineHello).u8(BRIDGE_VERSION).u32(taken).u32(longest).end();
  }

  #boot(facts: Facts): void {
    const caller = this.#caller;
    const timers = new EngineTimers(caller);
    const links = new EngineLinks(caller, facts.links);
    const io = facts.io && new EngineIo(caller);
    const hal: Hal = {
      board: facts.board,
      bins: binsPort(caller, facts.bins),
      ...powerPorts(caller),
      ...peoplePorts(caller),
      clock: clockPort(caller),
      links,
      ...(facts.io && io && this.#drivers(facts.board, { ...facts.io, io, timers, links })),
      flash: this.#flash(facts.flash),
      timers,
      entropy: {
        fill(into) {
          caller.begin(Call.entropy).u32(into.length);
          into.set(caller.ask().bytes());
        },
      },
      hash: this.#hash,
      sleep: sleepPort(caller, facts.wakeCause),
      ...(facts.update && { update: updatePort(caller, facts.update, PARTITIONS.length) }),
    };
    this.#running = { hal, timers, links, io };
    this.#options.boot(hal);
  }

  #flash({ identity, journal, snapshot }: Facts["flash"]): Hal["flash"] {
    const far = {
      identity: new BridgeFlash(this.#caller, 0, identity),
      journal: new BridgeFlash(this.#caller, 1, journal),
      snapshot: new BridgeFlash(this.#caller, 2, snapshot),
    };
    const chip = this.#options.chipFlash;
    if (chip === undefined) return far;
    return {
      identity: chipFlashPort(chip, 0, far.identity),
      journal: chipFlashPort(chip, identity.sizeBytes, far.journal),
      snapshot: chipFlashPort(chip, identity.sizeBytes + journal.sizeBytes, far.snapshot),
    };
  }

  #drivers(board: BoardProfile, options: Omit<BoardOptions, "settings" | "monotonicMs">): BoardPorts {
    const { drivers } = this.#options;
    if (drivers === undefined) throw new BridgeError("the device end has only IO, and this engine has no drivers");
    const { monotonicMs } = clockPort(this.#caller);
    return drivers({ ...options, settings: board.bins, monotonicMs });
  }

  #event(reader: MessageReader): void {
    const running = this.#running;
    if (running === undefined) throw new BridgeError("an event without a boot");
    const { hal, timers, links, io } = running;
    const event = reader.u8();
    switch (event) {
      case Event.timer:
        timers.fired(reader.f64());
        break;
      case Event.door: {
        const bin = reader.u8();
        hal.bins.onDoor?.(bin, DOORS[reader.u8()] ?? "unknown");
        break;
      }
      case Event.mains:
        hal.mains.onChange?.(reader.flag());
        break;
      case Event.button:
        hal.button.onPress?.();
        break;
      case Event.input:
        hal.panel.onInput?.(reader.json() as PanelInput);
        break;
      case Event.scan:
        hal.reader.onScan?.(reader.text());
        break;
      case Event.ioReadable:
        io?.readable(reader.u32());
        break;
      default:
        links.take(event, reader);
    }
  }

  #crash(error: unknown): Uint8Array {
    const known = error instanceof Error ? error : new Error(String(error));
    // Bounded: an engine's stack may be as long as the recursion was deep.
    const stack = String(known.stack ?? "").slice(0, 4_096);
    return this.#writer.begin(Type.crash).text(known.name).text(known.message.slice(0, 1_024)).text(stack).end();
  }
}

/** Digests that the device end computes. */
function farHash(caller: Caller): HashPort {
  return {
    sha512(bytes) {
      caller.begin(Call.sha512).bytes(bytes);
      return caller.ask().bytes().slice();
    },
    hmacSha512(key, message) {
      caller.begin(Call.hmac).bytes(key).bytes(message);
      return caller.ask().bytes().slice();
    },
  };
}
