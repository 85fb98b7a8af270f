import { describe, expect, test } from "vitest";
import { type BootMetadata, MetadataStore } from "../../hal/boot/metadata.js";
import { TRIES } from "../../hal/boot/stub.js";
import { type Bootloader, chosenImage } from "../../hal/moddable/esp32/image-choice.js";
import { SlotFlash } from "../../hal/moddable/esp32/slot-flash.js";
import { FlashError } from "../../hal/ports/flash.js";
import { GiveUp, type Slot, type UpdatePort } from "../../hal/ports/update.js";
import { trialImage } from "../../sim/trials/update-trial/releases.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";

const SECTOR = 4_096;

function part(sectors: number, content: Uint8Array = new Uint8Array()): NorFlash {
  const image = new Uint8Array(sectors * SECTOR).fill(0xff);
  image.set(content);
  return new NorFlash({ sizeBytes: image.length, sectorBytes: SECTOR, alignBytes: 1, image });
}

class Restart extends Error {}

interface Entry {
  readonly seq: number;
  state: "new" | "pending" | "valid" | "aborted";
}

/** ESP-IDF 6's: `bootloader_utility_get_selected_boot_partition` with the rollback on, and `esp_rewrite_ota_data`. Its data are written whole. */
class Otadata {
  readonly #entries: (Entry | undefined)[] = [undefined, undefined];
  /** Slots that it takes for images: its own check is by SHA-256. */
  readonly bootable: [boolean, boolean] = [true, true];

  /** What it starts after a reset. */
  reset(): Slot {
    for (const entry of this.#entries) if (entry?.state === "pending") entry.state = "aborted";
    const active = this.#active();
    const wanted = active === undefined ? 0 : this.#slotOf(active);
    if (active?.state === "new") active.state = "pending";
    return this.bootable[wanted] ? wanted : wanted === 0 ? 1 : 0;
  }

  startNext(slot: Slot): boolean {
    if (!this.bootable[slot]) return false;
    const active = this.#active();
    let seq = slot + 1;
    while (active !== undefined && seq <= active.seq) seq += 2;
    const at = active === undefined || active === this.#entries[1] ? 0 : 1;
    this.#entries[at] = { seq, state: "new" };
    return true;
  }

  keep(): void {
    const active = this.#active();
    if (active !== undefined) active.state = "valid";
  }

  #active(): Entry | undefined {
    const usable = this.#entries.filter((one): one is Entry => one !== undefined && one.state !== "aborted");
    return usable.sort((a, b) => b.seq - a.seq)[0];
  }

  #slotOf({ seq }: Entry): Slot {
    return ((seq - 1) % 2) as Slot;
  }
}

/** Release 7 confirmed in slot 0, release 8 in slot 1, both in two partitions. */
function board(metadata: BootMetadata | "blank" = SEVEN) {
  const partition = part(16);
  if (metadata !== "blank") new MetadataStore(partition).write(metadata);
  const images = [trialImage(7, 9_000), trialImage(8, 9_000)];
  const heads = images.map((image) => part(1, image.subarray(0, SECTOR)));
  const bodies = images.map((image) => part(4, image.subarray(SECTOR)));
  const slots = [new SlotFlash(heads[0]!, bodies[0]!), new SlotFlash(heads[1]!, bodies[1]!)] as const;
  const otadata = new Otadata();
  const started: Slot[] = [];

  /** The supply comes back, or a reset: until an image goes on. */
  function reset(): { readonly running: Slot; readonly port: UpdatePort | undefined } {
    partition.powerOn();
    for (let restarts = 0; restarts <= 2; restarts++) {
      const running = otadata.reset();
      started.push(running);
      const bootloader: Bootloader = {
        running,
        startNext: (slot) => otadata.startNext(slot),
        keep: () => otadata.keep(),
        restart: () => {
          throw new Restart();
        },
      };
      try {
        return { running, port: chosenImage({ partition, slots, bootloader }) };
      } catch (error) {
        if (!(error instanceof Restart)) throw error;
      }
    }
    throw new Error("two images hand the box to each other");
  }

  return {
    partition,
    slots,
    heads,
    bodies,
    otadata,
    started,
    reset,
    metadata: () => new MetadataStore(partition).read(),
  };
}

const SEVEN: BootMetadata = { confirmed: 0, release: 7, trial: undefined, floor: 1, returned: undefined };

