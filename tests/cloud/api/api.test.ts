import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Auth, Exchange, Kind, Outcome, type Rec } from "../../../firmware/records/records.js";
import { at, BOX, EPOCH, FailingMemory, START_SECONDS } from "../support/cloud-rig.js";
import { apiRig } from "./support.js";

type Rig = ReturnType<typeof apiRig>;

/** Every item of a list, by its cursors. */
async function all(rig: Rig, path: string, limit: number): Promise<{ id: number }[]> {
  const items: { id: number }[] = [];
  let cursor = "";
  for (let pages = 0; pages < 100; pages++) {
    const page = await rig.ask("GET", `${path}?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    const { items: some, next } = page.body as { items: { id: number }[]; next: string | null };
    items.push(...some);
    if (next === null) return items;
    cursor = next;
  }
  throw new Error(`${path} has no end`);
}

const KEY = { name: "Cellar", roaming: false, home: 1 };

describe("a token", () => {
  test.each([
    ["none", {}],
    ["of another shape", { Authorization: "Bearer sbx_1_2" }],
    ["unknown", { Authorization: `Bearer sbx_${"0".repeat(16)}_${"0".repeat(48)}` }],
  ])("that is %s opens nothing, and the answer says what to send", async (_, headers) => {
    const { app } = apiRig();
    const answer = await app.request("/v1/keys", { headers });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="smartbox"']);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ type: "urn:smartbox:problem:no-token", status: 401 });
  });

  test("opens what its scopes name: reading shows no code, and changes nothing", async () => {
    const reader = apiRig({ scopes: ["read"] });
    const listed = JSON.stringify([await all(reader, "/v1/keys", 200), await all(reader, "/v1/accesses", 200)]);
    const { keys, accesses } = reader.cloud.store.organisation;
    for (const { code } of [...keys, ...accesses]) if (code !== undefined) expect(listed).not.toContain(`"${code}"`);
    for (const [method, path, body] of [
      ["POST", "/v1/keys", KEY],
      ["GET", `/v1/boxes/${BOX}/sheets/current`, undefined],
      ["POST", `/v1/boxes/${BOX}/unlocks`, { bin: "A-1" }],
      ["GET", "/v1/tokens", undefined],
    ] as const) {
      const answer = await reader.ask(method, path, body);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body).toMatchObject({
        detail: expect.stringMatching(/is not good for (write|codes|operate|tokens)/),
      });
    }
  });

  test("that was revoked or has expired is good for nothing from then on", async () => {
    const rig = apiRig();
    const get = async (token: string) =>
      (await rig.app.request("/v1/keys", { headers: { Authorization: `Bearer ${token}` } })).status;
    const [short, long] = [rig.token(["read"], 1), rig.token(["read"])];
    expect([await get(short), await get(long)]).toEqual([200, 200]);
    expect((await rig.ask("DELETE", `/v1/tokens/${long.split("_")[1]}`)).status).toBe(204);
    expect((await rig.ask("DELETE", `/v1/tokens/${long.split("_")[1]}`)).status).toBe(404);
    rig.timers.advance(86_400_000);
    expect([await get(short), await get(long)]).toEqual([401, 401]);
  });

  test("is kept as a hash, and what it shows stands nowhere", async () => {
    const rig = apiRig();
    const secret = rig.token(["read"]).split("_")[2]!;
    expect(JSON.stringify(rig.cloud.store.data)).not.toContain(secret);
    expect(JSON.stringify((await rig.ask("GET", "/v1/tokens")).body)).not.toMatch(/hash/);
  });
});

describe("bad input", () => {
  test.each([
    ["POST", "/v1/keys", "{", 400, /body: .*JSON/],
    ["POST", "/v1/keys", { ...KEY, roaming: "yes" }, 422, /body: roaming: .*boolean/],
    ["POST", "/v1/keys", { ...KEY, colour: "red" }, 422, /colour/],
    ["POST", "/v1/keys", { ...KEY, name: "" }, 422, /name is empty: give one/],
    ["POST", "/v1/keys", { ...KEY, home: 99 }, 409, /there is no location 99: add it first/],
    ["POST", "/v1/keys", { ...KEY, name: "a\u202eb" }, 409, /turns the direction/],
    ["POST", "/v1/keys", "x".repeat(70_000), 413, /at most 65536 bytes/],
    ["POST", `/v1/boxes/${BOX}/reboots`, { now: true }, 422, /takes none/],
    ["GET", "/v1/keys?limit=201", undefined, 422, /1 to 200/],
    ["GET", "/v1/keys?colour=red", undefined, 422, /colour/],
    ["GET", "/v1/keys?cursor=WyJ1c2VycyIsMV0", undefined, 400, /of this list/],
    ["GET", "/v1/events?cursor=WyJldmVudHMiLDk5OTldCg", undefined, 409, /no line at 9999/],
    ["GET", "/v1/keys/0", undefined, 422, /write a number/],
    ["GET", "/v1/keys/9999", undefined, 404, /there is no key 9999/],
    ["GET", "/v1/boxes/OTHERS-BOX", undefined, 404, /there is no box OTHERS-BOX/],
    ["POST", "/v1/boxes/OTHERS-BOX/unlocks", { bin: "A-1" }, 404, /there is no box OTHERS-BOX/],
    ["POST", `/v1/boxes/${BOX}/unlocks`, { bin: "Z-1" }, 404, /there is no bin Z-1/],
    ["GET", `/v1/boxes/${BOX}/sheets/7`, undefined, 409, /sheet 7 of box MS5-PARIS is not issued/],
    ["GET", `/v1/boxes/${BOX}/sheets/next`, undefined, 409, /not one of 1 to/],
    ["DELETE", "/v1/locations/1", undefined, 409, /there is no location 1/],
    ["PUT", "/v1/keys", KEY, 405, /PUT is not for \/v1\/keys/],
    ["GET", "/v2/keys", undefined, 404, /nothing at \/v2\/keys/],
  ])(
    "%s %s %j is answered by %i, with cause and way out, and changes nothing",
    async (method, path, body, status, cause) => {
      const rig = apiRig();
      const before = JSON.stringify(rig.cloud.store.organisation);
      const answer = await rig.ask(method, path, body);
      expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(cause) });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
      expect(JSON.stringify(rig.cloud.store.organisation)).toBe(before);
      expect(rig.faults).toEqual([]);
    },
  );

  test("a fault of the cloud is told to its log, and to nobody else what it is", async () => {
    const rig = apiRig();
    rig.cloud.admin.addLocation = () => {
      throw new TypeError("something of its own");
    };
    const answer = await rig.ask("POST", "/v1/locations", { name: "A", timeZone: "Europe/Paris", language: "en" });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([500, expect.not.stringContaining("of its own")]);
    expect(rig.faults).toEqual(["TypeError: something of its own"]);
  });
});

test("no answer holds a secret of a box", async () => {
  const rig = apiRig();
  const paths = ["/v1/boxes", `/v1/boxes/${BOX}`, `/v1/boxes/${BOX}/bins`, "/v1/events"];
  const made = await rig.ask("POST", "/v1/boxes", { id: "NEW-1", model: "MS5", location: 1, units: [4, 2] });
  expect(made.body).toMatchObject({ id: "NEW-1", bins: 6, online: false });
  const told = JSON.stringify([
    made.body,
    ...(await Promise.all(paths.map(async (path) => (await rig.ask("GET", path)).body))),
  ]);
  for (const { sealingKey, codesKey, lookupKey, password } of rig.cloud.store.organisation.boxes) {
    for (const secret of [sealingKey, codesKey, lookupKey, password]) expect(told).not.toContain(secret);
  }
});

test("what people do at the cloud, programs do: a key is added, given to somebody, hung up, changed and taken away", async () => {
  const rig = apiRig();
  const post = async (path: string, body?: unknown) => (await rig.ask("POST", path, body)).body as { id: number };
  const place = await post("/v1/locations", { name: "Lyon", timeZone: "Europe/Paris", language: "fr" });
  const key = await post("/v1/keys", { ...KEY, fob: "777aaa" });
  const user = await post("/v1/users", { name: "Zoé" });
  const access = await post("/v1/accesses", { user: user.id, key: key.id, schedule: { kind: "ongoing" } });
  expect(access).toMatchObject({ code: expect.stringMatching(/^[0-9]{6}/), boxes: [{ box: BOX, state: "silent" }] });
  expect(await rig.ask("PUT", `/v1/boxes/${BOX}/bins/A-9/content`, { key: key.id, sure: true })).toMatchObject({
    status: 200,
    body: { label: "A-9", belief: "holds", key: key.id },
  });
  expect((await rig.ask("GET", `/v1/keys/${key.id}`)).body).toMatchObject({
    fob: "777AAA",
    where: { kind: "bin", box: BOX, bin: "A-9", certain: true },
  });
  expect((await rig.ask("PUT", `/v1/boxes/${BOX}/bins/A-9/content`, { key: null })).status).toBe(409);
  expect((await rig.ask("PATCH", `/v1/keys/${key.id}`, { fob: null, name: "Attic" })).body).toMatchObject({
    name: "Attic",
    fob: null,
  });
  expect((await rig.ask("POST", `/v1/keys/${key.id}/code`)).body).toEqual({ code: expect.stringMatching(/^[0-9]+$/) });
  expect((await rig.ask("DELETE", `/v1/keys/${key.id}/code`)).status).toBe(204);
  expect((await rig.ask("PATCH", `/v1/accesses/${access.id}`, { code: "97531864" })).body).toMatchObject({
    code: "97531864",
  });
  expect((await rig.ask("PATCH", `/v1/users/${user.id}`, { badge: "888bbb" })).body).toMatchObject({ badge: "888BBB" });
  expect((await rig.ask("PATCH", `/v1/locations/${place.id}`, { language: "en" })).body).toMatchObject({
    language: "en",
  });
  expect((await rig.ask("PATCH", `/v1/boxes/${BOX}`, { location: place.id })).body).toMatchObject({
    location: place.id,
  });
  expect((await rig.ask("PATCH", `/v1/boxes/${BOX}/bins/A-1`, { enabled: false })).body).toMatchObject({
    enabled: false,
  });
  expect((await rig.ask("POST", `/v1/boxes/${BOX}/unlocks`, { bin: "A-2" })).body).toMatchObject({
    kind: "oneTouchUnlock",
    bin: "A-2",
    status: "waiting",
  });
  expect((await rig.ask("POST", `/v1/boxes/${BOX}/reboots`)).status).toBe(202);
  expect((await rig.ask("POST", `/v1/boxes/${BOX}/sheets`)).body).toEqual({ box: BOX, sheet: 2 });
  expect((await rig.ask("POST", `/v1/boxes/${BOX}/sheets/closed`)).body).toMatchObject({
    kind: "closeSheets",
    sheet: 2,
  });
  expect((await rig.ask("GET", `/v1/boxes/${BOX}/sheets/1`)).body).toMatchObject({ standing: "closed", inForce: 2 });
  expect(await all(rig, `/v1/boxes/${BOX}/commands`, 2)).toHaveLength(4);
  for (const path of [`/v1/accesses/${access.id}`, `/v1/keys/${key.id}`, `/v1/users/${user.id}`]) {
    expect((await rig.ask("DELETE", path)).status).toBe(204);
    expect((await rig.ask("GET", path)).status).toBe(404);
  }
  expect(rig.faults).toEqual([]);
});

describe("an idempotency key", () => {
  const once = { "Idempotency-Key": "order-17" };

  test("makes a request that is sent again be done once, and answered as the first time", async () => {
    const rig = apiRig();
    const keys = rig.cloud.store.organisation.keys.length;
    const first = await rig.ask("POST", "/v1/keys", KEY, once);
    const again = await rig.ask("POST", "/v1/keys", KEY, once);
    expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, first.body, "true"]);
    expect(rig.cloud.store.organisation.keys).toHaveLength(keys + 1);
    const other = await rig.ask("POST", "/v1/keys", { ...KEY, name: "Other" }, once);
    expect(other).toMatchObject({ status: 422, body: { type: "urn:smartbox:problem:another-request" } });
    rig.timers.advance(86_399_000);
    expect((await rig.ask("POST", "/v1/keys", KEY, once)).headers.get("idempotency-replayed")).toBe("true");
    rig.timers.advance(2_000);
    expect((await rig.ask("POST", "/v1/keys", KEY, once)).status).toBe(201);
    expect(rig.cloud.store.organisation.keys).toHaveLength(keys + 2);
  });

  test("outlives the cloud, in one step with what was done", async () => {
    const disk = new FailingMemory();
    const rig = apiRig({ store: disk.store() });
    const writes = disk.writes;
    const first = await rig.ask("POST", "/v1/keys", KEY, once);
    expect(disk.writes).toBe(writes + 1);
    // The token of the rig is made anew: the answer is that token's, so ask the store.
    const again = disk.store();
    expect(Object.values(again.document.answers!)).toMatchObject([{ status: 201, body: JSON.stringify(first.body) }]);
    expect(again.organisation.keys.at(-1)).toMatchObject({ name: "Cellar" });
  });

  test("of what could not be made durable is free: nothing was done, and the next try does it", async () => {
    const disk = new FailingMemory();
    const rig = apiRig({ store: disk.store() });
    const keys = rig.cloud.store.organisation.keys.length;
    disk.failure = new Error("no space left on device");
    const failed = await rig.ask("POST", "/v1/keys", KEY, once);
    expect(failed).toMatchObject({ status: 503, body: { detail: expect.stringContaining("no space left on device") } });
    expect(failed.headers.get("retry-after")).toBe("5");
    expect(rig.cloud.store.organisation.keys).toHaveLength(keys);
    disk.failure = undefined;
    expect((await rig.ask("POST", "/v1/keys", KEY, once)).headers.get("idempotency-replayed")).toBeNull();
    expect(disk.store().organisation.keys).toHaveLength(keys + 1);
  });

  test("has a bound: the oldest of too many give way", async () => {
    const rig = apiRig();
    const answers: Record<string, object> = {};
    for (let i = 0; i < 5_100; i++) answers[`old:${i}`] = { asked: "", status: 204, body: "", at: START_SECONDS };
    rig.cloud.store.document.answers = answers as never;
    await rig.ask("POST", "/v1/users", { name: "A" }, once);
    expect(Object.keys(rig.cloud.store.document.answers!)).toHaveLength(5_000);
    expect(Object.keys(rig.cloud.store.document.answers!).at(-1)).toMatch(/:order-17$/);
  });
});

describe("pages", () => {
  test("have each thing once, also while more come", async () => {
    const rig = apiRig();
    const ids = (await all(rig, "/v1/keys", 7)).map(({ id }) => id);
    expect(ids).toEqual(rig.cloud.store.organisation.keys.map(({ id }) => id));
    const first = (await rig.ask("GET", "/v1/keys?limit=40")).body as { items: unknown[]; next: string };
    await rig.ask("POST", "/v1/keys", KEY);
    rig.cloud.admin.removeKey(1);
    const rest = (await rig.ask("GET", `/v1/keys?cursor=${first.next}`)).body as {
      items: { id: number }[];
      next: null;
    };
    expect([first.items.length, rest.items.map(({ id }) => id), rest.next]).toEqual([40, [41, 42], null]);
  });

  const exchanges = (first: number, count: number): Rec[] =>
    Array.from({ length: count }, (_, i) => [
      {
        kind: Kind.intent,
        exchange: Exchange.pickup,
        bin: i % 24,
        key: 1 + (i % 24),
        auth: Auth.bookingCode,
        user: 1,
        access: 1,
        ...at(START_SECONDS + first + i),
      } as Rec,
      { kind: Kind.outcome, of: first + 2 * i, result: Outcome.done, ...at(START_SECONDS + first + i) } as Rec,
    ]).flat();
  const take = ({ cloud }: Rig, first: number, count: number): void => {
    const records = exchanges(first, count).map((one) => encodeRecord(one));
    cloud.ingest.take(BOX, { epoch: EPOCH, first, records, gapFrom: undefined });
    cloud.store.commit();
  };

  test("of the log go back from the newest, whatever comes meanwhile", async () => {
    const rig = apiRig();
    take(rig, 1, 25);
    const seqs: number[] = [];
    let cursor = "";
    for (let next = 51; ; next += 20) {
      const page = (await rig.ask("GET", `/v1/boxes/${BOX}/log?limit=10${cursor && `&cursor=${cursor}`}`)).body as {
        items: { seq: number; status: string; who: string }[];
        next: string | null;
      };
      seqs.push(...page.items.map(({ seq }) => seq));
      expect(page.items.every(({ status, who }) => status === "done" && who === "Amélie Girard")).toBe(true);
      if (page.next === null) break;
      cursor = page.next;
      take(rig, next, 10);
    }
    expect(seqs).toEqual(Array.from({ length: 25 }, (_, i) => 49 - 2 * i));
  });

  test("of events go on from where they ended", async () => {
    const rig = apiRig();
    take(rig, 1, 2);
    const read = async (cursor: string) =>
      (await rig.ask("GET", `/v1/events?limit=3${cursor && `&cursor=${cursor}`}`)).body as {
        items: { type: string; data: { seq: number; of?: number } }[];
        next: string;
      };
    const first = await read("");
    expect(first.items.map(({ type }) => type)).toEqual(["exchange.begun", "exchange.ended", "exchange.begun"]);
    const second = await read(first.next);
    expect(second.items).toMatchObject([{ type: "exchange.ended", box: BOX, data: { seq: 4, of: 3, status: "done" } }]);
    expect((await read(second.next)).items).toEqual([]);
    rig.cloud.alerts.raise({ id: `records/${BOX}`, box: BOX, what: "its records do not come", wayOut: "ask" });
    rig.cloud.store.commit();
    const third = await read(second.next);
    expect(third.items).toMatchObject([{ type: "alert.raised", data: { alert: `records/${BOX}` } }]);
  });
});

test("an alert is listed, taken on by somebody, and closed where it does not end by itself", async () => {
  const rig = apiRig();
  const raise = (kind: string) =>
    rig.cloud.alerts.raise({ id: `${kind}/${BOX}`, box: BOX, what: kind, wayOut: "look" });
  raise("records");
  raise("crash");
  const listed = (await rig.ask("GET", "/v1/alerts")).body as { items: { id: string }[] };
  expect(listed.items.map(({ id }) => id)).toEqual([`crash:${BOX}`, `records:${BOX}`]);
  const taken = await rig.ask("PUT", `/v1/alerts/records:${BOX}/acknowledgement`, { by: "Ida" });
  expect(taken.body).toMatchObject({ acknowledged: { by: "Ida", at: START_SECONDS } });
  expect((await rig.ask("PUT", `/v1/alerts/none:${BOX}/acknowledgement`, { by: "Ida" })).status).toBe(404);
  expect((await rig.ask("DELETE", `/v1/alerts/records:${BOX}`)).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining("ends by itself"),
  });
  expect((await rig.ask("DELETE", `/v1/alerts/crash:${BOX}`)).status).toBe(204);
  expect(rig.cloud.alerts.all.map(({ id }) => id)).toEqual([`records/${BOX}`]);
});

test("an organisation that another process has is asked there, and where nobody has it the answer says when to ask again", async () => {
  const { app, own } = await elsewhere();
  const headers = { Authorization: `Bearer ${own}` };
  const nobody = await app("nobody").request("/v1/keys", { headers });
  expect([nobody.status, nobody.headers.get("retry-after")]).toEqual([503, "5"]);
  const gone = await app({ address: "http://127.0.0.1:1" }).request("/v1/keys", { headers });
  expect(await gone.json()).toMatchObject({ status: 503, detail: expect.stringContaining("does not answer") });
  const twice = await app({ address: "http://127.0.0.1:1" }).request("/v1/keys", {
    headers: { ...headers, "Smartbox-Handed-On": "1" },
  });
  expect(await twice.json()).toMatchObject({ status: 503, detail: expect.stringContaining("no process answers") });
});

async function elsewhere() {
  const { apiApp } = await import("../../../sim/cloud/api/app.js");
  const rig = apiRig();
  const own = rig.token(["read"]);
  const app = (place: "nobody" | { address: string }) =>
    apiApp({
      tokens: rig.tokens,
      now: () => START_SECONDS,
      find: async () => (place === "nobody" ? undefined : place),
      onFault: () => {},
    });
  return { app, own };
}
