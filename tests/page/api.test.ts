import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { DocumentTokens, mintToken } from "../../sim/cloud/api/tokens.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let played: Played;
beforeAll(async () => {
  played = await openTheatre();
});
afterAll(() => played.close());

test("the API is beside the page, asks for a token and nothing else, and is down with the cloud", async () => {
  const { desk, server } = played;
  const { token, shown } = mintToken("calendar", ["read"], desk.world.wallSeconds());
  new DocumentTokens(desk.cloud.store, "desk").add(token);
  const get = (path: string, headers: Record<string, string> = { Authorization: `Bearer ${shown}` }) =>
    fetch(`${server.url}v1/${path}`, { headers });
  const boxes = (await (await get("boxes")).json()) as { items: { id: string }[] };
  expect(boxes.items.map(({ id }) => id)).toContain(desk.box.id);
  expect((await get("boxes", {})).status).toBe(401);
  expect((await get("openapi.json", {})).status).toBe(200);
  desk.isCloudUp = false;
  expect((await get("boxes")).status).toBe(503);
  desk.isCloudUp = true;
  expect((await get("boxes")).status).toBe(200);
});
