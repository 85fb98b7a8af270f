import { describe, expect, test } from "vitest";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import type { UpdateHost } from "../../firmware/update/contract.js";
import { beginDownload, begunDownload, DigestCheck, Download } from "../../firmware/update/download.js";
import { mayFetch, maySwitch, mayWork } from "../../firmware/update/when.js";
import { chooseImage } from "../../hal/boot/stub.js";
import { updatePort } from "../../hal/boot/update-port.js";
import { FlashError } from "../../hal/ports/flash.js";
import { digestOf } from "../../sim/cloud/releases/image.js";
import { factoryFlash, listOf, TrialBox } from "../../sim/trials/update-trial/box.js";
import { trialImage, trialRelease } from "../../sim/trials/update-trial/releases.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Random } from "../../sim/world/random.js";

const SECTOR = 4_096;

function place(alignBytes = 1) {
  const flash = factoryFlash(alignBytes);
  const { store } = updatePort({ partition: flash.update, slots: flash.slots, running: 0 });
  beginDownload(store, { envelope: Uint8Array.of(1, 2, 3), failures: 0 });
  const image = trialImage(8, 9_000);
  const needs = { slot: flash.slots[1], store, total: image.length };
  /** Hands it the image from where it is, until it is whole or its power goes. Answers the bytes that were sent. */
  const send = (download: Download): number => {
    const from = download.offset;
    while (!download.isWhole) {
      const { offset, sectorEnd } = download;
      download.write(offset, image.slice(offset, Math.min(offset + 1_024, sectorEnd)));
    }
    return image.length - from;
  };
  return { flash, store, image, needs, send };
}

describe("a download", () => {
  test.each([1, 8, 32])(
    "goes on after a cut at any operation with one sector sent again at most, alignment %i",
    (align) => {
      for (let operation = 1; operation < 20; operation++) {
        const { flash, image, needs, send } = place(align);
        const download = new Download(needs);
        let left = operation;
        for (const device of listOf(flash)) {
          device.onOperation = ({ kind }) => {
            if (kind !== "read" && --left === 0) device.planCut({ operation: 1, at: "scattered" });
          };
        }
        let sent = 0;
        try {
          send(download);
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          sent = download.offset;
        }
        for (const device of listOf(flash)) {
          device.onOperation = undefined;
          device.powerOn();
        }
        const again = new Download(needs);
        expect(sent - again.offset, `cut ${operation}`).toBeLessThanOrEqual(SECTOR);
        send(again);
        expect(again.isWhole).toBe(true);
        const check = new DigestCheck(needs, TWEETNACL_HASH);
        let verdict = check.step(digestOf(image));
        while (verdict === undefined) verdict = check.step(digestOf(image));
        expect(verdict, `cut ${operation}`).toBe(true);
      }
    },
  );

  test("has no header in the slot until it is complete", () => {
    const { needs, send, image } = place();
    const download = new Download(needs);
    send(download);
    const head = new Uint8Array(64);
    needs.slot.read(0, head);
    expect(head.slice(0, 32).every((byte) => byte === 0xff)).toBe(true);
    download.complete();
    needs.slot.read(0, head);
    expect(head).toEqual(image.slice(0, 64));
  });

  test("a stuck bit in the slot is found by reading back, and the sector begins again", () => {
    const { needs, send, flash } = place();
    flash.slots[1].stickBit(SECTOR + 9, 3, 0);
    flash.slots[1].stickBit(SECTOR + 10, 3, 1);
    flash.slots[1].stickBit(SECTOR + 10, 4, 0);
    const download = new Download(needs);
    expect(() => send(download)).toThrow(FlashError);
    expect(new Download(needs).offset).toBe(SECTOR);
  });

  test("of 500 KB over a line that loses each hundredth piece, with ten cuts, ends; little is sent twice", () => {
    const next = trialRelease(8, 500_000);
    const flash = factoryFlash(1, 128);
    const route = { name: "bar", next, behaviour: "works", endsWith: 8, losesEach: 100 } as const;
    const box = new TrialBox(flash, route, chooseImage);
    const random = new Random(3);
    let left = 40 + random.int(60);
    let cuts = 0;
    for (const device of listOf(flash)) {
      device.onOperation = ({ kind }) => {
        if (kind === "read" || cuts >= 10 || --left > 0) return;
        left = 40 + random.int(60);
        cuts++;
        device.planCut({ operation: 1, at: "scattered" });
      };
    }
    let lives = 0;
    for (let ending: unknown; ending !== "settled"; lives++) {
      expect(lives).toBeLessThan(40);
      try {
        ending = box.live();
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        for (const device of listOf(flash)) device.powerOn();
      }
    }
    expect(cuts).toBe(10);
    expect(box.choice).toMatchObject({ image: { release: 8 } });
    // A sector for each cut, and for each piece that was lost what came behind it in its sector.
    expect(box.handedOutBytes - next.image.length).toBeLessThanOrEqual(10 * SECTOR + 6 * SECTOR);
  });

  test("begins anew with the next release, and knows the one that it began", () => {
    const { store } = place();
    expect(begunDownload(store)).toEqual({ envelope: Uint8Array.of(1, 2, 3), failures: 0 });
    beginDownload(store, { envelope: Uint8Array.of(4), failures: 2 });
    expect(begunDownload(store)).toEqual({ envelope: Uint8Array.of(4), failures: 2 });
  });
});

describe("when it works", () => {
  const host = (other: Partial<UpdateHost> & { quietMs?: number } = {}): UpdateHost => ({
    isQuietFor: (ms) => (other.quietMs ?? 3_600_000) >= ms,
    charge: () => 100,
    isInSync: () => true,
    link: () => "ethernet",
    wantsToSend: () => {},
    ...other,
  });
  const mains = (present: boolean) => ({ present: () => present, onChange: undefined });

  test("not within a minute of a person, nor on battery below 80 %", () => {
    expect(mayWork(host({ quietMs: 60_000 }), mains(true))).toBe(true);
    expect(mayWork(host({ quietMs: 59_999 }), mains(true))).toBe(false);
    expect(mayWork(host({ charge: () => 5 }), mains(true))).toBe(true);
    expect(mayWork(host({ charge: () => 80 }), mains(false))).toBe(true);
    expect(mayWork(host({ charge: () => 79.9 }), mains(false))).toBe(false);
    expect(mayWork(host({ charge: () => undefined }), mains(false))).toBe(false);
  });

  test("behind records and permissions, and over a cellular link for a mebibyte", () => {
    expect(mayFetch(host(), 2_000_000)).toBe(true);
    expect(mayFetch(host({ isInSync: () => false }), 0)).toBe(false);
    const cellular = host({ link: () => "cellular" });
    expect(mayFetch(cellular, 1_048_575)).toBe(true);
    expect(mayFetch(cellular, 1_048_576)).toBe(false);
  });

  test("it switches on mains, with a cell that could carry it, when nobody came for five minutes", () => {
    expect(maySwitch(host({ quietMs: 300_000 }), mains(true))).toBe(true);
    expect(maySwitch(host({ quietMs: 299_999 }), mains(true))).toBe(false);
    expect(maySwitch(host(), mains(false))).toBe(false);
    expect(maySwitch(host({ charge: () => 30 }), mains(true))).toBe(true);
    expect(maySwitch(host({ charge: () => 29.9 }), mains(true))).toBe(false);
    expect(maySwitch(host({ charge: () => undefined }), mains(true))).toBe(false);
    expect(maySwitch(host({ isInSync: () => false }), mains(true))).toBe(false);
  });
});
