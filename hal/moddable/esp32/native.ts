/** What only the ESP32 has (`platform-esp32.c`). */

/** Number of the WakeCause of this boot. */
export function wakeCause(this: void): number {
  return native("xs_smartbox_wakeCause").call(this);
}

/** What the processor knows of the reset that began this boot; undefined: nothing that is a fault. */
export function resetReason(this: void): string | undefined {
  return native("xs_smartbox_resetReason").call(this);
}

/**
 * Sleeps until the button is pressed (or, if it is held now, let go), the mains pin is high, or `seconds` (0: never) are over.
 * Throws when a pin cannot wake.
 */
export function deepSleep(this: void, buttonPin: number, mainsPin: number, seconds: number, isDeep: boolean): never {
  return native("xs_smartbox_deepSleep").call(this, buttonPin, mainsPin, seconds, isDeep) as never;
}

/** Number of the slot whose image runs: 0 or 1. */
export function runningSlot(this: void): number {
  return native("xs_smartbox_runningSlot").call(this);
}

/** Has the bootloader start a slot next, once. False: it holds no image that the bootloader would start, and nothing has changed. */
export function startNext(this: void, slot: number): boolean {
  return native("xs_smartbox_startNext").call(this, slot);
}

/** The image that runs is started from now on. Idempotent. */
export function keepImage(this: void): void {
  native("xs_smartbox_keepImage").call(this);
}

export function restart(this: void): never {
  return native("xs_smartbox_restart").call(this) as never;
}
