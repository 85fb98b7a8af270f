import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findMosquitto } from "../../../sim/broker/mosquitto.js";
import { Database } from "../../../sim/cloud/store/postgres/database.js";
import { createTenant } from "../../../sim/cloud/store/postgres/tenants.js";
import { organisationOf } from "../../../sim/trials/fleet/organisations.js";
import { PlainMosquitto } from "../../../sim/trials/fleet/plain-mosquitto.js";
import { findPostgres, PostgresServer } from "../../../sim/trials/fleet/postgres-server.js";
import { ServiceProcess } from "../../../sim/trials/fleet/service-process.js";

/** The API of a fleet: two processes, two organisations, and whichever process is asked. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const lacks = [findPostgres(), findMosquitto()].flatMap((found) => ("missing" in found ? [found.missing] : []));
const isSkipped = lacks.length > 0 && process.env.CI !== "true";
if (isSkipped) console.warn(`the API of a fleet is skipped: ${lacks.join("; ")}`);

const COMMAND = "sim/cli/cloud.ts";
const AGAIN_MS = 250;
const PATIENCE_MS = 60_000;

describe.skipIf(isSkipped)("the API of a fleet", () => {
  let postgres: PostgresServer;
  let broker: PlainMosquitto;
  const services: ServiceProcess[] = [];
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    [postgres, broker] = await Promise.all([PostgresServer.start(), PlainMosquitto.start()]);
    const database = await Database.open(postgres.url);
    await database.migrate();
    for (const [i, tenant] of ["one", "two"].entries())
      await createTenant(database, tenant, organisationOf(1 + 10 * i, 2));
    await database.close();
    for (const tenant of ["one", "two"]) {
      const options = ["--database", postgres.url, "--tenant", tenant, "--token", "test", "--scopes", "all"];
      const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", COMMAND, ...options]);
      tokens.set(tenant, (JSON.parse(stdout) as { token: string }).token);
    }
    services.push(...["a", "b"].map((name) => start(name)));
    await Promise.all(services.map((service) => service.ready()));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.kill()));
    await broker?.crash();
    await postgres?.stop();
  });
  const start = (name: string) => new ServiceProcess(COMMAND, name, postgres.url, broker.url, ["--api", "0"]);

  const ask = async (
    service: ServiceProcess,
    tenant: string,
    method: string,
    path: string,
    body?: object,
    key?: string,
  ) => {
    const answer = await fetch(`${service.api}${path}`, {
      method,
      headers: { Authorization: `Bearer ${tokens.get(tenant)}`, ...(key !== undefined && { "Idempotency-Key": key }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
  /** As a client does that was told to come again. */
  const asked = async (...request: Parameters<typeof ask>) => {
    for (const until = Date.now() + PATIENCE_MS; ; ) {
      const answer = await ask(...request);
      if (answer.status !== 503 || Date.now() > until) return answer;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  const boxes = async (service: ServiceProcess, tenant: string) =>
    (await asked(service, tenant, "GET", "/v1/boxes")).body.items.map(({ id }: { id: string }) => id);

  test("either process answers for either organisation, and shows each its own alone", async () => {
    for (const service of services) {
      expect(await boxes(service, "one")).toEqual(["FLEET-1", "FLEET-2"]);
      expect(await boxes(service, "two")).toEqual(["FLEET-11", "FLEET-12"]);
      expect((await asked(service, "one", "GET", "/v1/boxes/FLEET-11")).status).toBe(404);
      expect((await asked(service, "one", "POST", "/v1/boxes/FLEET-11/reboots")).status).toBe(404);
    }
  });

  test("what was answered is durable: it is there, once, when the process that did it is killed", async () => {
    const key = { name: "Cellar", roaming: true, home: 1 };
    const first = await asked(services[0]!, "one", "POST", "/v1/keys", key, "order-1");
    expect(first.status).toBe(201);
    // Whichever of them has the organisation: one of the two kills is that one's.
    await services[0]!.kill();
    const other = await asked(services[1]!, "one", "POST", "/v1/keys", key, "order-1");
    expect([other.status, other.body, other.headers.get("idempotency-replayed")]).toEqual([201, first.body, "true"]);
    services.push(start("c"));
    await services[2]!.ready();
    await services[1]!.kill();
    const again = await asked(services[2]!, "one", "POST", "/v1/keys", key, "order-1");
    expect([again.status, again.body]).toEqual([201, first.body]);
    const { items } = (await asked(services[2]!, "one", "GET", "/v1/keys?limit=200")).body;
    expect(items.filter(({ name }: { name: string }) => name === "Cellar")).toHaveLength(1);
  });

  test("a revoked token is good for nothing at once, also at the other processes", async () => {
    const [, id] = tokens.get("two")!.split("_");
    const listed = await asked(services[2]!, "two", "GET", "/v1/tokens");
    expect(listed.body.items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect((await asked(services[2]!, "two", "DELETE", `/v1/tokens/${id}`)).status).toBe(204);
    expect((await ask(services[2]!, "two", "GET", "/v1/boxes")).status).toBe(401);
  });

  test("the database away: what is asked for is not done and not lost, and the answer says so", async () => {
    await postgres.crash();
    const answer = await ask(services[2]!, "one", "POST", "/v1/users", { name: "A" }, "order-2");
    expect([answer.status, answer.body.detail]).toEqual([503, expect.stringContaining("database")]);
    await postgres.restart();
    expect((await asked(services[2]!, "one", "POST", "/v1/users", { name: "A" }, "order-2")).status).toBe(201);
    const { items } = (await asked(services[2]!, "one", "GET", "/v1/users")).body;
    expect(items.filter(({ name }: { name: string }) => name === "A")).toHaveLength(1);
  });
});
