import { afterEach, describe, expect, test } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Outward } from "../../../sim/cloud/outward/outward.js";
import { poster } from "../../../sim/cloud/outward/post.js";
import type { CloudStore } from "../../../sim/cloud/store.js";
import { apiRig } from "../api/support.js";
import { BOX, door, EPOCH, FailingMemory, START_SECONDS } from "../support/cloud-rig.js";
import { Receiver } from "./receiver.js";

const OTHER = "MS4-TOKYO";
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function receiver(): Promise<Receiver> {
  const one = await Receiver.start();
  ends.push(() => one.stop());
  return one;
}

/** A cloud that tells others, and its API. `retrySeconds` short: the tests wait for real. */
function rig(options: { store?: CloudStore; sample?: boolean } = {}) {
  const api = apiRig(options);
  const clock = { aheadSeconds: 0 };
  const faults: string[] = [];
  const outward = new Outward({
    cloud: api.cloud,
    post: poster(true, 2_000),
    now: () => Date.now() / 1_000 + clock.aheadSeconds,
    chance: () => 0.5,
    retrySeconds: [0.05],
    onFault: (message) => faults.push(message),
  });
  ends.push(() => outward.close());
  const next = new Map<string, number>();
  return {
    ...api,
    clock,
    faults,
    outward,
    hook: async (to: Receiver, more: object = {}) => {
      const made = await api.ask("POST", "/v1/hooks", { url: to.url, cursor: null, ...more });
      expect(made.status).toBe(201);
      const { id, secret } = made.body as { id: string; secret: string };
      to.secret = secret;
      return id;
    },
    tell: (box: string, count = 1) => {
      const first = next.get(box) ?? 1;
      next.set(box, first + count);
      const records = Array.from({ length: count }, (_, i) => encodeRecord(door(first + i)));
      api.cloud.ingest.take(box, { epoch: EPOCH, first, records, gapFrom: undefined });
      api.cloud.store.commit();
    },
  };
}

const seqs = (to: Receiver, box: string) =>
  to.told.filter((one) => one.data.box === box && one.type === "box.codeFailure").map((one) => one.data.data.seq);
const upTo = (count: number, first = 1) => Array.from({ length: count }, (_, i) => first + i);

