import { type AboutBoard, AGENT_VERSION, ANSWER_MS, RigType, TIMES_AGAIN } from "../../../hal/bridge/agent.js";
import { FrameLine } from "../../../hal/bridge/frame.js";
import { BoardLostError, NoBoardError, type Tty } from "./tty.js";

const ASK_EVERY_MS = 500;

/** Messages to and from the agent on a board, each once, over a line that may lose and spoil some. */
export class RigLine {
  readonly #tty: Tty;
  readonly #startsWithinMs: number;
  #frames: FrameLine;
  readonly #came: Uint8Array[] = [];

  /** `startsWithinMs`: from a reset until an agent must have answered; a board loads its program first. */
  constructor(tty: Tty, startsWithinMs: number) {
    this.#tty = tty;
    this.#startsWithinMs = startsWithinMs;
    this.#frames = this.#fresh();
  }

  send(message: Uint8Array): void {
    // What comes late, of a turn that is over, is no answer to this.
    this.#came.length = 0;
    for (let stale = this.#tty.read(0); stale !== undefined; stale = this.#tty.read(0)) this.#feed(stale);
    this.#came.length = 0;
    this.#frames.send(message);
  }

  /** The answer to a message that is sent without looking at what is on the way: the board has the word. */
  reply(message: Uint8Array): void {
    this.#frames.send(message);
  }

  /** The next message of the board. Throws BoardLostError. */
  receive(): Uint8Array {
    for (let again = 0; again <= TIMES_AGAIN; again++) {
      if (again > 0) this.#frames.again();
      const message = this.#within(ANSWER_MS);
      if (message !== undefined) return message;
    }
    const seconds = ((TIMES_AGAIN + 1) * ANSWER_MS) / 1_000;
    throw new BoardLostError(
      `the board on ${this.#tty.path} has not answered for ${seconds} s: it hangs, or was unplugged`,
    );
  }

  /** Asks who is there, until somebody tells. Throws NoBoardError where nobody does, or another agent. */
  identify(): AboutBoard {
    this.#frames = this.#fresh();
    let isHeard = false;
    for (let waited = 0; waited < this.#startsWithinMs; waited += ASK_EVERY_MS) {
      this.#came.length = 0;
      this.#frames.send(Uint8Array.of(RigType.who));
      const until = performance.now() + ASK_EVERY_MS;
      for (let left = ASK_EVERY_MS; left > 0; left = until - performance.now()) {
        const bytes = this.#tty.read(left);
        isHeard ||= bytes !== undefined;
        if (bytes !== undefined) this.#feed(bytes);
        const message = this.#came.shift();
        if (message?.[0] === RigType.agent) return this.#about(message);
      }
    }
    const why = isHeard
      ? "talks, but is no agent of a rig: flash an image for a rig"
      : "is silent: powered? right baud?";
    throw new NoBoardError(`the board on ${this.#tty.path} ${why}`);
  }

  #about(message: Uint8Array): AboutBoard {
    const about = JSON.parse(Buffer.from(message.subarray(1)).toString("latin1")) as AboutBoard;
    if (about.agent === AGENT_VERSION) return about;
    throw new NoBoardError(
      `the agent on ${this.#tty.path} is of version ${about.agent}, this rig of version ${AGENT_VERSION}: flash the image of this commit`,
    );
  }

  #within(ms: number): Uint8Array | undefined {
    const until = performance.now() + ms;
    for (;;) {
      const message = this.#came.shift();
      if (message !== undefined) return message;
      const left = until - performance.now();
      if (left <= 0) return undefined;
      const bytes = this.#tty.read(left);
      if (bytes !== undefined) this.#feed(bytes);
    }
  }

  #feed(bytes: Uint8Array): void {
    this.#frames.feed(bytes, (message) => this.#came.push(message));
  }

  #fresh(): FrameLine {
    return new FrameLine((bytes) => this.#tty.write(bytes));
  }
}
