import { type ClockPort, ClockQuality } from "../../../hal/ports/clock.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

/** Farthest second that the RTC's calendar reaches: 2099-12-31T23:59:59Z. */
const LAST_SECOND = 4_102_444_799;

/**
 * Real-time clock on a supply of its own: it runs on while the box is off. It keeps an offset to the world's true time and
 * drifts away from it.
 */
export class Rtc {
  readonly #site: Site;
  /** Set at `setAtTrue` (true seconds) to `setTo`; undefined: lost. */
  #kept: { setTo: number; setAtTrue: number } | undefined;
  #driftPpm: number;
  #syncedIn: Life | undefined;
  /** Called when the firmware has set it: seconds that it is ahead of the world's true time now. */
  onSet: ((errorSeconds: number) => void) | undefined;

  /** `driftPpm`: how fast it runs, parts per million, negative when slow. */
  constructor(site: Site, options: { set?: boolean; driftPpm?: number } = {}) {
    this.#site = site;
    this.#driftPpm = options.driftPpm ?? 0;
    if (options.set === true) this.#set(site.trueWallSeconds());
  }

  /** The backup supply failed: the time is unknown until somebody sets it. */
  lose(): void {
    this.#kept = undefined;
    this.#syncedIn = undefined;
    this.#site.trace("rtc", "lost");
  }

  /** Puts the clock off by `seconds` from now on, as a bad time source or a failing crystal does. */
  shift(seconds: number): void {
    const now = this.#seconds();
    if (now !== undefined) this.#set(now + seconds);
    this.#site.trace("rtc", `shift ${seconds}`);
  }

  set driftPpm(ppm: number) {
    const now = this.#seconds();
    this.#driftPpm = ppm;
    if (now !== undefined) this.#set(now);
  }

  /** Seconds that the clock is ahead of the world's true time, undefined when it is lost. */
  get errorSeconds(): number | undefined {
    const now = this.#seconds();
    return now === undefined ? undefined : now - this.#site.trueWallSeconds();
  }

  /** What it counts, s since 1970 UTC with fractions; undefined when it is lost. */
  get seconds(): number | undefined {
    return this.#seconds();
  }

  /** Somebody sets the counter. */
  write(seconds: number): void {
    this.#set(seconds);
    this.#site.trace("rtc", `set ${seconds}`);
    this.onSet?.(this.errorSeconds!);
  }

  /** Puts back what `errorSeconds` told before. */
  restore(errorSeconds: number | undefined): void {
    this.#kept = undefined;
    if (errorSeconds !== undefined) this.#set(this.#site.trueWallSeconds() + errorSeconds);
  }

  port(life: Life): ClockPort {
    return {
      monotonicMs: () => {
        life.check();
        return this.#site.scheduler.nowMs - life.bornMs;
      },
      wallSeconds: () => {
        life.check();
        const now = this.#seconds();
        return now === undefined ? undefined : Math.floor(now);
      },
      quality: () => {
        life.check();
        if (this.#kept === undefined) return ClockQuality.unknown;
        return this.#syncedIn === life ? ClockQuality.synced : ClockQuality.kept;
      },
      setWall: (seconds) => {
        life.check();
        if (!(seconds >= 0 && seconds <= LAST_SECOND)) throw new RangeError(`the RTC cannot hold second ${seconds}`);
        this.#set(Math.floor(seconds));
        this.#syncedIn = life;
        this.#site.trace("rtc", `set ${Math.floor(seconds)}`);
        this.onSet?.(this.errorSeconds!);
      },
    };
  }

  #set(seconds: number): void {
    this.#kept = { setTo: seconds, setAtTrue: this.#site.trueWallSeconds() };
  }

  #seconds(): number | undefined {
    if (this.#kept === undefined) return undefined;
    return this.#kept.setTo + (this.#site.trueWallSeconds() - this.#kept.setAtTrue) * (1 + this.#driftPpm / 1e6);
  }
}
