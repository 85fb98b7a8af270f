import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Kind, type Rec } from "../../../firmware/records/records.js";
import { accountsOf } from "../../../sim/broker/accounts.js";
import { EmbeddedBroker } from "../../../sim/broker/embedded.js";
import { DocumentTokens, mintToken, SCOPES, type Scope } from "../../../sim/cloud/api/tokens.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "../support/cloud-rig.js";

/** The service goes through all that it does, with secrets that are known here, and nothing that it writes has one of them in it. */

vi.setConfig({ testTimeout: 60_000 });

const CLOUD = fileURLToPath(new URL("../../../sim/cli/cloud.ts", import.meta.url));
const BROKER_PASSWORD = "hush-broker-4711";
const SMTP_PASSWORD = "hush-smtp-4712";
const HOOK_QUERY = "hush-hook-4713";
const DATABASE_PASSWORD = "hush-database-4714";
const CHOSEN_CODE = "97531864";
const WRONG_TOKEN = "sbx_0123456789abcdef_hush4715";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-secrets-"));
  path = join(folder, "cloud.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The sample in a file with a token that may do everything; answers what the token shows. */
function makeFile(): {
  readonly token: string;
  readonly secrets: string[];
  readonly accounts: () => ReturnType<typeof accountsOf>;
} {
  const { cloud } = new CloudRig({ store: CloudStore.inFile(path) });
  // Something to tell in webhooks, and an alert to write of.
  const guesses: Rec = { kind: Kind.codeFailure, count: 9, target: 0, ...at(START_SECONDS) };
  cloud.ingest.take(BOX, { epoch: EPOCH, first: 1, records: [encodeRecord(guesses)] });
  const minted = mintToken("test", Object.keys(SCOPES) as Scope[], Date.now() / 1_000);
  new DocumentTokens(cloud.store, path).add(minted.token);
  const { boxes, keys, accesses } = cloud.store.organisation;
  const sheet = cloud.sheets.sheet(BOX).targets.flatMap(({ codes }) => codes.map(({ code }) => code));
  const secrets = [
    ...boxes.flatMap(({ sealingKey, codesKey, lookupKey, password }) => [sealingKey, codesKey, lookupKey, password]),
    ...keys.flatMap(({ code }) => code ?? []),
    ...accesses.map(({ code }) => code),
    ...sheet.slice(0, 50),
    minted.shown.split("_")[2]!,
    minted.token.hash,
  ];
  cloud.close();
  cloud.store.close();
  return { token: minted.shown, secrets, accounts: () => accountsOf(boxes, BROKER_PASSWORD) };
}

/** `npm run cloud`, and all that it writes. */
class Run {
  written = "";
  readonly #child;

  constructor(options: readonly string[]) {
    this.#child = spawn(process.execPath, ["--import", "tsx", CLOUD, ...options], {
      env: { ...process.env, SMARTBOX_BROKER_PASSWORD: BROKER_PASSWORD },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (bytes: Buffer) => {
        this.written += bytes.toString();
      });
    }
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await expect
      .poll(
        () => {
          found = pattern.exec(this.written);
          return found !== null;
        },
        { timeout: 30_000, message: `${pattern}` },
      )
      .toBe(true);
    return found!;
  }

  async end(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return await this.ended();
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }
}

test("a service that is asked, attacked, and told to write letters and webhooks logs no secret", async () => {
  const { token, secrets, accounts } = makeFile();
  const broker = await EmbeddedBroker.start({ port: 0, accounts });
  const smtp = `smtp://mailer:${SMTP_PASSWORD}@127.0.0.1:9`;
  const service = new Run([
    ...[
      "--database",
      path,
      "--broker",
      broker.url,
      "--user",
      accounts().cloud.username,
      "--api",
      "0",
      "--hooks-inside",
    ],
    ...["--smtp", smtp],
  ]);
  try {
    const api = (await service.says(/"api":"([^"]+)"/))[1]!;
    const ask = async (method: string, what: string, body?: unknown, shown = token) => {
      const answer = await fetch(`${api}${what}`, {
        method,
        headers: { Authorization: `Bearer ${shown}` },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const hook = await ask("POST", "/v1/hooks", { url: `http://127.0.0.1:9/told?key=${HOOK_QUERY}`, cursor: null });
    expect(hook).toMatchObject({ status: 201 });
    secrets.push(JSON.parse(hook.text).secret.replace("whsec_", ""), HOOK_QUERY, BROKER_PASSWORD, SMTP_PASSWORD);
    await ask("PUT", "/v1/mail", { to: ["guard@example.org"], quiet: null });
    const given = await ask("POST", "/v1/accesses", {
      user: 1,
      key: 1,
      code: CHOSEN_CODE,
      schedule: { kind: "ongoing" },
    });
    expect(given.status).toBe(201);
    secrets.push(CHOSEN_CODE, WRONG_TOKEN);
    const statuses = [
      await ask("POST", "/v1/keys/2/code"),
      await ask("POST", `/v1/boxes/${BOX}/sheets`),
      await ask("POST", `/v1/boxes/${BOX}/unlocks`, { bin: "A-1" }),
      await ask("POST", "/v1/accesses", { user: 1, key: 2, code: CHOSEN_CODE, schedule: { kind: "ongoing" } }),
      await ask("POST", "/v1/accesses", `{"code":"${CHOSEN_CODE}`),
      await ask("POST", "/v1/accesses", { user: 1, key: 2, code: `${CHOSEN_CODE}x`, schedule: { kind: "ongoing" } }),
      await ask("GET", "/v1/keys", undefined, WRONG_TOKEN),
      await ask("POST", "/v1/users", `"${"x".repeat(70_000)}${CHOSEN_CODE}"`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([201, 201, 202, 409, 400, 422, 401, 413]);
    const code = JSON.parse((await ask("GET", "/v1/keys/2")).text).code as string;
    secrets.push(code);
    // What goes out fails: that is told, with where to, and not with what opens it.
    await expect.poll(async () => (await ask("GET", "/v1/hooks")).text, { timeout: 20_000 }).toMatch(/"failing":\{/);
    await broker.stop();
    await service.says(/connection/i);
    expect(await service.end()).toBe(0);
  } finally {
    await service.end();
    await broker.stop();
  }
  expect(service.written.split("\n").length).toBeGreaterThan(3);
  for (const secret of secrets) expect(service.written).not.toContain(secret);
  expect(new Set(secrets).size).toBeGreaterThan(70);
});

test.each([
  ["a database that is away", `postgres://me:${DATABASE_PASSWORD}@127.0.0.1:9/x`, "mqtt://127.0.0.1:9"],
  ["a database URL that makes no sense", `postgres://me:${DATABASE_PASSWORD}@:port/x`, "mqtt://127.0.0.1:9"],
  ["a broker with a password in its URL", "cloud.json", `mqtt://cloud:${DATABASE_PASSWORD}@127.0.0.1:9`],
])("%s is told without the password", async (_, database, broker) => {
  makeFile();
  const service = new Run(["--database", database === "cloud.json" ? path : database, "--broker", broker]);
  expect(await service.ended()).toBeGreaterThan(0);
  expect(service.written).toMatch(/"level":"error"/);
  expect(service.written).not.toContain(DATABASE_PASSWORD);
});
