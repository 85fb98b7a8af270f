/**
 * How bytes fare between a link and the far end.
 * `ok`; `stall`: bytes stop on the way, connections stay and go on afterwards; `blackHole`: nothing gets through and nothing
 * answers, connections that live through it are reset when it ends; `noInternet`: as a black hole, but names do not resolve, which is
 * told at once. `signIn`: whatever is connected to answers with the page of a guest network.
 */
export type BackhaulMode = "ok" | "stall" | "blackHole" | "noInternet" | "signIn";

/** What a way carries, in each direction. */
export interface LineQuality {
  readonly bytesPerSecond: number;
  /** Of a hundred pieces so many are lost, and sent again after `RETRANSMIT_MS`. */
  readonly lossPercent: number;
}

interface User {
  /** The mode changed. */
  changed(): void;
  /** The connection is broken from the network's side. */
  broken(error: string): void;
}

/** The way from one access (a cable, an access point, a phone, the cellular network) to the far end, with its faults. */
export class Backhaul {
  #mode: BackhaulMode = "ok";
  readonly #users = new Set<User>();
  /** One way, ms. */
  latencyMs: number;
  /** Largest piece that arrives at once, bytes; pieces are smaller and of random size when `fragment` is set. */
  readonly segmentBytes: number;
  fragment = false;
  /** Absent: it carries whatever comes, and loses nothing. */
  quality: LineQuality | undefined;

  constructor(options: { latencyMs?: number; segmentBytes?: number } = {}) {
    this.latencyMs = options.latencyMs ?? 20;
    this.segmentBytes = options.segmentBytes ?? 1_460;
  }

  get mode(): BackhaulMode {
    return this.#mode;
  }

  get flowing(): boolean {
    return this.#mode === "ok" || this.#mode === "signIn";
  }

  setMode(mode: BackhaulMode): void {
    const before = this.#mode;
    if (mode === before) return;
    this.#mode = mode;
    // Routers on the way forgot the connections in the meantime.
    if ((mode === "ok" || mode === "signIn") && before !== "stall")
      this.drop("connection reset after the network was lost");
    for (const user of [...this.#users]) user.changed();
  }

  /** Resets every connection that is open now. */
  drop(error = "connection reset by the network"): void {
    for (const user of [...this.#users]) user.broken(error);
  }

  /** Returns what ends it. */
  use(user: User): () => void {
    this.#users.add(user);
    return () => this.#users.delete(user);
  }
}
