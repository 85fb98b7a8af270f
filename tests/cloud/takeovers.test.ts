import { expect, test } from "vitest";
import { Takeovers } from "../../sim/cloud/takeovers.js";

function watch() {
  let nowMs = 0;
  const takeovers = new Takeovers(() => nowMs);
  const session = (lastsMs: number) => {
    takeovers.connected();
    nowMs += lastsMs;
    takeovers.closed();
  };
  return { takeovers, session };
}

test("five short connections in a row are no chance", () => {
  const { takeovers, session } = watch();
  for (let i = 0; i < 4; i++) session(149_999);
  expect(takeovers.suspected).toBe(false);
  session(1);
  expect(takeovers.suspected).toBe(true);
});

test("a longer one in between starts the count anew", () => {
  const { takeovers, session } = watch();
  for (let i = 0; i < 4; i++) session(1_000);
  session(150_000);
  for (let i = 0; i < 4; i++) session(1_000);
  expect(takeovers.suspected).toBe(false);
});

test("once suspected, ten minutes of one connection end it, and nothing less", () => {
  const { takeovers, session } = watch();
  for (let i = 0; i < 5; i++) session(1_000);
  session(599_999);
  expect(takeovers.suspected).toBe(true);
  session(600_000);
  expect(takeovers.suspected).toBe(false);
});

test("attempts that never connect are not counted", () => {
  const { takeovers } = watch();
  for (let i = 0; i < 9; i++) takeovers.closed();
  expect(takeovers.suspected).toBe(false);
});