describe("a webhook", () => {
  test("is told of all that happens, signed, each box's in order", async () => {
    const { hook, tell, cloud, faults } = rig();
    const to = await receiver();
    tell(BOX, 3);
    await hook(to);
    for (let i = 0; i < 20; i++) {
      tell(BOX, 5);
      tell(OTHER, 5);
    }
    cloud.alerts.raise({ id: `bins/${BOX}`, box: BOX, what: "it has 23 bins", wayOut: "look" });
    cloud.store.commit();
    await expect.poll(() => to.told.length).toBe(204);
    expect(seqs(to, BOX)).toEqual(upTo(103));
    expect(seqs(to, OTHER)).toEqual(upTo(100));
    expect(to.ofBox(BOX)).toEqual([...to.ofBox(BOX)].sort((a, b) => a - b));
    const alert = to.told.find(({ type }) => type === "alert.raised");
    expect(alert?.data.data).toMatchObject({ alert: `bins/${BOX}`, wayOut: "look" });
    expect(to.told[0]!.timestamp).toBe(new Date((START_SECONDS + 1) * 1_000).toISOString());
    expect(new Set(to.told.map(({ id }) => id)).size).toBe(204);
    expect(faults).toEqual([]);
  });

  test("is told of what it asked for alone, from where it asked", async () => {
    const { hook, tell, ask, cloud } = rig();
    const to = await receiver();
    tell(BOX, 2);
    const { next } = (await ask("GET", "/v1/events")).body as { next: string };
    await hook(to, { types: ["alert."], cursor: next });
    tell(BOX, 3);
    cloud.alerts.raise({ id: `bins/${BOX}`, box: BOX, what: "it has 23 bins", wayOut: "look" });
    cloud.alerts.clear(`bins/${BOX}`);
    cloud.store.commit();
    await expect.poll(() => to.told.map(({ type }) => type)).toEqual(["alert.raised", "alert.cleared"]);
  });

  test.each([
    [
      "answers 500",
      (_: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(500).end(),
      "it answers 500",
    ],
    ["hangs", () => {}, undefined],
    [
      "points elsewhere",
      (_: unknown, response: { writeHead(status: number, headers: object): { end(): void } }) =>
        response.writeHead(302, { Location: "/elsewhere" }).end(),
      "it answers 302: give the address that it points to",
    ],
    [
      "closes the connection",
      (request: { socket: { destroy(): void } }) => request.socket.destroy(),
      expect.stringMatching(/closed|hang up/),
    ],
  ])(
    "that %s slows nobody, and is told all of it, in order, once it takes it",
    async (_, behaviour, why) => {
      const { hook, tell, ask } = rig();
      const [bad, good] = [await receiver(), await receiver()];
      bad.behaviour = behaviour as never;
      const id = await hook(bad);
      await hook(good);
      for (let i = 0; i < 10; i++) {
        tell(BOX, 5);
        tell(OTHER, 5);
      }
      await expect.poll(() => good.told.length).toBe(100);
      if (why !== undefined) {
        await expect
          .poll(
            async () =>
              ((await ask("GET", `/v1/hooks/${id}`)).body as { failing: { why: string } | null }).failing?.why,
          )
          .toEqual(why);
        await expect.poll(() => bad.tries).toBeGreaterThan(4);
      }
      bad.behaviour = undefined;
      await expect.poll(() => bad.told.length, { timeout: 30_000 }).toBe(100);
      expect(seqs(bad, BOX)).toEqual(upTo(50));
      expect(seqs(bad, OTHER)).toEqual(upTo(50));
      await expect
        .poll(async () => ((await ask("GET", `/v1/hooks/${id}`)).body as { failing: null }).failing)
        .toBeNull();
    },
    60_000,
  );

  test("that takes one box's and not another's is told what it took once, however often it is tried again", async () => {
    const { hook, tell, ask } = rig();
    const to = await receiver();
    to.refusedBox = BOX;
    tell(BOX, 2);
    tell(OTHER, 5);
    const id = await hook(to);
    await expect.poll(() => seqs(to, OTHER)).toEqual(upTo(5));
    const { tries } = to;
    // Each time it is tried at the first of the box's, which stands before the others' in the log.
    await expect.poll(() => to.tries).toBeGreaterThan(tries + 3);
    tell(OTHER, 1);
    await expect.poll(() => seqs(to, OTHER)).toEqual(upTo(6));
    // Told again from the beginning, it is told all: what it took before counts no more.
    expect((await ask("POST", `/v1/hooks/${id}/replay`, { cursor: null })).status).toBe(202);
    await expect.poll(() => seqs(to, OTHER)).toEqual([...upTo(6), ...upTo(6)]);
    to.refusedBox = undefined;
    await expect.poll(() => seqs(to, BOX)).toEqual([1, 2]);
    expect(seqs(to, OTHER)).toHaveLength(12);
  });

  test("that takes nothing for ten minutes is told of by an alert, until it does", async () => {
    const { hook, tell, cloud, clock } = rig();
    const to = await receiver();
    // Receivers refuse what is of the future.
    clock.aheadSeconds = -601;
    to.behaviour = (_, response) => void response.writeHead(503).end();
    const id = await hook(to);
    tell(BOX);
    await expect.poll(() => to.tries).toBeGreaterThan(1);
    expect(cloud.alerts.find(`hook/${id}`)).toBeUndefined();
    clock.aheadSeconds = 0;
    await expect.poll(() => cloud.alerts.find(`hook/${id}`)?.what).toMatch(/takes nothing: it answers 503/);
    to.behaviour = undefined;
    await expect.poll(() => cloud.alerts.find(`hook/${id}`)).toBeUndefined();
    await expect
      .poll(() => to.told.map(({ type }) => type))
      .toEqual(["box.codeFailure", "alert.raised", "alert.cleared"]);
  });

  test("goes on where it was when the cloud starts again; what may have been told is told with the same id", async () => {
    const disk = new FailingMemory();
    const first = rig({ store: disk.store() });
    const to = await receiver();
    await first.hook(to);
    first.tell(BOX, 10);
    await expect.poll(() => to.told.length).toBe(10);
    first.outward.close();
    first.tell(BOX, 10);
    expect(to.told).toHaveLength(10);
    rig({ store: disk.store(), sample: false });
    await expect.poll(() => new Set(to.told.map(({ id }) => id)).size).toBe(20);
    expect([...new Set(seqs(to, BOX))]).toEqual(upTo(20));
  });

  test("is told again from a cursor on, in order, each with its id; switched off it is told nothing", async () => {
    const { hook, tell, ask } = rig();
    const to = await receiver();
    const id = await hook(to);
    tell(BOX, 5);
    await expect.poll(() => to.told.length).toBe(5);
    const { next } = (await ask("GET", "/v1/events?limit=2")).body as { next: string };
    expect((await ask("POST", `/v1/hooks/${id}/replay`, { cursor: next })).status).toBe(202);
    await expect.poll(() => seqs(to, BOX)).toEqual([1, 2, 3, 4, 5, 3, 4, 5]);
    expect(to.told[5]!.id).toBe(to.told[2]!.id);
    await ask("PATCH", `/v1/hooks/${id}`, { enabled: false });
    tell(BOX, 2);
    await ask("PATCH", `/v1/hooks/${id}`, { enabled: true });
    await expect.poll(() => seqs(to, BOX).slice(8)).toEqual([6, 7]);
    expect((await ask("DELETE", `/v1/hooks/${id}`)).status).toBe(204);
    tell(BOX, 1);
    expect((await ask("GET", `/v1/hooks/${id}`)).status).toBe(404);
    expect(to.told).toHaveLength(10);
  });
});

test.each([
  ["http://example.com/", /write it as https:\/\/host\/path/],
  ["ftp://example.com/", /write it as https/],
  ["somewhere", /write it as https/],
  ["https://me:secret@example.com/", /no user name/],
])("an address that no webhook may have is refused: %s", async (url, cause) => {
  const { ask } = rig();
  const answer = await ask("POST", "/v1/hooks", { url, cursor: null });
  expect(answer.body).toMatchObject({ status: 409, detail: expect.stringMatching(cause) });
});

test.each([
  "http://127.0.0.1:9/",
  "https://10.1.2.3/",
  "https://[::1]/",
  "https://[fe80::1]/",
  "https://169.254.169.254/x",
  "http://localhost:9/",
])("what is inside a network is not called for somebody who only has an API: %s", async (url) => {
  expect(await poster(false)(url, {}, "{}")).toMatch(/network of its own, which is not called/);
});

test("a webhook's secret is in the answer that made it, and in no other", async () => {
  const { hook, ask } = rig();
  const to = await receiver();
  const id = await hook(to);
  const shown = JSON.stringify([(await ask("GET", "/v1/hooks")).body, (await ask("GET", `/v1/hooks/${id}`)).body]);
  expect(shown).not.toContain(to.secret);
});
