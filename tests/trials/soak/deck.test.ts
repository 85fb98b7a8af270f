import { expect, test } from "vitest";
import { Coverage, neverCame, sumOf } from "../../../sim/trials/soak/coverage.js";
import { Deck } from "../../../sim/trials/soak/deck.js";
import { unexplained } from "../../../sim/trials/soak/not-covered.js";
import { Streams } from "../../../sim/trials/soak/streams.js";
import { Random } from "../../../sim/world/random.js";

function deck(options: { rates?: [string, number][]; without?: string[] } = {}) {
  const coverage = new Coverage();
  const played: string[] = [];
  const card = (name: string, share: number, happens: boolean) => ({
    share,
    play: () => {
      played.push(name);
      return happens;
    },
  });
  const cards = { often: card("often", 9, true), rare: card("rare", 1, true), vain: card("vain", 2, false) };
  const deal = { coverage, rates: new Map(options.rates), without: new Set(options.without) };
  return { deck: new Deck("sort", cards, deal), played, coverage };
}

async function draw(of: Deck, times: number): Promise<void> {
  const random = new Random(1);
  for (let i = 0; i < times; i++) await of.one(random);
}

test("each comes by its share, and is counted where it happened", async () => {
  const { deck: of, played, coverage } = deck();
  await draw(of, 1_200);
  const times = (name: string) => played.filter((one) => one === name).length;
  expect(times("often")).toBeGreaterThan(800);
  expect(times("often")).toBeLessThan(1_000);
  expect(times("rare")).toBeGreaterThan(60);
  expect(times("vain")).toBeGreaterThan(140);
  expect(coverage.counts).toEqual({ sort: { often: times("often"), rare: times("rare"), vain: 0 } });
  expect(neverCame(coverage.counts)).toEqual(["sort/vain"]);
});

test("a rate of nought keeps one out, a high one brings it more often", async () => {
  const { deck: of, played } = deck({
    rates: [
      ["sort/often", 0],
      ["sort/rare", 20],
    ],
  });
  await draw(of, 400);
  expect(played).not.toContain("often");
  expect(played.filter((name) => name === "rare").length).toBeGreaterThan(300);
});

test("what is left out is drawn all the same, so that the rest stays as it is", async () => {
  const all = deck();
  const some = deck({ without: ["sort/often"] });
  const none = deck({ without: ["sort"] });
  for (const { deck: of } of [all, some, none]) await draw(of, 100);
  expect(some.played).toEqual(all.played.filter((name) => name !== "often"));
  expect(none.played).toEqual([]);
});

test("counts of several are one count", () => {
  expect(sumOf([{ a: { x: 1, y: 0 } }, { a: { x: 2 }, b: { z: 0 } }])).toEqual({ a: { x: 3, y: 0 }, b: { z: 0 } });
});

test("a step's chance is its own, however much those before it drew", () => {
  const made = () => new Streams((name) => new Random([...name].reduce((sum, one) => sum * 31 + one.charCodeAt(0), 7)));
  const few = made();
  const many = made();
  const [a, b] = [few.of("x"), many.of("x")];
  few.begin(1);
  many.begin(1);
  for (let i = 0; i < 10; i++) b.next();
  expect(a.next()).not.toBe(b.next());
  few.begin(2);
  many.begin(2);
  expect(a.next()).toBe(b.next());
  expect(few.of("x")).toBe(a);
});

test("what never came is told, and what came though it is said not to", () => {
  const crash = { record: { crash: 1, ack: 0 } };
  expect(unexplained(crash)).toEqual(
    expect.arrayContaining(["record/ack never came", "record/crash came, and is said to come elsewhere"]),
  );
  expect(unexplained({ record: { crash: 0, ack: 1 } }).filter((one) => /record\/(?:ack|crash)/.test(one))).toEqual([]);
});
