/** How far wall time can be trusted. The numbers are what journal records carry. */
export const ClockQuality = {
  /** Never set since the RTC last lost its supply: `wallSeconds` is undefined. */
  unknown: 0,
  /** Kept by the battery-backed RTC since it was last set. */
  kept: 1,
  /** Set from the cloud since this boot. */
  synced: 2,
} as const;
export type ClockQuality = (typeof ClockQuality)[keyof typeof ClockQuality];

export interface ClockPort {
  /** Milliseconds since this boot; never goes back, never jumps, not affected by `setWall`. */
  monotonicMs(): number;
  /** Whole seconds since 1970-01-01T00:00:00Z from the RTC, or undefined while the clock is unknown. */
  wallSeconds(): number | undefined;
  quality(): ClockQuality;
  /** Writes the RTC; `seconds` as in `wallSeconds`. Quality becomes `synced`. Idempotent. */
  setWall(seconds: number): void;
}

/** What `TimersPort.set` returns; opaque. */
export type TimerId = number;

export interface TimersPort {
  /**
   * Calls `callback` once, no earlier than `delayMs` (0 to 2^31-1) from now, never from inside `set`. Timers due at the same
   * millisecond fire in the order in which they were set. They do not survive sleep or a reboot.
   */
  set(delayMs: number, callback: () => void): TimerId;
  /** Forgets the timer; one that has fired or was cleared before is ignored. */
  clear(id: TimerId): void;
}
