import { describe, expect, it } from "vitest";
import { ReconnectPolicy } from "../../firmware/sync/reconnect.js";
import { makeSyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const DAY = 86_400_000;
const byFarEnd = { isFarEnd: true };
const busy = { isFarEnd: false, refusal: { code: 0x89, cause: "busy", words: "" } } as const;

/** First waits of many boxes after a session of a day, ms. */
function firstWaits(prepare: (policy: ReconnectPolicy) => void, isOwn = false): number[] {
  return Array.from({ length: 2_000 }, (_, seed) => {
    const policy = new ReconnectPolicy(seed * 7_919 + 1);
    policy.accepted();
    prepare(policy);
    return policy.afterSession(DAY, byFarEnd, isOwn);
  });
}

describe("when a box connects again", () => {
  it("after seconds once a link has come up, however long it has waited in vain", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const policy = new ReconnectPolicy(seed * 7_919);
      for (let i = 0; i < 12; i++) policy.afterRound();
      expect(policy.afterLinkUp()).toBeLessThanOrEqual(3_000);
    }
  });

  it("after seconds, where the cloud told no pace", () => {
    const waits = firstWaits(() => {});
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
  });

  it("at any moment of the pace that the cloud told, and from then on once in each", () => {
    const waits = firstWaits((policy) => policy.paced(100));
    expect(Math.min(...waits)).toBeLessThan(1_000);
    expect(Math.max(...waits)).toBeGreaterThan(99_000);
    expect(Math.max(...waits)).toBeLessThan(100_000);
    for (let tenth = 0; tenth < 10; tenth++) {
      const inIt = waits.filter((ms) => Math.floor(ms / 10_000) === tenth).length;
      expect(inIt).toBeGreaterThan(140);
      expect(inIt).toBeLessThan(260);
    }
    const policy = new ReconnectPolicy(1);
    policy.paced(100);
    policy.afterSession(DAY, byFarEnd, false);
    for (let i = 0; i < 5; i++) {
      policy.failed(byFarEnd);
      expect(policy.afterRound()).toBe(100_000);
    }
  });

  it("after seconds, where it was the box's own link or somebody waits", () => {
    expect(Math.max(...firstWaits((policy) => policy.paced(100), true))).toBeLessThanOrEqual(3_000);
    const policy = new ReconnectPolicy(1);
    policy.paced(100);
    policy.afterSession(DAY, byFarEnd, false);
    policy.hurry();
    expect(policy.afterRound()).toBeLessThanOrEqual(3_000);
  });

  it.each([[1_000_000], [Number.MAX_SAFE_INTEGER]])("within 5 minutes, whatever pace is told: %i s", (seconds) => {
    expect(Math.max(...firstWaits((policy) => policy.paced(seconds)))).toBeLessThan(300_000);
  });

  it("spread over two minutes, where the broker says that it is busy", () => {
    const waits = Array.from({ length: 500 }, (_, seed) => {
      const policy = new ReconnectPolicy((seed + 1) * 2_654_435_761);
      policy.failed(busy);
      return policy.afterRound();
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(...waits)).toBeLessThan(15_000);
    expect(Math.max(...waits)).toBeGreaterThan(120_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(130_000);
  });
});

describe("a pace in the welcome", () => {
  /** How long a box is away whose broker lost it, ms. */
  function awayMs(extra: object | undefined): number {
    const { task, time, net, cloud } = makeSyncRig({ links: ["ethernet"] });
    cloud.extra = extra;
    task.start();
    time.run(MINUTE);
    expect(task.online).toBe(true);
    const from = time.nowMs;
    net.breakLast();
    time.run(10 * MINUTE);
    expect(task.online).toBe(true);
    return net.attempts.at(-1)!.atMs - from;
  }

  it("is kept to", () => {
    expect(awayMs({ pace: 300 })).toBeGreaterThan(3_000);
    expect(awayMs({ pace: 300 })).toBeLessThan(300_000);
  });

  it.each([[undefined], [{}], [{ pace: "soon" }], [{ pace: -1 }], [{ pace: 0 }]])(
    "that is not there or makes no sense (%j) changes nothing",
    (extra) => {
      expect(awayMs(extra)).toBeLessThanOrEqual(3_000);
    },
  );
});
