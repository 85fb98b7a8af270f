import { REHELLO_INTERVAL_MS } from "./limits.js";

/**
 * How long a session may say nothing (PROTOCOL.md section 3). In use, it asks every REHELLO_INTERVAL_MS; where nothing happens, twice as
 * long each time, up to what the cloud allows. Nothing is taken or sent by an answer older than REHELLO_INTERVAL_MS, whatever this says:
 * whoever wants something of a session that rests has it ask first.
 */
export class Rest {
  #ms = REHELLO_INTERVAL_MS;
  #wasUsed = true;

  /** ms from the hello that was answered last to the next. */
  get ms(): number {
    return this.#ms;
  }

  /** Something was sent or taken that the box did not ask about for its own sake. Answers whether it rested longer before. */
  used(): boolean {
    const rested = this.#ms > REHELLO_INTERVAL_MS;
    this.#wasUsed = true;
    this.#ms = REHELLO_INTERVAL_MS;
    return rested;
  }

  /**
   * A welcome came; `allowedSeconds`: for which the cloud bears silence, undefined: it is an older one. `certifiedSeconds`: for which the
   * broker's certificate holds; the welcome after that ends the session, and is not put off.
   */
  welcomed(allowedSeconds: number | undefined, certifiedSeconds: number): void {
    const seconds = Math.min(allowedSeconds ?? 0, LONGEST_S, certifiedSeconds);
    const longest = Math.max(REHELLO_INTERVAL_MS, 1000 * seconds);
    this.#ms = this.#wasUsed ? REHELLO_INTERVAL_MS : Math.min(2 * this.#ms, longest);
    this.#wasUsed = false;
  }
}

/** Whatever a cloud allows, s: it fits into a timer, and somebody asks for the box each day. */
const LONGEST_S = 86_400;
