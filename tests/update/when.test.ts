import { expect, test } from "vitest";
import type { UpdateHost } from "../../firmware/update/contract.js";
import { mayFetch, maySwitch, mayWork } from "../../firmware/update/when.js";

const MEBIBYTE = 1_048_576;

/** A box that nobody has used for `quietMs`, in sync, at `charge` percent. */
function host({ quietMs = 3_600_000, charge = 100, inSync = true, link = "ethernet" } = {}): UpdateHost {
  return {
    isQuietFor: (ms) => quietMs >= ms,
    charge: () => (charge < 0 ? undefined : charge),
    isInSync: () => inSync,
    link: () => link as "ethernet",
    wantsToSend: () => {},
  };
}
const mains = (isThere: boolean) => ({ present: () => isThere, onChange: undefined });

test("it works a minute after the last use, on mains, or on a cell that is nearly full", () => {
  expect(mayWork(host({ quietMs: 60_000 }), mains(true))).toBe(true);
  expect(mayWork(host({ quietMs: 59_999 }), mains(true))).toBe(false);
  expect(mayWork(host({ charge: 80 }), mains(false))).toBe(true);
  expect(mayWork(host({ charge: 79 }), mains(false))).toBe(false);
  expect(mayWork(host({ charge: -1 }), mains(false))).toBe(false);
  expect(mayWork(host({ charge: 5 }), mains(true))).toBe(true);
});

test("it fetches when all else is in sync, and over a cellular link a mebibyte at most in one boot", () => {
  expect(mayFetch(host(), 99 * MEBIBYTE)).toBe(true);
  expect(mayFetch(host({ inSync: false }), 0)).toBe(false);
  expect(mayFetch(host({ link: "cellular" }), MEBIBYTE - 1)).toBe(true);
  expect(mayFetch(host({ link: "cellular" }), MEBIBYTE)).toBe(false);
});

test("it switches five minutes after the last use, on mains alone, with a cell that would carry it, and in sync", () => {
  const good = { quietMs: 300_000, charge: 30 };
  expect(maySwitch(host(good), mains(true))).toBe(true);
  expect(maySwitch(host({ ...good, quietMs: 299_999 }), mains(true))).toBe(false);
  expect(maySwitch(host({ ...good, charge: 29 }), mains(true))).toBe(false);
  expect(maySwitch(host({ ...good, charge: -1 }), mains(true))).toBe(false);
  expect(maySwitch(host({ ...good, inSync: false }), mains(true))).toBe(false);
  expect(maySwitch(host({ quietMs: 300_000, charge: 100 }), mains(false))).toBe(false);
});
