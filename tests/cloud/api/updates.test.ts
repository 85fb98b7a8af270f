import { expect, test } from "vitest";
import { UpdateEvent } from "../../../firmware/records/records.js";
import { BOX, START_SECONDS } from "../support/cloud-rig.js";
import { apiRig, shelfOf } from "./support.js";

const OLD = { release: 7, room: 100_000, list: 1, isTrial: false };

/** A fleet of MS5 boxes besides the sample's, which run release `release(n)`. */
function fleet(count: number, release: (n: number) => number) {
  const rig = apiRig({ shelf: shelfOf(7, 8, 9) });
  const { cloud } = rig;
  for (let n = 0; n < count; n++) {
    const id = `FLEET-${String(n).padStart(3, "0")}`;
    cloud.admin.addNewBox({ id, model: "MS5", location: 1, bins: ["A-1"] });
    cloud.releases.told(id, { ...OLD, release: release(n) });
  }
  return rig;
}

interface Versions {
  readonly items: readonly { readonly box: string; readonly release: number | null }[];
  readonly next: string | null;
}

test("the drill: release 8 mends a hole, and one query says which boxes still have it, page by page", async () => {
  const { ask, cloud } = fleet(60, (n) => (n % 3 === 0 ? 8 : 7));
  const found: string[] = [];
  let cursor = "";
  do {
    const { body } = await ask("GET", `/v1/versions?model=MS5&below=8&limit=15${cursor}`);
    const { items, next } = body as Versions;
    for (const { box, release } of items) {
      expect(release === null || release < 8, box).toBe(true);
      found.push(box);
    }
    cursor = next === null ? "" : `&cursor=${next}`;
  } while (cursor !== "");
  // A box that never said what it runs is among them: nobody knows that it has not got the hole.
  const { boxes } = cloud.store.organisation;
  const expected = boxes.filter(
    ({ id, model }) => model === "MS5" && (cloud.store.document.boxes[id]?.image?.release ?? 0) < 8,
  );
  expect(found).toEqual(expected.map(({ id }) => id).sort());
  expect(found.length).toBe(41);
  const fixed = (await ask("GET", "/v1/versions?release=8&limit=200")).body as Versions;
  expect(fixed.items.length).toBe(20);
});

test("a rollout from its start to its stop, and what is said of one box", async () => {
  const { ask, cloud } = fleet(40, () => 7);
  expect((await ask("GET", "/v1/releases")).body).toMatchObject({
    items: [
      { release: 7, firmware: "0.7.0", expires: 1_900_000_000, imageBytes: 3_000 },
      { release: 8 },
      { release: 9 },
    ],
  });
  expect((await ask("POST", "/v1/rollouts", { model: "MS5", release: 8 })).body).toMatchObject({
    release: 8,
    state: "running",
    wave: 0,
    waves: [5, 25, 50, 100],
    boxes: 40,
    confirmed: 0,
  });
  expect((await ask("PATCH", "/v1/rollouts/MS5", { state: "paused" })).body).toMatchObject({ state: "paused" });
  expect((await ask("PATCH", "/v1/rollouts/MS5", { state: "running" })).body).toMatchObject({ state: "running" });
  cloud.releases.rollouts.MS5!.wave = 3;
  for (let n = 0; n < 40; n++) {
    const box = `FLEET-${String(n).padStart(3, "0")}`;
    const isBad = n < 3;
    cloud.releases.told(box, { ...OLD, release: isBad ? 7 : 8 });
    const event = isBad ? UpdateEvent.returned : UpdateEvent.confirmed;
    cloud.store.boxState(box).update = { release: 8, event, at: START_SECONDS, ...(isBad && { reason: "no-session" }) };
  }
  cloud.releases.look();
  expect((await ask("GET", "/v1/rollouts/MS5")).body).toMatchObject({
    state: "stopped",
    why: "3 of 40 boxes failed: 3 went back",
    confirmed: 37,
    returned: 3,
  });
  expect((await ask("GET", "/v1/alerts")).body).toMatchObject({
    items: [{ id: "rollout:MS5", what: expect.stringMatching(/release 8 of MS5 is given to no more boxes/) }],
  });
  const { items } = (await ask("GET", "/v1/versions?release=7")).body as { items: object[] };
  expect(items[0]).toEqual({
    box: "FLEET-000",
    model: "MS5",
    location: 1,
    release: 7,
    firmware: "0.7.0",
    isTrial: false,
    pin: null,
    wanted: 8,
    heldBack: "stopped",
    update: { event: "returned", release: 8, reason: "no-session", at: START_SECONDS, crashes: 0 },
    lastSeen: null,
  });
});

test("a pin goes before the rollout, and what makes no sense is refused with the way out", async () => {
  const { ask, cloud } = fleet(1, () => 7);
  cloud.releases.told(BOX, OLD);
  expect((await ask("PUT", `/v1/boxes/${BOX}/pin`, { release: 9 })).body).toMatchObject({
    pin: 9,
    wanted: 9,
    heldBack: null,
  });
  expect(cloud.releases.wanted(BOX, OLD)).toBe(9);
  expect((await ask("PUT", `/v1/boxes/${BOX}/pin`, { release: null })).body).toMatchObject({ pin: null, wanted: null });
  for (const [method, path, body, status, cause] of [
    [
      "PUT",
      `/v1/boxes/${BOX}/pin`,
      { release: 10 },
      409,
      /no release 10 of MS5 on the shelf: npm run release makes one/,
    ],
    ["PUT", `/v1/boxes/${BOX}/pin`, { release: 0 }, 422, /release/],
    ["PUT", "/v1/boxes/NONE/pin", { release: 9 }, 404, /no box NONE/],
    ["POST", "/v1/rollouts", { model: "MS4", release: 8 }, 409, /no release 8 of MS4/],
    ["POST", "/v1/rollouts", { model: "MS5" }, 422, /release/],
    ["PATCH", "/v1/rollouts/MS5", { state: "paused" }, 404, /no rollout to MS5 boxes/],
    ["GET", "/v1/versions?below=none", undefined, 422, /below is the number of a release/],
  ] as const) {
    const answer = await ask(method, path, body);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.body).toMatchObject({ detail: expect.stringMatching(cause) });
  }
  await ask("POST", "/v1/rollouts", { model: "MS5", release: 9 });
  expect((await ask("POST", "/v1/rollouts", { model: "MS5", release: 8 })).body).toMatchObject({
    detail: expect.stringMatching(/release 8 is not above 9/),
  });
});

test("who may read may not roll out", async () => {
  const { app, token } = apiRig({ shelf: shelfOf(8) });
  const headers = { Authorization: `Bearer ${token(["read", "write", "operate"])}` };
  const body = JSON.stringify({ model: "MS5", release: 8 });
  const answer = await app.request("/v1/rollouts", { method: "POST", headers, body });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    expect.objectContaining({ detail: expect.stringMatching(/not good for updates/) }),
  ]);
});
