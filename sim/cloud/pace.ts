/** Boxes that may come back in a second after an outage: TLS handshakes are what a broker has least of. */
const ARRIVALS_PER_S = 100;
/** Below this a box comes back sooner by itself. */
const LEAST_S = 5;

/** s over which so many boxes are to come back (PROTOCOL.md section 8); undefined: so few need no pace. */
export function paceSeconds(boxes: number): number | undefined {
  const seconds = Math.ceil(boxes / ARRIVALS_PER_S);
  return seconds < LEAST_S ? undefined : seconds;
}
