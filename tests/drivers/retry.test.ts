import { expect, it } from "vitest";
import { outcome, retry } from "../../hal/drivers/retry.js";
import { IoError } from "../../hal/io/io-error.js";

function failing(times: number, error: Error = new IoError("no acknowledge")) {
  const io = { calls: 0 };
  const work = () => {
    if (++io.calls <= times) throw error;
    return io.calls;
  };
  return { io, work };
}

it.each([1, 2, 3])("what may fail is done %d times, and no more often", (tries) => {
  const { io, work } = failing(9);
  expect(() => retry(tries, work)).toThrow("no acknowledge");
  expect(io.calls).toBe(tries);
});

it("the first that succeeds is the last", () => {
  const { io, work } = failing(2);
  expect([retry(5, work), io.calls]).toEqual([3, 3]);
});

it("only IO fails: anything else comes out at once", () => {
  const { io, work } = failing(1, new RangeError("a bug"));
  expect(() => retry(3, work)).toThrow(RangeError);
  expect(() => outcome(failing(1, new RangeError("a bug")).work)).toThrow(RangeError);
  expect(io.calls).toBe(1);
  expect(outcome(failing(1).work)).toBeInstanceOf(IoError);
});
