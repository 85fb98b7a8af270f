import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MetadataStore } from "../../hal/boot/metadata.js";
import { type BootStub, chooseImage } from "../../hal/boot/stub.js";
import { HostStub } from "../../sim/trials/update-trial/host-stub.js";
import { trialImage } from "../../sim/trials/update-trial/releases.js";
import { soakUpdate } from "../../sim/trials/update-trial/soak.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Random } from "../../sim/world/random.js";
import { whyNoXs } from "../support/xs.js";

/** The boot stub in C (hal/mcu/boot) on this computer, under sanitizers, held to the one of the simulator. */

const SECTOR = 4_096;
const SLOT_SECTORS = 4;
const SEED = 11;
const STATES = 100;
const FUZZ_ROUNDS = "2000";
const BOOT = join(import.meta.dirname, "..", "..", "hal", "mcu", "boot");
const FUZZED = ["fuzz.c", "boot-choose.c", "boot-crc.c", "boot-image.c", "boot-metadata.c", "boot-load.c"];
const STRICT = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-DSLOT_BYTES=16384u"];
const SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

interface Board {
  readonly update: NorFlash;
  readonly slots: readonly [NorFlash, NorFlash];
}

function part(sectors: number): NorFlash {
  return new NorFlash({ sizeBytes: sectors * SECTOR, sectorBytes: SECTOR, alignBytes: 1 });
}

/** Slots and metadata as chance has them: sound, damaged or absent, of the release that is said or another; a part with faults. */
function boardOfChance(random: Random): Board {
  const slots = [part(SLOT_SECTORS), part(SLOT_SECTORS)] as const;
  for (const slot of slots) {
    if (random.int(5) === 0) continue;
    slot.program(0, trialImage(7 + random.int(3), 1 + random.int(9_000)));
    if (random.int(4) === 0) slot.flipBits(random.int(80), 1 << random.int(8));
  }
  const update = part(6);
  const store = new MetadataStore(update);
  for (let written = random.int(4); written > 0; written--) {
    const slot = random.int(2) === 0 ? 0 : 1;
    const trial = { slot, release: 7 + random.int(3), tries: random.int(4) } as const;
    const returned = { release: 7 + random.int(3), why: 1 + random.int(5) };
    store.write({
      confirmed: random.int(2) === 0 ? 0 : 1,
      release: 7 + random.int(3),
      trial: random.int(3) === 0 ? undefined : trial,
      floor: random.int(4),
      returned: random.int(2) === 0 ? undefined : returned,
    });
  }
  for (const sector of [0, 1]) {
    if (random.int(6) === 0) update.flipBits(sector * SECTOR + random.int(64), 1 << random.int(8));
    if (random.int(8) === 0)
      update.setFault(sector, random.pick(["program-error", "program-ignored", "erase-error", "erase-ignored"]));
    if (random.int(12) === 0) update.stickBit(sector * SECTOR + random.int(64), random.int(8), 0);
  }
  return { update, slots };
}

/** What the stub does to a copy of the board, and what comes of it; cut inside its `cut`th operation, if at all. */
function whatItDoes({ update, slots }: Board, stub: BootStub, cut?: number) {
  const flash = update.clone(SEED);
  const done: string[] = [];
  flash.onOperation = ({ kind, offset, byteLength }) => {
    if (kind !== "read") done.push(`${kind} ${offset}+${byteLength}`);
  };
  if (cut !== undefined) flash.planCut({ operation: cut, at: 20 });
  try {
    const choice = stub(flash, slots);
    return { done, choice, left: flash.image().subarray(0, 2 * SECTOR) };
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return { done, choice: "cut", left: undefined };
  }
}

describe.skipIf(whyNoXs() !== undefined)("the boot stub in C", () => {
  let folder: string;
  let inC: HostStub;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-boot-"));
    inC = new HostStub();
  });

  afterAll(() => {
    inC.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("chooses what the simulator's chooses, by the same operations, wherever the power goes", {
    timeout: 60_000,
  }, () => {
    let trials = 0;
    for (let state = 0; state < STATES; state++) {
      const random = new Random(SEED + state);
      const board = boardOfChance(random);
      const cut = random.int(6) === 0 ? 1 + random.int(5) : undefined;
      const expected = whatItDoes(board, chooseImage, cut);
      expect(whatItDoes(board, inC.choose, cut), `seed ${SEED + state}`).toEqual(expected);
      if (
        expected.choice !== "cut" &&
        expected.choice !== undefined &&
        (expected.choice as { isTrial: boolean }).isTrial
      )
        trials++;
    }
    expect(trials).toBeGreaterThanOrEqual(STATES / 10);
  });

  test("brings updates to their end through cuts, weak bits and all", { timeout: 60_000 }, () => {
    const result = soakUpdate({ seed: 6, cuts: 60, every: 97, stub: inC.choose, progress: () => {} });
    expect(result.failure).toBeUndefined();
    expect(result).toMatchObject({ states: 60, bricked: 0, lost: 0, unconfirmedKept: 0, wrong: 0 });
  });

  test("says that partitions lie elsewhere than where it looks", () => {
    const choose = () => inC.choose(part(6), [part(SLOT_SECTORS), part(SLOT_SECTORS + 1)]);
    expect(choose).toThrow(/partitions of 24576 and twice 16384 bytes, not of 24576, 16384, 20480/);
  });

  /** Compiles its fuzzer, with one of the files changed if need be, and runs it. */
  function fuzz(change?: { readonly file: string; readonly from: string; readonly to: string }) {
    const sources = FUZZED.map((file) => {
      if (file !== change?.file) return join(BOOT, file);
      const text = readFileSync(join(BOOT, file), "utf8");
      expect(text).toContain(change.from);
      const path = join(folder, file);
      writeFileSync(path, text.replace(change.from, change.to));
      return path;
    });
    const program = join(folder, "fuzz");
    const compiled = spawnSync("cc", [...STRICT, ...SANITIZED, `-I${BOOT}`, ...sources, "-o", program], {
      encoding: "utf8",
    });
    expect(compiled.stderr).toBe("");
    return spawnSync(program, ["1", FUZZ_ROUNDS], { encoding: "utf8" });
  }

  test("does nothing on any flash that it must never do, nor that a sanitizer minds", { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = fuzz();
    expect(`${stdout}${stderr}`, `hal/mcu/boot/fuzz 1 ${FUZZ_ROUNDS}`).toBe(`${FUZZ_ROUNDS} rounds\n`);
    expect(status).toBe(0);
  });

  test.each([
    [
      "a look beyond the slot",
      { file: "boot-image.c", from: "length > SLOT_BYTES - IMAGE_HEADER_BYTES", to: "length > 2 * SLOT_BYTES" },
    ],
    ["a try that is not counted", { file: "boot-choose.c", from: "present.tries - 1", to: "present.tries - 0" }],
    [
      "a record over the one in force",
      { file: "boot-metadata.c", from: "present.sector == 0 ? 1 : 0", to: "present.sector == 0 ? 0 : 1" },
    ],
    ["a sum that overflows", { file: "boot-load.c", from: "size <= whole - at", to: "(uint32_t)(at + size) <= whole" }],
    [
      "a segment beyond the memory",
      { file: "boot-load.c", from: "!is_within(to, bytes, memory->size)", to: "to > memory->size" },
    ],
  ] as const)("%s is found", { timeout: 60_000 }, (_, change) => {
    expect(fuzz(change).status).not.toBe(0);
  });
});
