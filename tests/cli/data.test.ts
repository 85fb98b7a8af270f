import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataDirectory, DataError } from "../../sim/cli/front/data-directory.js";
import { Desk } from "../../sim/cli/front/desk.js";
import type { DeskOptions } from "../../sim/cli/front/desk-world.js";
import { CloudError } from "../../sim/cloud/domain.js";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let path: string;
let data: DataDirectory;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "smartbox-data-"));
  data = new DataDirectory(path);
});
afterEach(async () => {
  data.release();
  await rm(path, { recursive: true });
});

const open = (options: Partial<DeskOptions> = {}) =>
  Desk.open({
    data,
    box: "MS5-PARIS",
    seed: 1,
    broker: "inside",
    language: undefined,
    onProblem: (message) => {
      throw new Error(message);
    },
    ...options,
  });

async function lived(): Promise<void> {
  const desk = await open();
  await desk.until(() => false, 500);
  await desk.close();
}

describe("a damaged data directory", () => {
  const WAY_OUT = "\nPut back a copy of it, use another directory (--data DIR), or start over (--fresh).";
  const BOX = "boxes/MS5-PARIS";

  it.each([
    ["cloud.json", "{", /JSON/],
    ["cloud.json", "null", /no box/],
    ["cloud.json", "[]", /format/],
    ["cloud.json", '{"format":1}', /organisation/],
    ["cloud.json", '{"format":4}', /has format 4, of a newer version; this version reads 1 to 3: use the version/],
    ["world.json", '{"format":2,"starts":1,"wallSeconds":1}', /Expected 1 but received 2/],
    ["world.json", "", /JSON/],
    [`${BOX}/surroundings.json`, '{"format":1,"internet":"maybe"}', /internet|"up"/],
    [`${BOX}/machine.json`, "{}", /not a saved machine/],
  ])("is refused by the name of the file and left as it was: %s with %s", async (name, content, cause) => {
    await lived();
    const file = join(path, name);
    await writeFile(file, content);
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as DataError;
    expect(message).toContain(file);
    expect(message).toMatch(cause);
    expect(message).toContain(WAY_OUT);
    expect(await readFile(file, "utf8")).toBe(content);
  });

  it("is refused when a flash image is cut or the organisation makes no sense", async () => {
    await lived();
    const cloud = join(path, "cloud.json");
    const good = await readFile(cloud, "utf8");
    await writeFile(cloud, good.replace("Europe/Paris", "Europe/Parma"));
    await expect(open()).rejects.toThrow(/cloud\.json: .*Europe\/Parma is not known/);
    await writeFile(cloud, good);
    const image = (await readdir(join(path, BOX))).find((name) => name.startsWith("journal"))!;
    await truncate(join(path, BOX, image), 100);
    await expect(open()).rejects.toThrow(/journal\.\d+\.bin: 100 bytes/);
  });

  it("can be started over, which removes what simulators wrote and nothing else", async () => {
    await lived();
    await writeFile(join(path, "notes.txt"), "mine");
    await writeFile(join(path, "cloud.json"), "{");
    expect(data.isFresh).toBe(false);
    data.clear();
    expect([data.isFresh, (await readdir(path)).sort()]).toEqual([true, ["lock", "notes.txt"]]);
    await lived();
  });
});

describe("the data directory", () => {
  it("belongs to one simulator, until that has gone or was killed", async () => {
    const lock = join(path, "lock");
    // A process that is there and is not this one.
    await writeFile(lock, String(process.ppid));
    expect(() => new DataDirectory(path)).toThrow(`in use by process ${process.ppid}`);
    await writeFile(lock, String(2 ** 22 + 1));
    data = new DataDirectory(path);
    expect(await readFile(lock, "utf8")).toBe(String(process.pid));
    data.release();
    expect(existsSync(lock)).toBe(false);
  });

  it("cannot be a file", async () => {
    await writeFile(join(path, "file"), "");
    expect(() => new DataDirectory(join(path, "file"))).toThrow(/cannot be used: .*--data DIR/);
    expect(() => new DataDirectory(join(path, "file", "below"))).toThrow(DataError);
  });
});

describe("a desk", () => {
  it("keeps skipped time, boxes' bins and the building's state, and never repeats its random numbers", async () => {
    const first = await open();
    const secrets = first.cloud.store.organisation.boxes;
    const random = first.world.random("cloud").bytes(8);
    first.machine.setMains(false);
    await first.skip(40 * 86_400_000, () => {});
    first.machine.bins.stock(0, undefined);
    first.surroundings.setLink("wifi", "down");
    first.surroundings.openHotspot({ ssid: "Phone", passphrase: "marais-2026", hasInternet: true });
    const until = first.world.wallSeconds();
    const { state } = first.surroundings;
    await first.close();

    const second = await open();
    expect(second.world.startWallSeconds).toBe(Math.ceil(until));
    expect(second.machine.bins.content(0)).toBeUndefined();
    expect(second.machine.mains.present).toBe(false);
    expect(second.surroundings.state).toEqual(state);
    expect(second.machine.net.wifi?.backhaulOf("Phone")).toBeDefined();
    expect(second.machine.net.wifi?.backhaulOf("Building")).toBeUndefined();
    expect(second.cloud.store.organisation.boxes).toEqual(secrets);
    expect(second.world.random("cloud").bytes(8)).not.toEqual(random);
    await second.close();

    data.clear();
    const third = await open();
    expect(third.cloud.store.organisation.boxes).toEqual(secrets);
    expect(third.world.random("cloud").bytes(8)).toEqual(random);
    await third.close();
  });

  it.each([
    [{ url: "http://127.0.0.1:1" }, "write mqtt://host:1883"],
    [{ url: "wss://127.0.0.1:1/mqtt" }, "give its certificate with --ca FILE"],
    [{ url: "nonsense" }, "write mqtt://host:1883"],
    [{ url: "mqtt://me:pw@127.0.0.1:1" }, "give them with --user and --password"],
    [{ url: "mqtts://127.0.0.1:1" }, "give its certificate with --ca FILE"],
    [{ url: "mqtt://127.0.0.1:1", username: "me" }, "give both --user and --password"],
  ])("refuses the broker %o", async (broker, cause) => {
    const error = await open({ broker }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CloudError);
    expect((error as CloudError).message).toContain(cause);
  });
});
