import { OLD_RELEASE, ROUTE_PAYLOAD_BYTES, type UpdateRoute } from "./box.js";
import { NEXT_KEYS, ROTATION, signer, trialRelease } from "./releases.js";

const NEW_RELEASE = 8;
const good = trialRelease(NEW_RELEASE, ROUTE_PAYLOAD_BYTES);

/** The same length, and a byte of the program is another one. */
function spoilt(image: Uint8Array): Uint8Array {
  const other = image.slice();
  other[5_000]! ^= 1;
  return other;
}

/** How updates come out: by the states that a cut can leave, each is another way. */
export const ROUTES: readonly UpdateRoute[] = [
  { name: "good", next: good, behaviour: "works", endsWith: NEW_RELEASE },
  { name: "hangs", next: good, behaviour: "hangs", endsWith: OLD_RELEASE },
  { name: "dead-panel", next: good, behaviour: "dead-panel", endsWith: OLD_RELEASE },
  { name: "no-session", next: good, behaviour: "no-session", endsWith: OLD_RELEASE },
  {
    name: "bad-image",
    next: good,
    behaviour: "works",
    handedOut: spoilt(good.image),
    endsWith: OLD_RELEASE,
  },
  {
    name: "rotation",
    next: trialRelease(NEW_RELEASE, ROUTE_PAYLOAD_BYTES, {}, [signer(1, 0), signer(3, 2)]),
    behaviour: "works",
    rotation: { list: NEXT_KEYS, envelope: ROTATION },
    endsWith: NEW_RELEASE,
  },
  {
    name: "too-few-signatures",
    next: trialRelease(NEW_RELEASE, ROUTE_PAYLOAD_BYTES, {}, [signer(0)]),
    behaviour: "works",
    endsWith: OLD_RELEASE,
  },
];
