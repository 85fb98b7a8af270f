import { expect, test } from "vitest";
import { newSession } from "../../firmware/sync/randomness.js";
import { EntropyError } from "../../hal/ports/entropy.js";

const EPOCH = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const SAME = { fill: (into: Uint8Array) => void into.fill(0xa5) };
const NONE = {
  fill: () => {
    throw new EntropyError("none");
  },
};

test.each([
  ["numbers that are the same at each boot", SAME],
  ["none", NONE],
])("with %s, no two connections of any boots on record have one name", (_, entropy) => {
  const names = new Set<string>();
  for (const boot of [1, 2, 256, 65_536, 2 ** 32 - 1]) {
    for (const connection of [1, 2, 256, 65_536]) {
      names.add(String(newSession(entropy, { epoch: EPOCH, boot, connection })));
    }
  }
  expect(names.size).toBe(20);
  expect([...EPOCH], "the journal's own stays").toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("what is drawn is enough where the boot is not on record, and where no journal has begun", () => {
  expect(newSession(SAME, { epoch: EPOCH, boot: undefined, connection: 1 })).toEqual(new Uint8Array(8).fill(0xa5));
  expect(newSession(SAME, { epoch: undefined, boot: 3, connection: 1 })).toHaveLength(8);
  expect(newSession(NONE, { epoch: undefined, boot: 3, connection: 1 })).toBeUndefined();
  expect(newSession(NONE, { epoch: EPOCH, boot: undefined, connection: 1 })).toBeUndefined();
});
