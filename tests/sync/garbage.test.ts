import nacl from "tweetnacl";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { seal } from "../../firmware/wire/envelope.js";
import { Lane, topicOf } from "../../firmware/wire/lanes.js";
import { BOX, makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const WRONG_KEY = new Uint8Array(32).fill(1);

let opened: number;
const open = nacl.secretbox.open;

beforeEach(() => {
  opened = 0;
  vi.spyOn(nacl.secretbox, "open").mockImplementation((box, nonce, key) => {
    // The scripted cloud opens too; only the box is counted, and only what does not open for it.
    const body = open(box, nonce, key);
    if (body === null) opened++;
    return body;
  });
});
afterEach(() => vi.restoreAllMocks());

function online(): SyncRig {
  const world = makeSyncRig();
  world.task.start();
  world.time.run(1_000);
  expect(world.task.online).toBe(true);
  return world;
}

/** Session and challenge of the last message that the cloud sent. */
function headOf({ cloud }: SyncRig): { session: Uint8Array; challenge: Uint8Array } {
  const { payload } = cloud.sent.at(-1)!;
  return { session: payload.slice(1, 9), challenge: payload.slice(9, 17) };
}

function inject(world: SyncRig, lane: Lane, payload: Uint8Array): void {
  world.broker.publish({ topic: topicOf(BOX, lane), payload, qos: 1, retain: false });
  world.time.run(20);
}

describe("garbage", () => {
  it("of another session, of another challenge, with an old counter or too long is dropped without opening it", () => {
    const world = online();
    const { session, challenge } = headOf(world);
    const other = new Uint8Array(8).fill(9);
    const small = new Uint8Array(60);
    inject(world, Lane.ack, seal(WRONG_KEY, Lane.ack, other, challenge, 99, small));
    inject(world, Lane.ack, seal(WRONG_KEY, Lane.ack, session, other, 99, small));
    inject(world, Lane.ack, seal(WRONG_KEY, Lane.ack, session, challenge, 1, small));
    inject(world, Lane.command, seal(WRONG_KEY, Lane.command, session, challenge, 99, new Uint8Array(500)));
    // Nothing waits for a welcome.
    inject(world, Lane.welcome, seal(WRONG_KEY, Lane.welcome, session, other, 1, small));
    expect(opened).toBe(0);
    expect(world.task.droppedMessages).toBe(5);
  });

  it("with the right head is tried 16 times and then once in 4 s, and the session goes on when it stops", () => {
    const world = online();
    const { session, challenge } = headOf(world);
    const forged = seal(WRONG_KEY, Lane.ack, session, challenge, 1_000, new Uint8Array(60));
    for (let i = 0; i < 1_000; i++) {
      inject(world, Lane.ack, forged);
      world.time.run(80);
    }
    expect(opened).toBeGreaterThanOrEqual(16 + 24);
    expect(opened).toBeLessThanOrEqual(16 + 26);
    world.time.run(8_000);
    world.cloud.command({ id: 1, command: CommandKind.reboot });
    world.time.run(100);
    expect(world.host.commands).toHaveLength(1);
  });

  it("gets no new budget from a new connection", () => {
    const world = online();
    for (let connection = 0; connection < 3; connection++) {
      const before = opened;
      const { session, challenge } = headOf(world);
      const forged = seal(WRONG_KEY, Lane.ack, session, challenge, 1_000, new Uint8Array(60));
      for (let i = 0; i < 30; i++) inject(world, Lane.ack, forged);
      expect(opened - before).toBeLessThanOrEqual(connection === 0 ? 16 : 10);
      world.net.breakLast();
      // The welcome has to wait for the budget as well.
      world.time.run(20_000);
      expect(world.task.online).toBe(true);
    }
  });
});
