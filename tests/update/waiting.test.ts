import { expect, test } from "vitest";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { Kind, UpdateEvent } from "../../firmware/records/records.js";
import type { Check } from "../../firmware/update/threshold.js";
import { UpdateTask, type UpdateTaskNeeds } from "../../firmware/update/update-task.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { ImagePiece, Pull, Release } from "../../firmware/wire/update-messages.js";
import { updatePort } from "../../hal/boot/update-port.js";
import { factoryFlash, OLD_RELEASE } from "../../sim/trials/update-trial/box.js";
import { MODEL, trialRelease } from "../../sim/trials/update-trial/releases.js";
import { VirtualTime } from "../support/virtual-time.js";

const NEW = 8;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Signatures are tried elsewhere. */
const believing: Check = () => ({ step: () => true });

/** A box with release 8 on its way that somebody uses every few minutes until told otherwise: it may fetch, and not switch. */
function box() {
  const time = new VirtualTime();
  const parts = factoryFlash(1);
  const expires = time.wall! + 10 * 86_400;
  const { image, envelope } = trialRelease(NEW, 9_000, { expires });
  const told: string[] = [];
  const state = { isInUse: true, restarts: 0 };
  const answer = (): void => {
    const pull = task.nextPull();
    if (pull === undefined) return;
    const { release, offset, count } = Pull.decode(pull);
    if (count === 0) task.take(Lane.release, Release.encode({ release, manifest: envelope }));
    const end = Math.min(offset + count, image.length);
    for (let at = offset; at < end; at += 1_024) {
      task.take(
        Lane.image,
        ImagePiece.encode({ release, offset: at, bytes: image.slice(at, Math.min(at + 1_024, end)) }),
      );
    }
  };
  const task: UpdateTask = new UpdateTask({
    hal: {
      board: { model: MODEL },
      clock: time,
      timers: time,
      hash: TWEETNACL_HASH,
      mains: { present: () => true, onChange: undefined },
      sleep: {
        wakeCause: 0,
        sleep: () => {
          throw new Error("nothing puts it to sleep here");
        },
        restart: () => {
          state.restarts++;
          throw new Error("restart");
        },
      },
      trace: { line: () => {} },
    } as unknown as UpdateTaskNeeds["hal"],
    port: updatePort({ partition: parts.update, slots: parts.slots, running: 0 }),
    ledger: {
      note: (body) => {
        if (body.kind !== Kind.update) return;
        const event = Object.entries(UpdateEvent).find(([, number]) => number === body.event)![0];
        told.push(`${event} ${body.reason ?? ""}`.trim());
      },
    } as UpdateTaskNeeds["ledger"],
    changes: { tell: () => {} },
    check: believing,
    host: {
      isQuietFor: (ms) => ms <= MINUTE_MS || !state.isInUse,
      charge: () => 100,
      isInSync: () => true,
      link: () => "ethernet",
      wantsToSend: () => void time.set(10, answer),
      isBootOnRecord: () => true,
      isSnapshotDamaged: () => false,
      panelAnswers: () => true,
      isOnline: () => true,
    },
  });
  task.start();
  task.welcomed(NEW);
  return { time, told, state, task };
}

test("a release that is there waits until nobody uses the box, and is tried then", () => {
  const { time, told, state } = box();
  time.run(2 * DAY_MS);
  expect([told, state.restarts]).toEqual([["begun", "downloaded"], 0]);
  state.isInUse = false;
  expect(() => time.run(MINUTE_MS)).toThrow(/restart/);
  expect([told, state.restarts]).toEqual([["begun", "downloaded", "trial"], 1]);
});

test("one that expired while it waited is refused, on record and on the status screen, and does not boot", () => {
  const { time, told, state, task } = box();
  time.run(11 * DAY_MS);
  state.isInUse = false;
  time.run(MINUTE_MS);
  expect([told, state.restarts]).toEqual([["begun", "downloaded", "refused expired"], 0]);
  expect(task.shown).toEqual({
    release: OLD_RELEASE,
    isTrial: false,
    next: { release: NEW, state: "refused", reason: "expired" },
  });
});
