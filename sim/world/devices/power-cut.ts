/**
 * The supply went away in the middle of a call into a simulated device. It passes up through all firmware code to the
 * simulator's loop, which throws the firmware's objects away: nothing may handle it on the way.
 */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

/** Whatever runs the firmware is gone, and not as a box loses its power: no crash of the firmware, and no boot mends it. */
export class EngineLost extends Error {}
