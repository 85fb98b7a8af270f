import { connect, createServer, type Server, type Socket } from "node:net";
import { listenOnLoopback } from "../cloud/listen.js";

/** What is wrong with the way between a box and its broker. Of what comes from now on, on every connection. */
export interface Faults {
  /** Each piece is handed on half of this after it came, in order, ms. */
  readonly roundTripMs: number;
  /** Bytes of the longest piece that is handed on at once; 1: single bytes, each in a segment of its own. */
  readonly pieceBytes: number;
  /** Once so many bytes have come from either end, the next piece is lost, or comes twice; then again after as many. */
  readonly losesAfterBytes: number;
  readonly doublesAfterBytes: number;
  /** Both ends are reset once so many bytes have come from either. */
  readonly resetsAfterBytes: number;
  /** Whatever goes this way is swallowed, and its sender not told. */
  readonly swallows: "up" | "down" | undefined;
  /** The broker is not there: this answers whatever comes, and hangs up; empty: takes everything and says nothing. */
  readonly answer: string | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;
export const GOOD_WAY: Faults = {
  roundTripMs: 0,
  pieceBytes: NEVER,
  losesAfterBytes: NEVER,
  doublesAfterBytes: NEVER,
  resetsAfterBytes: NEVER,
  swallows: undefined,
  answer: undefined,
};

/** A TCP proxy on loopback between a box and its broker, on which the way can be as long and as bad as it is in the world. */
export class BadWay {
  readonly #server: Server;
  readonly #connections = new Set<readonly Socket[]>();
  #faults = GOOD_WAY;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** In front of `targetPort` on 127.0.0.1. */
  static async start(targetPort: number): Promise<BadWay> {
    const server = createServer({ noDelay: true }, (near) => way.#accept(near, targetPort));
    const way = new BadWay(server);
    await listenOnLoopback(server, 0);
    return way;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** All is well but for this. */
  set faults(faults: Partial<Faults>) {
    this.#faults = { ...GOOD_WAY, ...faults };
  }

  /** Resets every connection that there is. */
  cut(): void {
    for (const ends of [...this.#connections]) reset(ends);
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket, targetPort: number): void {
    const { answer } = this.#faults;
    if (answer !== undefined) {
      this.#keep([near]);
      near.on("data", () => {
        if (answer !== "") near.end(answer);
      });
      return;
    }
    const far = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
    const pair = this.#keep([near, far]);
    this.#join(near, far, "up", pair);
    this.#join(far, near, "down", pair);
  }

  #keep(ends: readonly Socket[]): readonly Socket[] {
    this.#connections.add(ends);
    // What an end does wrong, the other end sees as its going away.
    for (const end of ends) end.on("error", () => {});
    ends[0]!.once("close", () => this.#connections.delete(ends));
    return ends;
  }

  #join(from: Socket, to: Socket, direction: "up" | "down", pair: readonly Socket[]): void {
    const feed = new Feed(to);
    let seenBytes = 0;
    let sinceBytes = 0;
    const later = (work: () => void): void => {
      const { roundTripMs } = this.#faults;
      if (roundTripMs === 0) work();
      else setTimeout(work, roundTripMs / 2);
    };
    from.on("data", (bytes: Buffer) => {
      const { swallows, pieceBytes, losesAfterBytes, doublesAfterBytes, resetsAfterBytes } = this.#faults;
      if (swallows === direction) return;
      seenBytes += bytes.length;
      sinceBytes += bytes.length;
      if (seenBytes >= resetsAfterBytes) {
        reset(pair);
        return;
      }
      let copies = 1;
      if (sinceBytes > losesAfterBytes) copies = 0;
      else if (sinceBytes > doublesAfterBytes) copies = 2;
      if (copies !== 1) sinceBytes = 0;
      later(() => {
        for (let copy = 0; copy < copies; copy++) feed.push(bytes, pieceBytes);
      });
    });
    from.on("close", () => {
      if (this.#faults.swallows !== direction) later(() => to.destroy());
    });
  }
}

/** Hands pieces on in order; each waits until the one before has left, or the system would join them. */
class Feed {
  readonly #to: Socket;
  readonly #waiting: Buffer[] = [];

  constructor(to: Socket) {
    this.#to = to;
  }

  push(bytes: Buffer, pieceBytes: number): void {
    if (pieceBytes >= bytes.length && this.#waiting.length === 0) {
      this.#to.write(bytes);
      return;
    }
    const isIdle = this.#waiting.length === 0;
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#waiting.push(bytes.subarray(at, at + pieceBytes));
    if (isIdle) this.#next();
  }

  #next(): void {
    const piece = this.#waiting[0];
    if (piece === undefined || this.#to.destroyed) return;
    this.#to.write(piece, () => {
      this.#waiting.shift();
      this.#next();
    });
  }
}

function reset(ends: readonly Socket[]): void {
  for (const end of ends) end.resetAndDestroy();
}
