import { Belief } from "../records/records.js";
import type { BinBeliefs } from "../state/bin-beliefs.js";
import type { Answer } from "./answer.js";
import type { Badge, Right, Rights } from "./rights.js";

/** Keys that the panel offers a badge at once. */
const KEYS_OFFERED = 6;

/** What a badge is offered: first the keys that hang here, then those that may; from the `skip`th on. */
export function keysOf(badge: Badge, rights: Rights, beliefs: BinBeliefs, skip = 0): Answer {
  const offered: Right[] = [];
  let passed = 0;
  let more = false;
  for (const right of offeredTo(badge, rights, beliefs)) {
    more = offered.length === KEYS_OFFERED;
    if (more) break;
    if (passed++ >= skip) offered.push(right);
  }
  const next = more ? skip + offered.length : 0;
  const isAll = skip === 0 && !more;
  if (offered.length > 0) {
    return { kind: "choose", rights: offered, more: isAll ? undefined : () => keysOf(badge, rights, beliefs, next) };
  }
  // What was on the screens before may be gone by now.
  if (skip > 0) return keysOf(badge, rights, beliefs);
  return { kind: "refused", ...(rights.badgeRefusal(badge.user) ?? { reason: "no-keys-for-badge" }) };
}

function* offeredTo(badge: Badge, rights: Rights, beliefs: BinBeliefs): Iterable<Right> {
  for (const isSure of [true, false]) {
    for (const right of rights.ofBadge(badge)) {
      const likeliest = beliefs.placesOf({ key: right.key.id }, right.key.fob)[0];
      if (likeliest !== undefined && (likeliest.belief === Belief.holds) === isSure) yield right;
    }
  }
}
