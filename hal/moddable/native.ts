/**
 * What each platform answers in C (`lin/platform-lin.c`, `esp32/platform-esp32.c`). The compiler takes a function whose only line
 * calls `native` with `this` and its own parameters for the C function itself.
 */

/** Milliseconds since the program began, whole; never goes back, unlike the SDK's own ticks, which wrap or follow the wall clock. */
export function monotonicMs(this: void): number {
  return native("xs_smartbox_monotonicMs").call(this);
}

/**
 * Fills `into` with true random numbers; false: the source failed. The SDK's own generator (`rng`) is seeded from the C
 * library's rand() and may give the same bytes at every boot.
 */
export function fillRandom(this: void, into: Uint8Array): boolean {
  return native("xs_smartbox_fillRandom").call(this, into);
}

/** Memory that a reset leaves as it is (`hal/ports/crash.ts`). */
export function keptMemory(this: void): ArrayBuffer {
  return native("xs_smartbox_keptMemory").call(this);
}

/**
 * The second font file (`hal/panel/font.ts`) where it lies; undefined: there is none. On a board the partition `letters`, mapped, in the
 * simulator the file of that name in `SMARTBOX_DIR`.
 */
export function lettersOfNames(this: void): ArrayBuffer | undefined {
  return native("xs_smartbox_lettersOfNames").call(this);
}

/** Starts the watchdog, or sets it again: without the next call within `timeoutMs` the program is ended. */
export function armWatchdog(this: void, timeoutMs: number): undefined {
  return native("xs_smartbox_armWatchdog").call(this, timeoutMs);
}
