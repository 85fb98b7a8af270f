import { expect, test } from "vitest";
import { pictureOf } from "../../../sim/trials/soak/picture.js";

const TRACE = [
  "90061000 BOX panel screen idle [welcome] choices emergency",
  "90061100 BOX panel key digit",
  "90061100 BOX panel screen enter-code [enter-code]  entry digits 1/16",
  "90061300 BOX panel key digit",
  "90061300 BOX panel screen enter-code [enter-code]  entry digits 2/16",
  '90061600 BOX panel screen bin-open [bin-open]{"bin":"A-7"} close',
  "90064000 BOX bins door A-7 <open>",
  "90064000 BOX nothing that anybody knows",
];

test("time goes down, what repeats itself is one line, and a screen that is drawn anew is the same screen", () => {
  const picture = pictureOf(TRACE);
  const texts = [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((found) => found[1]);
  expect(texts.slice(0, 6)).toEqual(["power", "links and sync", "people", "screen", "doors", "flash"]);
  expect(texts.slice(6)).toEqual([
    "day 1 01:01:01.0",
    "idle",
    "key digit",
    "enter-code",
    "key digit",
    "bin-open A-7",
    "day 1 01:01:04.0",
    "door A-7 &lt;open&gt;",
  ]);
});

test("of a long trace the end is drawn", () => {
  const long = Array.from({ length: 900 }, (_, at) => `${at * 1_000} BOX bins pulse A-${at}`);
  const picture = pictureOf(long);
  expect(picture).toContain("pulse A-899");
  expect(picture).not.toContain("pulse A-499<");
});
