import { execFileSync } from "node:child_process";
import { generateSync } from "otplib";
import { expect, test } from "vitest";
import { hotp, offlineCode } from "../../firmware/codes/hotp.js";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { asciiBytes } from "../../hal/bytes/ascii.js";
import { Random } from "../../sim/world/random.js";

const SEED = 4226;
const LAST_COUNTER = 999 * 100 + 99;

function hasOathtool(): boolean {
  try {
    execFileSync("oathtool", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** HOTP-SHA-512 of `count` counters from `first` on: oathtool's TOTP with steps of 30 s, told what time it is. */
function oathtool(key: Uint8Array, first: number, count: number, digits: number): string[] {
  const now = new Date(first * 30_000).toISOString().replace("T", " ").replace(".000Z", " UTC");
  const options = ["--totp=sha512", `--digits=${digits}`, `--now=${now}`, `--window=${count - 1}`];
  return execFileSync("oathtool", [...options, Buffer.from(key).toString("hex")], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test.skipIf(!hasOathtool())(
  "oathtool gives the same codes: 60 random keys of 20 to 64 bytes, 50 counters each, of 6 and 8 digits",
  () => {
    const random = new Random(SEED);
    for (let i = 0; i < 60; i++) {
      const key = random.bytes(20 + random.int(45));
      const first = random.int(LAST_COUNTER);
      const digits = i % 3 === 0 ? 6 : 8;
      const ours = Array.from({ length: 50 }, (_, j) => hotp(TWEETNACL_HASH, key, first + j, digits));
      expect(oathtool(key, first, 50, digits), `seed ${SEED}, key ${i}`).toEqual(ours);
    }
  },
);

test("otplib gives the same codes: 2,000 random keys and counters", () => {
  const random = new Random(SEED + 1);
  for (let i = 0; i < 2_000; i++) {
    const secret = random.bytes(20 + random.int(45));
    const counter = random.int(LAST_COUNTER);
    const theirs = generateSync({ strategy: "hotp", secret, counter, algorithm: "sha512", digits: 8 });
    expect(hotp(TWEETNACL_HASH, secret, counter, 8), `seed ${SEED + 1}, key ${i}`).toBe(theirs);
  }
});

test("otplib gives the codes of a sheet, from the target's key on", () => {
  const random = new Random(SEED + 2);
  const targets = ["all", "unmount", "bin:A-1", "bin:C-25"];
  for (let i = 0; i < 400; i++) {
    const codesKey = random.bytes(32);
    const target = random.pick(targets);
    const sheet = 1 + random.int(999);
    const number = 1 + random.int(10);
    const secret = TWEETNACL_HASH.hmacSha512(codesKey, asciiBytes(target));
    const theirs = generateSync({
      strategy: "hotp",
      secret,
      counter: sheet * 100 + number,
      algorithm: "sha512",
      digits: 8,
    });
    expect(offlineCode(TWEETNACL_HASH, codesKey, target, sheet, number), `seed ${SEED + 2}, ${i}`).toBe(theirs);
  }
});
