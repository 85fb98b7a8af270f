import { describe, expect, test } from "vitest";
import { BURST, Pace, PER_SECOND } from "../../../sim/cloud/api/pace.js";
import { START_SECONDS } from "../support/cloud-rig.js";
import { apiRig } from "./support.js";

describe("a token that asks in a loop", () => {
  test("is told to wait and for how long; another one is not, and after the wait it goes on", async () => {
    const rig = apiRig();
    for (let i = 0; i < BURST; i++) expect((await rig.ask("GET", "/v1/locations/1")).status).toBe(200);
    const refused = await rig.ask("POST", "/v1/users", { name: "One too many" });
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("content-type")]).toEqual([
      429,
      "1",
      "application/problem+json",
    ]);
    expect(refused.body).toMatchObject({
      type: "urn:smartbox:problem:too-many",
      detail: expect.stringMatching(/may ask 30 times a second: ask again in 1 s/),
    });
    expect(rig.cloud.store.organisation.users.map(({ name }) => name)).not.toContain("One too many");
    const other = { Authorization: `Bearer ${rig.token(["read"])}` };
    expect((await rig.app.request("/v1/users", { headers: other })).status).toBe(200);
    rig.timers.advance(1_000);
    expect((await rig.ask("POST", "/v1/users", { name: "One too many" })).status).toBe(201);
  });
});

describe("the pace", () => {
  const asked = (pace: Pace, times: number, now: number) =>
    Array.from({ length: times }, () => pace.take("a", now)).filter((wait) => wait === 0).length;

  test("is so many a second for as long as it lasts, and no more after a long rest than after a short one", () => {
    const pace = new Pace();
    expect(asked(pace, 2 * BURST, START_SECONDS)).toBe(BURST);
    for (let second = 1; second <= 5; second++) {
      expect(asked(pace, BURST, START_SECONDS + second)).toBe(PER_SECOND);
    }
    expect(asked(pace, 2 * BURST, START_SECONDS + 86_400)).toBe(BURST);
  });

  test("gives nothing for a clock that was set back", () => {
    const pace = new Pace();
    expect(asked(pace, BURST, START_SECONDS)).toBe(BURST);
    expect(asked(pace, 5, START_SECONDS - 3_600)).toBe(0);
    expect(asked(pace, BURST, START_SECONDS - 3_599)).toBe(PER_SECOND);
  });
});
