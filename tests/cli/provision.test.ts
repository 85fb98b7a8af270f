import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadIdentity } from "../../firmware/identity/copies.js";
import { DataDirectory } from "../../sim/cli/front/data-directory.js";
import { recordOf } from "../../sim/cli/provision/record.js";
import { partitionOf } from "../../sim/cli/shared/partition.js";
import { hexToBytes, LANGUAGES } from "../../sim/cloud/domain.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { lettersFile } from "../../sim/engines/glyphs/letters-file.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { ROOT } from "../tidy/sources.js";

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-provision-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function provision(args: readonly string[], path = process.env.PATH) {
  const command = ["--import", "tsx", "sim/cli/provision.ts", "--data", at("data"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

function identityIn(file: string) {
  const image = new Uint8Array(readFileSync(file));
  return loadIdentity(new NorFlash({ sizeBytes: image.length, sectorBytes: 4_096, alignBytes: 4, image })).identity;
}

const recordIn = (id: string) =>
  CloudStore.inFile(join(at("data"), "cloud.json")).organisation.boxes.find((box) => box.id === id)!;

test("an image and the cloud's record of the same secrets, for a cloud that was not there", () => {
  const made = provision(["--box", "MS4-LYON", "--model", "MS4", "--bins", "7+5", "--out", at("identity.bin")]);
  expect(made.stderr).toContain("plain TCP: for desks only");
  expect(JSON.parse(made.stdout)).toEqual({
    box: "MS4-LYON",
    model: "MS4",
    bins: 12,
    isNew: true,
    image: at("identity.bin"),
    port: null,
  });
  const record = recordIn("MS4-LYON");
  expect(record.bins.at(-1)!.label).toBe("B-5");
  expect(identityIn(at("identity.bin"))).toEqual({
    box: "MS4-LYON",
    sealingKey: hexToBytes(record.sealingKey),
    codesKey: hexToBytes(record.codesKey),
    lookupKey: hexToBytes(record.lookupKey),
    broker: { host: "127.0.0.1", port: 18_830, username: record.username, password: record.password },
  });
  expect(statSync(at("identity.bin")).size).toBe(65_536);
  expect(statSync(at("identity.bin")).mode & 0o777).toBe(0o600);
});

test("a box that the cloud has keeps its secrets, and may be sent to another broker", () => {
  expect(provision(["--box", "MS5-A", "--out", at("first.bin")]).status).toBe(0);
  expect(provision(["--box", "MS5-B", "--out", at("other.bin")]).status).toBe(0);
  writeFileSync(at("ca.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const broker = ["--broker", "mqtts://mqtt.test", "--ca", at("ca.pem"), "--user", "all", "--password", "secret"];
  const again = provision(["--box", "ms5-a", "--out", at("again.bin"), ...broker]);
  expect(again.stderr).toContain("MS5-A keeps the secrets");
  expect(JSON.parse(again.stdout)).toMatchObject({ box: "MS5-A", isNew: false });
  const [first, second] = [identityIn(at("first.bin")), identityIn(at("again.bin"))];
  expect(second).toMatchObject({ box: "MS5-A", sealingKey: first.sealingKey, codesKey: first.codesKey });
  expect(second.broker).toMatchObject({ host: "mqtt.test", port: 8_883, username: "all", password: "secret" });
  expect(second.broker.authority).toContain("AAAA");
  expect(identityIn(at("other.bin")).sealingKey).not.toEqual(first.sealingKey);
});

test("the same image may be written once more, and nothing else is written over", () => {
  const args = ["--box", "MS5-A", "--out", at("identity.bin")];
  expect([provision(args).status, provision(args).status]).toEqual([0, 0]);
  const other = provision(["--box", "MS5-B", "--out", at("identity.bin")]);
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("holds something else: delete it, or choose another name");
  expect(identityIn(at("identity.bin")).box).toBe("MS5-A");
});

/** An esptool that keeps what it was told and given. */
function esptool(name: string, status = 0): void {
  const script = ["#!/bin/sh", `echo "$@" > ${at("told")}`, `cp "$5" ${at("given")}`, `exit ${status}`];
  writeFileSync(at(name), script.join("\n"));
  chmodSync(at(name), 0o755);
}

test.each(["esptool", "esptool.py"])(
  "%s puts it where the partition table has it, and no secret stays behind",
  (name) => {
    esptool(name);
    const path = `${folder}:/usr/bin:/bin`;
    expect(provision(["--box", "MS5-A", "--port", "/dev/ttyUSB7"], path).status).toBe(0);
    const [, port, command, offset, file] = readFileSync(at("told"), "utf8").trim().split(" ");
    expect([port, command, offset]).toEqual(["/dev/ttyUSB7", "write_flash", "0xce0000"]);
    expect(identityIn(at("given")).box).toBe("MS5-A");
    expect(existsSync(file!)).toBe(false);
  },
);

test("letters of names go onto the board with it, where the table has their partition", async () => {
  esptool("esptool");
  writeFileSync(at("letters.bin"), await lettersFile(5.56, [0x56fd]));
  const args = ["--box", "MS5-A", "--port", "/dev/ttyUSB7", "--letters", at("letters.bin")];
  expect(provision(args, `${folder}:/usr/bin:/bin`).status).toBe(0);
  const told = readFileSync(at("told"), "utf8").trim().split(" ");
  expect([told[3], told[5]]).toEqual(["0xce0000", "0xae0000"]);
  expect(told[6]).toMatch(/letters\.bin$/);
});

test("letters that are none, or without a board, end with 2", () => {
  writeFileSync(at("letters.bin"), "no letters at all here");
  const onto = ["--box", "MS5-A", "--port", "/dev/ttyUSB7", "--letters"];
  for (const [args, why] of [
    [[...onto, at("letters.bin")], "is no font file: npm run firmware makes build/panel/letters.bin"],
    [[...onto, at("nothing")], "ENOENT"],
    [["--box", "MS5-A", "--out", at("x"), "--letters", at("letters.bin")], "name it with --port"],
  ] as const) {
    const { status, stderr } = provision(args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
  }
});

test("a board that takes nothing, or no esptool, ends with 1 and keeps the record", () => {
  const none = provision(["--box", "MS5-A", "--port", "/dev/ttyUSB7"], folder);
  expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("pip install esptool")]);
  esptool("esptool", 2);
  const failed = provision(["--box", "MS5-A", "--port", "/dev/ttyUSB7"], `${folder}:/usr/bin:/bin`);
  expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("esptool did not write to /dev/ttyUSB7")]);
  expect(recordIn("MS5-A").model).toBe("MS5");
});

test.each([
  [[], "where to?"],
  [["--out", "/nowhere/x"], "--out /nowhere/x: ENOENT"],
  [["--out", "x", "--broker", "mqtts://x", "--ca", "/nowhere"], "--ca /nowhere: ENOENT"],
])("%j ends with 2 and says why", (args, why) => {
  const { status, stderr } = provision(["--box", "MS5-A", ...args]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
});

test.each([
  [{ model: "MS3" }, "MS3 has no offline mode"],
  [{ model: "MS9" }, "there is no board MS9"],
  [{ bins: "twelve" }, "write how many each unit has"],
  [{ language: "xx" }, `--language xx: it is one of ${LANGUAGES.join(", ")}`],
  [{ zone: "Mars/Olympus" }, "Mars/Olympus"],
  [{ box: "no spaces" }, "box id no spaces"],
])("a new box with %j is refused, and no database is made", (wrong, why) => {
  const data = new DataDirectory(at("data"));
  const plain = { box: "MS5-A", model: "MS5", bins: "12", location: "Workshop", zone: "UTC", language: "en" };
  expect(() => recordOf(data, { ...plain, ...wrong })).toThrow(why);
  expect(data.isFresh).toBe(true);
  expect(recordOf(data, plain)).toMatchObject({ isNew: true, box: { id: "MS5-A" } });
  data.release();
});

test("a database in use is left alone", () => {
  expect(provision(["--box", "MS5-A", "--out", at("a.bin")]).status).toBe(0);
  writeFileSync(join(at("data"), "lock"), String(process.pid));
  const { status, stderr } = provision(["--box", "MS5-B", "--out", at("b.bin")]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(`in use by process ${process.pid}`)]);
  expect(existsSync(at("b.bin"))).toBe(false);
});

test("a partition that the table lacks is an error", () => {
  expect(() => partitionOf("nvs, data, nvs, 0x9000, 0x6000", "identity")).toThrow(/no partition identity/);
});
