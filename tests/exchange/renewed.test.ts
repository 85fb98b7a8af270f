import { expect, test } from "vitest";
import { Rights } from "../../firmware/exchange/rights.js";
import { Auth } from "../../firmware/records/records.js";
import type { AccessInfo, KeyInfo, SnapshotView } from "../../firmware/snapshot/contract.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { nodeHash } from "../snapshot/support/models.js";

const KEY = { id: 1, name: "Van", roaming: true, homeLocation: 4, homeLocationName: "Paris" } as KeyInfo;
const OTHER = { ...KEY, id: 2 } as KeyInfo;
const ACCESS = { id: 100, user: 1, key: 1 } as AccessInfo;
const shown = new Uint8Array(16).fill(1);

/** What the snapshot in force says now. */
function rightsBy(now: {
  badgeOf?: number;
  access?: AccessInfo;
  keys?: readonly KeyInfo[];
  code?: ReturnType<SnapshotView["code"]>;
}): Rights {
  const view = {
    badge: () => (now.badgeOf === undefined ? undefined : { user: now.badgeOf }),
    access: () => now.access,
    keyById: (id: number) => now.keys?.find((key) => key.id === id),
    code: () => now.code,
  } as unknown as SnapshotView;
  return new Rights({ snapshot: { view }, hash: nodeHash, lookupKey: new Uint8Array(32), clock: new HandClock() });
}

test("a badge's right holds on while the badge, the access and the key are what they were", () => {
  const right = { key: KEY, auth: Auth.badge, access: ACCESS, shown };
  const keys = [KEY, OTHER];
  expect(rightsBy({ badgeOf: 1, access: ACCESS, keys }).renewed(right)).toEqual(right);
  const changes = {
    "the badge was given to somebody else": { badgeOf: 2, access: ACCESS, keys },
    "the badge is nobody's": { access: ACCESS, keys },
    "the access was given to somebody else": { badgeOf: 1, access: { ...ACCESS, user: 2 }, keys },
    "the access is for another key": { badgeOf: 1, access: { ...ACCESS, key: 2 }, keys },
    "the access is gone": { badgeOf: 1, keys },
    "the key is gone": { badgeOf: 1, access: ACCESS, keys: [OTHER] },
  };
  for (const [what, now] of Object.entries(changes)) expect(rightsBy(now).renewed(right), what).toBeUndefined();
});

test("a code's right holds on while the code opens the same key by the same access, and stays a short one", () => {
  const right = { key: KEY, auth: Auth.keyCode, access: undefined, shown, short: 1 } as const;
  const keys = [KEY, OTHER];
  expect(rightsBy({ keys, code: { kind: "key", key: 1 } }).renewed(right)).toEqual(right);
  expect(rightsBy({ keys, code: { kind: "key", key: 2 } }).renewed(right)).toBeUndefined();
  expect(rightsBy({ keys }).renewed(right)).toBeUndefined();
  expect(rightsBy({ keys, access: ACCESS, code: { kind: "booking", access: 100 } }).renewed(right)).toBeUndefined();
});
