/** mqtt-packet defers only the uncorking of streams that cork, and the firmware's sinks do not. */
export function nextTick(): never {
  throw new Error("streams that cork are not supported");
}
