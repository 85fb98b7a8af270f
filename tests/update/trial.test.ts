import { describe, expect, test } from "vitest";
import type { TrialHost } from "../../firmware/update/contract.js";
import { giveUpStopped, Trial } from "../../firmware/update/trial.js";
import { MetadataStore } from "../../hal/boot/metadata.js";
import { TRIES } from "../../hal/boot/stub.js";
import { updatePort } from "../../hal/boot/update-port.js";
import { GiveUp } from "../../hal/ports/update.js";
import { type BoxFlash, factoryFlash, OLD_RELEASE } from "../../sim/trials/update-trial/box.js";
import { trialImage } from "../../sim/trials/update-trial/releases.js";
import { VirtualTime } from "../support/virtual-time.js";

const MINUTE_MS = 60_000;
const NEW = 8;
const GOOD: TrialHost = {
  isBootOnRecord: () => true,
  isSnapshotDamaged: () => false,
  panelAnswers: () => true,
  isOnline: () => true,
};

/** Ends the life of the image. */
class Restart extends Error {}

/** Release 8 on trial in slot 1; what becomes of it in `minutes`. */
function tried(host: Partial<TrialHost>, minutes: number, spoil: (parts: BoxFlash) => void = () => {}) {
  const parts = factoryFlash(1);
  const content = new Uint8Array(parts.slots[1].sizeBytes).fill(0xff);
  content.set(trialImage(NEW, 9_000));
  parts.slots[1].load(content);
  const metadata = new MetadataStore(parts.update);
  const trial = { slot: 1, release: NEW, tries: TRIES - 1 } as const;
  metadata.write({ confirmed: 0, release: OLD_RELEASE, trial, floor: 1, returned: undefined });
  spoil(parts);
  const time = new VirtualTime();
  let restarts = 0;
  let confirmations = 0;
  const made = new Trial({
    hal: {
      timers: time,
      clock: time,
      sleep: {
        wakeCause: 0,
        sleep: () => {
          throw new Error("nothing puts it to sleep here");
        },
        restart: () => {
          restarts++;
          throw new Restart();
        },
      },
      trace: { line: () => {} },
    } as ConstructorParameters<typeof Trial>[0]["hal"],
    port: updatePort({ partition: parts.update, slots: parts.slots, running: 1 }),
    host: { ...GOOD, ...host },
    confirmed: () => confirmations++,
  });
  expect(made).toBeInstanceOf(Trial);
  for (let passed = 0; passed < minutes && restarts + confirmations === 0; passed++) {
    try {
      time.advance(MINUTE_MS);
    } catch (error) {
      if (!(error instanceof Restart)) throw error;
    }
  }
  const { confirmed, trial: left, returned, floor } = metadata.read()!;
  return {
    restarts,
    confirmations,
    confirmed,
    isOpen: left !== undefined,
    why: returned?.why,
    floor,
    atMs: time.nowMs,
  };
}

describe("an image on trial", () => {
  test("that nobody can write down as the confirmed one goes back, and never takes itself for it", () => {
    const stuck = ({ update }: BoxFlash) => {
      for (const sector of [0, 1]) update.setFault(sector, "erase-error");
    };
    expect(tried({}, 1, stuck)).toMatchObject({ confirmations: 0, restarts: 1, confirmed: 0, isOpen: true });
  });

  test("that passes its self-test is confirmed, and the floor is raised", () => {
    expect(tried({}, 1)).toMatchObject({ confirmations: 1, restarts: 0, confirmed: 1, isOpen: false, floor: 2 });
  });

  test.each([
    ["whose boot is not on record", { isBootOnRecord: () => false }, GiveUp.selfTest],
    ["that cannot read the snapshot", { isSnapshotDamaged: () => true }, GiveUp.selfTest],
    ["whose panel does not answer", { panelAnswers: () => false }, GiveUp.selfTest],
  ])("%s goes back at once, with the reason", (_, host, why) => {
    expect(tried(host, 1)).toMatchObject({ restarts: 1, confirmed: 0, isOpen: false, why, floor: 1 });
  });

  test("goes back after half an hour where the cloud is down for days, and not a minute sooner", () => {
    const down = { isOnline: () => false };
    expect(tried(down, 29)).toMatchObject({ restarts: 0, isOpen: true });
    expect(tried(down, 3 * 24 * 60)).toMatchObject({ restarts: 1, confirmed: 0, why: GiveUp.noSession });
  });

  test("waits for somebody to leave the panel while the cloud is there; for a day, and no longer", () => {
    let isBusy = true;
    let looks = 0;
    const host = {
      panelAnswers: () => {
        looks++;
        if (looks > 1_000) isBusy = false;
        return isBusy ? undefined : true;
      },
    };
    expect(tried(host, 24 * 60)).toMatchObject({ confirmations: 1, restarts: 0 });
    const never = tried({ panelAnswers: () => undefined }, 3 * 24 * 60);
    expect(never).toMatchObject({ restarts: 1, why: GiveUp.selfTest, confirmed: 0 });
    expect(never.atMs).toBeLessThanOrEqual(24 * 60 * MINUTE_MS + MINUTE_MS);
  });

  test("somebody at the panel and no cloud: after half an hour it goes back for the cloud's sake", () => {
    const host = { panelAnswers: () => undefined, isOnline: () => false };
    expect(tried(host, 60)).toMatchObject({ restarts: 1, why: GiveUp.noSession });
  });
});

test("a confirmed image that cannot work stays where it is, with its message: there is nothing to go back from", () => {
  const { update, slots } = factoryFlash(1);
  const restart = () => {
    throw new Restart();
  };
  const hal = {
    sleep: { restart },
    trace: { line: () => {} },
    update: updatePort({ partition: update, slots, running: 0 }),
  } as unknown as Parameters<typeof giveUpStopped>[0];
  expect(() => giveUpStopped(hal)).not.toThrow();
});
