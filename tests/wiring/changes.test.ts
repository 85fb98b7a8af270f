import { expect, test } from "vitest";
import { Changes } from "../../firmware/wiring/changes.js";

test("what a listener changes while it is told comes after, once, and not from inside", () => {
  const heard: string[] = [];
  let isLinkUp = true;
  const changes: Changes = new Changes({
    changed: () => {
      heard.push(`begin ${isLinkUp}`);
      if (isLinkUp) {
        isLinkUp = false;
        changes.tell();
        changes.tell();
      }
      heard.push("end");
    },
  });
  changes.tell();
  expect(heard).toEqual(["begin true", "end", "begin false", "end"]);
});

test("a listener that always brings about another change does not go on for ever", () => {
  let told = 0;
  const changes: Changes = new Changes({
    changed: () => {
      told++;
      changes.tell();
    },
  });
  changes.tell();
  expect(told).toBe(8);
  changes.tell();
  expect(told).toBe(16);
});

test("a power cut passes through, and the next change is told again", () => {
  let isCut = true;
  let told = 0;
  const changes = new Changes({
    changed: () => {
      told++;
      if (isCut) throw new Error("cut");
    },
  });
  expect(() => changes.tell()).toThrow("cut");
  isCut = false;
  changes.tell();
  expect(told).toBe(2);
});
