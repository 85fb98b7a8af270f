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

export function restart(this: void): never {
  return native("xs_smartbox_restart").call(this) as never;
}
