import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apiApp } from "../../../sim/cloud/api/app.js";
import { ApiServer } from "../../../sim/cloud/api/server.js";
import { BOX, START_SECONDS } from "../support/cloud-rig.js";
import { ALL, apiRig, shelfOf } from "./support.js";

/**
 * The description against the service that runs, by a program that knows neither: Redocly reads the document, sends what the steps below
 * say, and holds each answer's status, type and body to it.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

interface Step {
  readonly id: string;
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly status?: number;
  /** What the answer's `id` is called in later steps. */
  readonly made?: boolean;
}

const made = (step: string): string => `$steps.${step}.outputs.id`;
const box = { box: BOX };

/** Each operation once at least, in an order in which each can be done. */
const STEPS: readonly Step[] = [
  { id: "addLocation", body: { name: "Lyon", timeZone: "Europe/Paris", language: "fr" }, made: true },
  { id: "getLocation", path: { location: made("addLocation") } },
  { id: "changeLocation", path: { location: made("addLocation") }, body: { language: "en" } },
  { id: "listLocations", query: { limit: 1 } },
  { id: "addKey", body: { name: "Cellar", roaming: true, home: 1, fob: "777AAA" }, made: true },
  { id: "getKey", path: { key: made("addKey") } },
  { id: "changeKey", path: { key: made("addKey") }, body: { fob: null } },
  { id: "generateKeyCode", path: { key: made("addKey") } },
  { id: "listKeys" },
  { id: "addUser", body: { name: "Zoé" }, made: true },
  { id: "getUser", path: { user: made("addUser") } },
  { id: "changeUser", path: { user: made("addUser") }, body: { badge: "888BBB" } },
  { id: "listUsers", query: { limit: 2 } },
  { id: "addAccess", body: { user: 1, key: 1, schedule: { kind: "ongoing" } }, made: true },
  { id: "getAccess", path: { access: made("addAccess") } },
  {
    id: "changeAccess",
    path: { access: made("addAccess") },
    body: { schedule: { kind: "scheduled", start: "2026-07-01T08:00", end: "2026-07-01T18:00", zone: "local" } },
  },
  { id: "listAccesses", query: { user: 1, limit: 200 } },
  { id: "addBox", body: { id: "NEW-1", model: "MS5", location: 1, units: [12, 8] } },
  { id: "listBoxes" },
  { id: "getBox", path: box },
  { id: "moveBox", path: box, body: { location: 2 } },
  { id: "listBins", path: box },
  { id: "setBinEnabled", path: { ...box, bin: "A-1" }, body: { enabled: false } },
  { id: "correctBin", path: { ...box, bin: "A-9" }, body: { key: made("addKey"), sure: true } },
  { id: "unlock", path: box, body: { bin: "A-2" } },
  { id: "reboot", path: box },
  { id: "listCommands", path: box },
  { id: "rotateSheet", path: box },
  { id: "closeSheets", path: box },
  { id: "getSheet", path: { ...box, sheet: "current" } },
  { id: "listLog", path: box },
  { id: "listEvents" },
  { id: "listAlerts" },
  { id: "acknowledgeAlert", path: { alert: `crash:${BOX}` }, body: { by: "Ida" } },
  { id: "closeAlert", path: { alert: `crash:${BOX}` } },
  {
    id: "setMail",
    body: { to: ["ida@example.com"], quiet: { from: "22:00", until: "07:00", timeZone: "Europe/Paris" } },
  },
  { id: "getMail" },
  { id: "setMail", body: { to: [], quiet: { from: "22:00", until: "7", timeZone: "Nowhere" } }, status: 422 },
  { id: "addHook", body: { url: "https://example.com/told", types: ["alert."], cursor: null }, made: true },
  { id: "getHook", path: { hook: made("addHook") } },
  { id: "changeHook", path: { hook: made("addHook") }, body: { enabled: false } },
  { id: "replayHook", path: { hook: made("addHook") }, body: { cursor: null } },
  { id: "listHooks" },
  { id: "removeHook", path: { hook: made("addHook") } },
  { id: "addHook", body: { url: "http://example.com/told", cursor: null }, status: 409 },
  { id: "listReleases", query: { limit: 1 } },
  { id: "startRollout", body: { model: "MS5", release: 8 } },
  { id: "getRollout", path: { model: "MS5" } },
  { id: "listRollouts" },
  { id: "changeRollout", path: { model: "MS5" }, body: { state: "paused" } },
  { id: "pinBox", path: box, body: { release: 9 } },
  { id: "pinBox", path: box, body: { release: null } },
  { id: "pinBox", path: box, body: { release: 77 }, status: 409 },
  { id: "getRollout", path: { model: "MS4" }, status: 404 },
  { id: "listVersions", query: { model: "MS5", below: 9 } },
  { id: "listTokens" },
  { id: "revokeToken", path: { token: "TOKEN" } },
  { id: "removeKeyCode", path: { key: made("addKey") } },
  { id: "removeKey", path: { key: made("addKey") } },
  { id: "removeAccess", path: { access: made("addAccess") } },
  { id: "setPrivacy", body: { days: 365 } },
  { id: "getPrivacy" },
  { id: "eraseUser", path: { user: 1 } },
  { id: "removeUser", path: { user: made("addUser") } },
  { id: "removeLocation", path: { location: made("addLocation") } },
  // What goes wrong is described as well.
  { id: "getKey", path: { key: 9_999 }, status: 404 },
  { id: "getKey", path: { key: 0 }, status: 422 },
  { id: "addKey", body: { name: "Cellar", roaming: true, home: 99 }, status: 409 },
  { id: "listKeys", query: { cursor: "none" }, status: 400 },
];

