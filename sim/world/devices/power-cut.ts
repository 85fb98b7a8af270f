/**
 * The supply went away in the middle of a call into a simulated device. It passes up through all firmware code to the
 * simulator's loop, which throws the firmware's objects away: nothing may handle it on the way.
 */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}
