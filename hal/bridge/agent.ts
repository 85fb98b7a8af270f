import { BridgeError, Type } from "./codes.js";
import { EngineEnd, type EngineEndOptions } from "./engine-end.js";
import { FrameLine } from "./frame.js";

/** The board's end of a rig (PROTOCOL.md, section 7). In builds for a rig and in no other: whoever has the line has the box. */

export const AGENT_VERSION = 1;

/** Messages between a rig and its agent, beside those of the bridge. */
export const RigType = { who: 0x08, reset: 0x09, agent: 0x88 } as const;

/** What an agent answers to WHO. */
export interface AboutBoard {
  readonly agent: number;
  readonly model: string;
  readonly firmware: string;
}

/** Who waits for an answer sends its last frame again after so long, so many times (PROTOCOL.md, section 6). */
export const ANSWER_MS = 1_000;
export const TIMES_AGAIN = 5;

/** A byte stream that never blocks. */
export interface ByteLine {
  /** What has come; undefined: nothing. */
  read(): Uint8Array | undefined;
  /** All of it. */
  write(bytes: Uint8Array): void;
}

export interface AgentOptions {
  readonly line: ByteLine;
  readonly monotonicMs: () => number;
  readonly model: string;
  readonly firmware: string;
  readonly engine: Omit<EngineEndOptions, "call">;
  /** Starts the board anew. */
  readonly reset: () => void;
}

/** The rig has begun anew, or is gone: what runs is given up, as at a loss of power. */
class TurnOver extends BridgeError {}

/** Answers one rig on a byte stream, and runs the firmware on the HAL that the rig serves. */
export class RigAgent {
  readonly #options: AgentOptions;
  readonly #frames: FrameLine;
  readonly #came: Uint8Array[] = [];
  #engine: EngineEnd;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#frames = new FrameLine((bytes) => options.line.write(bytes));
    this.#engine = this.#fresh();
  }

  /** To be called when bytes may have come. */
  look(): void {
    this.#feed();
    for (let message = this.#came.shift(); message !== undefined; message = this.#came.shift()) this.#take(message);
  }

  #take(message: Uint8Array): void {
    const { model, firmware } = this.#options;
    if (message[0] === RigType.who) {
      this.#engine = this.#fresh();
      this.#frames.send(aboutMessage({ agent: AGENT_VERSION, model, firmware }));
      return;
    }
    if (message[0] === RigType.reset) {
      this.#options.reset();
      return;
    }
    try {
      this.#frames.send(this.#engine.take(message));
    } catch (error) {
      // Not the protocol: a rig that began anew in the middle of a turn, or none. The next one begins with WHO.
      if (!(error instanceof BridgeError)) throw error;
      this.#engine = this.#fresh();
    }
  }

  #fresh(): EngineEnd {
    return new EngineEnd({ ...this.#options.engine, call: (message) => this.#call(message) });
  }

  /** Throws TurnOver. */
  #call(message: Uint8Array): Uint8Array {
    this.#frames.send(message);
    for (let again = 0; again <= TIMES_AGAIN; again++) {
      if (again > 0) this.#frames.again();
      const answer = this.#answerWithin(ANSWER_MS);
      if (answer !== undefined) return answer;
    }
    throw new TurnOver("the rig has gone");
  }

  #answerWithin(ms: number): Uint8Array | undefined {
    const { monotonicMs } = this.#options;
    const until = monotonicMs() + ms;
    while (monotonicMs() < until) {
      this.#feed();
      const answer = this.#came[0];
      if (answer === undefined) continue;
      if (answer[0] !== Type.return && answer[0] !== Type.throw && answer[0] !== Type.over) {
        throw new TurnOver("the rig began anew");
      }
      this.#came.shift();
      return answer;
    }
    return undefined;
  }

  #feed(): void {
    const bytes = this.#options.line.read();
    if (bytes !== undefined) this.#frames.feed(bytes, (message) => this.#came.push(message));
  }
}

function aboutMessage(about: AboutBoard): Uint8Array {
  const text = JSON.stringify(about);
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = RigType.agent;
  for (let i = 0; i < text.length; i++) bytes[1 + i] = text.charCodeAt(i) & 0x7f;
  return bytes;
}