interface Described {
  readonly paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, { properties: Record<string, unknown> }> };
}

let server: ApiServer;
let folder: string;
let described: Described;
let authorisation: string;
let other: string;
beforeAll(async () => {
  const rig = apiRig({ shelf: shelfOf(8, 9) });
  rig.cloud.alerts.raise({ id: `crash/${BOX}`, box: BOX, what: "its program ended", wayOut: "look" });
  authorisation = `Bearer ${rig.token(ALL)}`;
  other = rig.token(["read"]).split("_")[1]!;
  const host = {
    tokens: rig.tokens,
    now: () => START_SECONDS,
    find: async () => ({ cloud: rig.cloud }),
    onFault: (message: string) => console.error(message),
  };
  server = await ApiServer.start(host, 0, "127.0.0.1");
  described = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as Described;
  folder = mkdtempSync(join(tmpdir(), "smartbox-contract-"));
  expect(await (await apiApp(host).request("/v1/openapi.json")).json()).toEqual(described);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function operations(): readonly { id: string; statuses: readonly string[] }[] {
  return Object.values(described.paths).flatMap((path) =>
    Object.values(path).map(({ operationId, responses }) => ({ id: operationId, statuses: Object.keys(responses) })),
  );
}

/** Writes the document and the steps; answers what Redocly says. */
async function respect(document: unknown, steps: readonly Step[]) {
  const withServer = { ...(document as object), servers: [{ url: server.url }] };
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(withServer));
  writeFileSync(join(folder, "steps.arazzo.json"), JSON.stringify(workflow(steps)));
  return await redocly("respect", "steps.arazzo.json");
}

function workflow(steps: readonly Step[]): object {
  const names = new Map<string, number>();
  return {
    arazzo: "1.0.1",
    info: { title: "Every operation", version: "1" },
    sourceDescriptions: [{ name: "cloud", type: "openapi", url: "openapi.json" }],
    workflows: [
      {
        workflowId: "everything",
        parameters: [{ in: "header", name: "Authorization", value: authorisation }],
        steps: steps.map(({ id, path = {}, query = {}, body, status, made: isMade }) => {
          const count = (names.get(id) ?? 0) + 1;
          names.set(id, count);
          const parameters = [
            ...Object.entries(path).map(([name, value]) => ({
              in: "path",
              name,
              value: value === "TOKEN" ? other : value,
            })),
            ...Object.entries(query).map(([name, value]) => ({ in: "query", name, value })),
          ];
          return {
            stepId: count === 1 ? id : `${id}${count}`,
            operationId: id,
            ...(parameters.length > 0 && { parameters }),
            ...(body !== undefined && { requestBody: { contentType: "application/json", payload: body } }),
            // Any status that is described would do otherwise.
            successCriteria: [{ condition: `$statusCode == ${status ?? good(id)}` }],
            ...(isMade && { outputs: { id: "$response.body#/id" } }),
          };
        }),
      },
    ],
  };
}

/** The one status that is no problem. */
function good(id: string): string {
  return operations()
    .find((one) => one.id === id)!
    .statuses.find((status) => status.startsWith("2"))!;
}

const REDOCLY = join(dirname(createRequire(import.meta.url).resolve("@redocly/cli/package.json")), "bin/cli.js");

function redocly(...options: string[]): Promise<{ readonly code: number; readonly out: string }> {
  // It would ask a server on the internet whether there is a newer one.
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, [REDOCLY, ...options], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` });
    });
  });
}

test("the description is sound OpenAPI 3.1, without a warning", async () => {
  writeFileSync(join(folder, "openapi.json"), JSON.stringify({ ...described, servers: [{ url: server.url }] }));
  const rules = { extends: ["recommended"], rules: { "no-server-example.com": "off" } };
  writeFileSync(join(folder, "redocly.yaml"), JSON.stringify(rules));
  const { code, out } = await redocly("lint", "openapi.json", "--format", "json");
  const report = JSON.parse(out.slice(out.indexOf("{"), out.lastIndexOf("}") + 1)) as {
    problems: { ruleId: string; message: string }[];
  };
  expect(report.problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  expect(code).toBe(0);
});

test("the steps are all operations that are described", () => {
  expect([...new Set(STEPS.map(({ id }) => id))].sort()).toEqual(
    operations()
      .map(({ id }) => id)
      .sort(),
  );
});

test("every operation answers as it is described, and so does what goes wrong", async () => {
  const { code, out } = await respect(described, STEPS);
  expect([code, code === 0 ? "" : out]).toEqual([0, ""]);
  expect(out).toContain(`Steps: ${STEPS.length} passed, ${STEPS.length} total`);
});

test("a description that says something else is found out", async () => {
  const wrong = structuredClone(described);
  wrong.components.schemas.User!.properties.name = { type: "number" };
  const { code, out } = await respect(wrong, [{ id: "getUser", path: { user: 1 } }]);
  expect([code, out]).toEqual([1, expect.stringMatching(/name/)]);
});