describe("which image runs, behind a bootloader that is not ours", () => {
  test("one on trial once it is asked for, and for good once it is confirmed", () => {
    const { reset, started, metadata } = board();
    reset().port!.boot.tryOther(8);
    const trial = reset();
    expect(trial).toMatchObject({ running: 1, port: { running: 1 } });
    expect(trial.port!.boot.facts()).toMatchObject({ release: 8, isTrial: true });
    trial.port!.boot.confirm();
    for (let i = 0; i < 5; i++)
      expect(reset().port!.boot.facts()).toMatchObject({ release: 8, isTrial: false, floor: 2 });
    expect(started).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
    expect(metadata()).toMatchObject({ confirmed: 1, release: 8, trial: undefined });
  });

  test("one on trial as often as it has tries, whatever ends it; then the confirmed one, and why is told", () => {
    const { reset, started } = board();
    reset().port!.boot.tryOther(8);
    for (let i = 0; i < TRIES; i++) expect(reset().running).toBe(1);
    for (let i = 0; i < 3; i++) {
      const { running, port } = reset();
      expect(running).toBe(0);
      expect(port!.boot.facts()).toMatchObject({ release: 7, returned: { release: 8, why: GiveUp.notConfirmed } });
    }
    expect(started.filter((slot) => slot === 1)).toHaveLength(TRIES);
  });

  test("the confirmed one after one on trial gave up by itself", () => {
    const { reset } = board();
    reset().port!.boot.tryOther(8);
    reset().port!.boot.giveUp(GiveUp.selfTest);
    for (let i = 0; i < 3; i++) expect(reset().running).toBe(0);
  });

  test("the one that runs, where the bootloader takes the other for no image", () => {
    const { reset, otadata } = board();
    reset().port!.boot.tryOther(8);
    otadata.bootable[1] = false;
    const { running, port } = reset();
    expect(running).toBe(0);
    expect(port!.boot.facts()).toMatchObject({ release: 7, returned: { release: 8, why: GiveUp.imageDamaged } });
  });

  test("the other one where the confirmed one has decayed", () => {
    const { reset, otadata, bodies } = board();
    otadata.bootable[0] = false;
    bodies[0]!.flipBits(100, 4);
    expect(reset().port!.boot.facts()).toMatchObject({ release: 8, isTrial: false });
  });

  test("at a usual boot nothing of the images is read", () => {
    const { reset, heads, bodies } = board();
    reset();
    expect([...heads, ...bodies].map((one) => one.reads)).toEqual([0, 0, 0, 0]);
  });

  test("an image that a developer flashed, without a header, which takes no updates", () => {
    const { reset, heads } = board("blank");
    for (const head of heads) head.erase(0);
    expect(reset()).toEqual({ running: 0, port: undefined });
  });

  test("metadata that are gone are begun anew, with the newer image on trial", () => {
    const { reset } = board("blank");
    expect(reset().port!.boot.facts()).toMatchObject({ release: 8, isTrial: true });
  });

  test("a partition that does not answer is told", () => {
    const { partition, reset } = board();
    for (const sector of [0, 1]) partition.setFault(sector, "program-error");
    const { port } = reset();
    expect(() => port!.boot.tryOther(8)).toThrow(FlashError);
    expect(() => board().slots[0].erase(1)).toThrow(FlashError);
  });

  test.each(["before", "after", "scattered", 300] as const)(
    "cut %s any step of an update, one of both runs for good",
    (at) => {
      let cuts = 0;
      for (let operation = 1; operation <= 24; operation++) {
        const { partition, reset, started } = board();
        partition.planCut({ operation, at });
        const steps = [
          () => reset().port!.boot.tryOther(8),
          () => void reset(),
          () => reset().port!.boot.confirm(),
          () => void reset(),
        ];
        for (const step of steps) {
          try {
            step();
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
            cuts++;
          }
        }
        partition.planCut(undefined);
        for (let i = 0; i <= TRIES; i++) reset();
        const { running, port } = reset();
        expect(port!.boot.facts().isTrial, `cut ${operation}`).toBe(false);
        for (let i = 0; i < 3; i++) expect(reset().running, `cut ${operation}`).toBe(running);
        expect(started.length).toBeLessThan(30);
      }
      expect(cuts).toBeGreaterThan(15);
    },
  );
});

test("a slot in two partitions reads, programs and erases as one", () => {
  const head = part(1);
  const body = part(2);
  const slot = new SlotFlash(head, body);
  expect(slot.sizeBytes).toBe(3 * SECTOR);
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  slot.program(SECTOR - 40, bytes);
  const back = new Uint8Array(100);
  slot.read(SECTOR - 40, back);
  expect(back).toEqual(bytes);
  const inBody = new Uint8Array(60);
  body.read(0, inBody);
  expect(inBody).toEqual(bytes.subarray(40));
  slot.erase(SECTOR);
  slot.read(SECTOR - 40, back);
  expect([...back]).toEqual([...bytes.subarray(0, 40), ...Array.from({ length: 60 }, () => 0xff)]);
  slot.erase(2 * SECTOR);
  expect([...head.eraseCounts, ...body.eraseCounts]).toEqual([0, 1, 1]);
  expect(() => slot.read(3 * SECTOR - 1, new Uint8Array(2))).toThrow(FlashError);
  expect(() => slot.erase(3 * SECTOR)).toThrow(FlashError);
});
