import type { ClockPort } from "../../hal/ports/clock.js";
import type { TracePort } from "../../hal/ports/trace.js";
import type { SyncHost } from "./contract.js";

/** Characters of a line in the trace. */
const LINE_LENGTH = 120;
/** Characters of a reason: the panel looks for words in it, which may stand behind the longest name of a server (RFC 1035: 253). */
const REASON_LENGTH = 400;
const CUT = "...";

export interface StandingNeeds {
  readonly host: Pick<SyncHost, "online" | "offline">;
  readonly clock: ClockPort;
  readonly trace: TracePort;
  /** When the last sync before this boot was, s since 1970 UTC, where that is known. */
  readonly lastSyncWallSeconds: number | undefined;
}

/** How sync stands, whatever session there is: when the cloud was last heard, why not since, and what was dropped. */
export class Standing {
  readonly #needs: StandingNeeds;
  #lastSyncMs: number | undefined;
  #lastFailure = "not started";
  #dropped = 0;

  constructor(needs: StandingNeeds) {
    this.#needs = needs;
  }

  /** Why the last connection failed or ended: a line of ASCII for whoever looks at the device. */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  /** Messages dropped since boot: malformed, forged, replayed, out of turn. */
  get droppedMessages(): number {
    return this.#dropped;
  }

  /** s since a genuine message of the cloud last came; undefined: never, as far as is known. */
  secondsSinceSync(): number | undefined {
    const { clock, lastSyncWallSeconds } = this.#needs;
    if (this.#lastSyncMs !== undefined) return Math.floor((clock.monotonicMs() - this.#lastSyncMs) / 1000);
    const now = clock.wallSeconds();
    if (now === undefined || lastSyncWallSeconds === undefined) return undefined;
    return Math.max(0, now - lastSyncWallSeconds);
  }

  /** A genuine message came. */
  heard(): void {
    this.#lastSyncMs = this.#needs.clock.monotonicMs();
  }

  /** A message was dropped; the count goes out with `status`. */
  dropped(): void {
    this.#dropped++;
  }

  /** The cloud welcomed the box, for the first time or after it was offline. */
  cameOnline(link: string): void {
    this.trace(`online over ${link}`);
    this.#needs.host.online(link);
  }

  /** The cloud does not answer any more, though there is a connection. */
  wentSilent(reason: string): void {
    this.failed(reason);
    this.wentOffline();
  }

  /** The session of `cameOnline` is over, for the reason of the last failure. */
  wentOffline(): void {
    this.#needs.host.offline(this.#lastFailure, this.secondsSinceSync() ?? 0);
  }

  failed(reason: string): void {
    this.#lastFailure = printable(reason, REASON_LENGTH);
    this.trace(this.#lastFailure);
  }

  trace(text: string): void {
    this.#needs.trace.line(printable(`sync: ${text}`, LINE_LENGTH));
  }
}

/** Printable ASCII, as texts of sockets and brokers may hold anything. Of one that is too long the middle goes: the cause stands at the end. */
function printable(text: string, length: number): string {
  const half = (length - CUT.length) / 2;
  const short = text.length <= length ? text : text.slice(0, Math.ceil(half)) + CUT + text.slice(-Math.floor(half));
  return short.replace(/[^ -~]/g, "?");
}
