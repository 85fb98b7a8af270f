import { execFile } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backUp } from "../../../sim/cloud/store/backup.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { BOX, CloudRig, door, TestBox } from "../support/cloud-rig.js";

const CLOUD = fileURLToPath(new URL("../../../sim/cli/cloud.ts", import.meta.url));

let folder: string;
let path: string;
let copies: string;
let rig: CloudRig;
let box: TestBox;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-backup-"));
  path = join(folder, "cloud.json");
  copies = join(folder, "monday");
  rig = new CloudRig({ store: CloudStore.inFile(path) });
  box = new TestBox(rig);
  box.connect();
  box.records(1, [door(1), door(2)]);
  rig.cloud.store.commit();
});
afterEach(() => {
  rig.cloud.store.close();
  rmSync(folder, { recursive: true });
});

describe("a copy of a file", () => {
  test("that a cloud has open and goes on with is what it had then, and a cloud begins with it", () => {
    const { bytes, boxes } = backUp(path, copies);
    expect([boxes, bytes]).toEqual([3, expect.any(Number)]);
    box.records(3, [door(3)]);
    rig.cloud.admin.addUser({ name: "After the copy" });
    expect(readdirSync(copies).sort()).toEqual(["cloud.json", "cloud.log"]);

    const again = new CloudRig({ store: CloudStore.inFile(join(copies, "cloud.json")), sample: false });
    const { cloud } = again;
    expect(cloud.ingest.through(BOX, "0102030405060708")).toBe(2);
    expect(cloud.store.organisation.users.map(({ name }) => name)).not.toContain("After the copy");
    // The box tells what came after the copy once more, and somebody is told that it is one.
    const same = new TestBox(again);
    same.connect(1, { next: 4, acked: 3 });
    same.records(3, [door(3)]);
    expect(cloud.ingest.through(BOX, "0102030405060708")).toBe(3);
    expect(cloud.alerts.of(BOX).map(({ id }) => id)).toContain(`put-back/${BOX}`);
    cloud.store.close();
  });

  test("leaves out a group that is only half written, and brings the document up to the log", () => {
    appendFileSync(join(folder, "cloud.log"), Buffer.of(9, 0, 0, 0, 1));
    backUp(path, copies);
    const document = JSON.parse(readFileSync(join(copies, "cloud.json"), "utf8"));
    expect(document.boxes[BOX].epochs["0102030405060708"].through).toBe(2);
  });

  test("is refused where there is one, which stays as it is", () => {
    backUp(path, copies);
    const before = readFileSync(join(copies, "cloud.log"));
    box.records(3, [door(3)]);
    rig.cloud.store.commit();
    expect(() => backUp(path, copies)).toThrow(/has a copy already.*a folder of its own/);
    expect(readFileSync(join(copies, "cloud.log"))).toEqual(before);
  });

  test("of something damaged is none: it says so and leaves nothing", () => {
    const log = readFileSync(join(folder, "cloud.log"));
    log[40]! ^= 1;
    const damaged = join(folder, "damaged");
    writeFileSync(`${damaged}.json`, readFileSync(path));
    writeFileSync(`${damaged}.log`, log);
    expect(() => backUp(`${damaged}.json`, copies)).toThrow(/was not made.*is damaged/);
    expect(readdirSync(copies)).toEqual([]);
  });

  test("in a folder that cannot be is told in one sentence", () => {
    expect(() => backUp(path, join(path, "inside"))).toThrow(/was not made, there can be no folder .*inside/);
  });

  test("is made by the command beside a running service, with what is in it", async () => {
    const { code, out } = await run("--database", path, "--backup", copies);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ about: "backup", boxes: 3, message: "copied and checked" });
    expect(existsSync(join(copies, "cloud.json"))).toBe(true);
    const again = await run("--database", path, "--backup", copies);
    expect([again.code, JSON.parse(again.out).message]).toEqual([2, expect.stringMatching(/has a copy already/)]);
  });

  test("of a server is not for this command, which says how it is made", async () => {
    const { code, out } = await run("--database", "postgres://x:only@127.0.0.1:1/y", "--backup", copies);
    expect([code, JSON.parse(out).message]).toEqual([2, expect.stringMatching(/pg_basebackup/)]);
    expect(out).not.toContain("only");
  });
});

function run(...options: string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--import", "tsx", CLOUD, ...options], (_error, out) =>
      resolve({ code: child.exitCode ?? -1, out }),
    );
  });
}
