import config from "mc/config";
import SNTP from "sntp";
import Time from "time";
import type { ClockPort } from "../../ports/clock.js";
import { enter } from "../crash.js";

/** 2026-01-01: an earlier system time was never set. */
const SET_SINCE_MS = 1_767_225_600_000;

/**
 * The SDK checks certificates against the system's time, which begins at 1970 with each boot. It follows the box's clock; where
 * that is unknown, SNTP is asked as soon as a link is up. What SNTP says is unauthenticated and is not given to the box.
 */
export class SystemTime {
  #isAsking = false;

  follow(clock: ClockPort): void {
    const seconds = clock.wallSeconds();
    if (seconds !== undefined) Time.set(seconds);
  }

  linkUp(): void {
    if (this.#isAsking || Date.now() >= SET_SINCE_MS) return;
    this.#isAsking = true;
    new SNTP({ host: config.sntp }, (message, value) =>
      enter(() => {
        if (message === SNTP.time && value !== undefined) Time.set(value);
        if (message === SNTP.time || message === SNTP.error) this.#isAsking = false;
      }),
    );
  }
}
