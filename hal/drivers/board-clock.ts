import { type ClockPort, ClockQuality, type TimerId, type TimersPort } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import { ClockPace } from "./clock-pace.js";
import type { RV3028 } from "./rv3028.js";

/** Farthest second of the calendar that the parts agree on: 2099-12-31T23:59:59Z. */
const LAST_SECOND = 4_102_444_799;
/** How often the RTC is asked, ms; in between the processor's own clock counts. */
const ASK_MS = 60_000;
/** The same after a boot, after it was set, and after a reading that looked wrong: one that stands still is found out in two. */
const ASK_SOON_MS = 3_000;
/** Two clocks that count whole seconds differ by one at times. */
const SLACK_SECONDS = 1;

/**
 * Wall time from the RTC, carried on by the processor's clock while the RTC does not answer. An RTC whose pace is wrong is a
 * fault, and vouches for nothing: what rests on it alone is unknown from then on, also after a boot, until somebody sets the
 * time; what was set in this boot goes on by the processor's clock.
 */
export class BoardClock implements ClockPort {
  readonly #rtc: RV3028;
  readonly #timers: TimersPort;
  readonly #monotonicMs: () => number;
  readonly #pace = new ClockPace();
  /** Wall time `seconds` was at `atMs` of the monotonic clock. */
  #anchor: { seconds: number; atMs: number } | undefined;
  #quality: ClockQuality = ClockQuality.unknown;
  #isSilent = false;
  /** The RTC did not take a time that is known here: what it tells is not that time. */
  #mustSet = false;
  #timer: TimerId | undefined;

  constructor(options: { rtc: RV3028; timers: TimersPort; monotonicMs: () => number }) {
    this.#rtc = options.rtc;
    this.#timers = options.timers;
    this.#monotonicMs = options.monotonicMs;
    this.#ask();
    this.#askIn(ASK_SOON_MS);
  }

  monotonicMs(): number {
    return this.#monotonicMs();
  }

  wallSeconds(): number | undefined {
    if (this.#anchor === undefined) return undefined;
    return this.#anchor.seconds + Math.floor((this.#monotonicMs() - this.#anchor.atMs) / 1_000);
  }

  quality(): ClockQuality {
    return this.#quality;
  }

  setWall(seconds: number): void {
    if (!(seconds >= 0 && seconds <= LAST_SECOND)) throw new RangeError(`the RTC cannot hold second ${seconds}`);
    this.#anchor = { seconds: Math.floor(seconds), atMs: this.#monotonicMs() };
    this.#quality = ClockQuality.synced;
    this.#setRtc();
    this.#askIn(ASK_SOON_MS);
  }

  faults(): readonly PartFault[] {
    const why = this.#isSilent ? "does not answer" : this.#pace.fault;
    return why === undefined ? [] : [{ name: "clock", reason: `RV-3028 ${why}` }];
  }

  #askIn(ms: number): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(ms, () => this.#askIn(this.#ask()));
  }

  /** Answers when to ask again, ms. */
  #ask(): number {
    const told = this.#rtc.read();
    const wasWrong = this.#pace.fault !== undefined;
    this.#isSilent = told === "silent" || (told !== "lost" && told > LAST_SECOND);
    if (this.#isSilent) return ASK_MS;
    if (told === "lost" || this.#mustSet) {
      // It browned out while the processor ran on: what the processor knows is better than nothing.
      this.#setRtc();
      return ASK_MS;
    }
    const pace = this.#pace.take(told as number, this.#monotonicMs());
    if (pace === "suspect") return ASK_SOON_MS;
    if (pace === "wrong") this.#distrust();
    else if (wasWrong && this.#pace.fault === undefined) this.#setRtc();
    else this.#follow(told as number);
    return ASK_MS;
  }

  /** A right pace: the RTC's crystal is the better one, so its time is taken where the two part. */
  #follow(told: number): void {
    const carried = this.wallSeconds();
    if (carried !== undefined && Math.abs(told - carried) <= SLACK_SECONDS) return;
    if (carried === undefined && this.#rtc.isDistrusted) return;
    this.#anchor = { seconds: told, atMs: this.#monotonicMs() };
    if (this.#quality === ClockQuality.unknown) this.#quality = ClockQuality.kept;
  }

  #distrust(): void {
    if (this.#quality !== ClockQuality.synced) {
      this.#anchor = undefined;
      this.#quality = ClockQuality.unknown;
      this.#rtc.distrust();
    } else this.#setRtc();
  }

  /** Puts the RTC right, if the time is known; it is trusted after a boot only if its pace is right now. */
  #setRtc(): void {
    const seconds = this.wallSeconds();
    if (seconds === undefined) return;
    this.#mustSet = !this.#rtc.set(seconds, { isTrusted: this.#pace.fault === undefined });
    this.#isSilent = this.#mustSet;
    if (!this.#mustSet) this.#pace.begin(seconds, this.#monotonicMs());
  }
}
