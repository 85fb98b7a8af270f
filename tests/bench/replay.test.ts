import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BoxReplay } from "../../sim/bench/replay/box-replay.js";
import { embeddedBroker } from "../../sim/trials/stage/broker-side.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe("the replay that the bench measures", () => {
  let box: BoxReplay;

  beforeAll(async () => {
    box = await BoxReplay.open({
      seed: 1,
      store: "memory",
      broker: (accounts) => embeddedBroker(0, accounts),
    });
  });

  afterAll(() => box.close());

  it("ends with the ack of the last record at the box, and counts batches and bytes", async () => {
    const { milliseconds, batches, sentBytesPerRecord } = await box.replay(200, 0);
    expect(milliseconds).toBeGreaterThan(0);
    expect(batches.publishes).toBeGreaterThanOrEqual(2);
    // 32 bytes of record, and the head of a byte string.
    expect(sentBytesPerRecord).toBeGreaterThan(34);
    expect(sentBytesPerRecord).toBeLessThan(60);
  });

  it("takes a round trip at least where there is one", async () => {
    const { milliseconds } = await box.replay(64, 200);
    expect(milliseconds).toBeGreaterThan(200);
  });
});
