import { describe, expect, test } from "vitest";
import { UpdateEvent } from "../../firmware/records/records.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { Alerts } from "../../sim/cloud/alerts.js";
import { CloudError } from "../../sim/cloud/domain.js";
import { Releases, type SendToBox, type ToldImage } from "../../sim/cloud/releases/releases.js";
import { type BoxNews, countOf, isInWave, type Rollout, step } from "../../sim/cloud/releases/rollout.js";
import { MemoryShelf } from "../../sim/cloud/releases/shelf.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { CloudRig } from "./support/cloud-rig.js";

const DAY_S = 86_400;
const NOW = 1_900_000_000;
const OLD: ToldImage = { release: 7, room: 100_000, list: 1, isTrial: false };
const NEW: ToldImage = { ...OLD, release: 8 };

const heard = (image: ToldImage, event?: UpdateEvent, more: object = {}): BoxNews => ({
  image,
  lastSeen: NOW,
  ...(event !== undefined && { update: { release: 8, event, at: NOW, ...more } }),
});
const confirmed = heard(NEW, UpdateEvent.confirmed);
const waiting = heard(OLD);

/** `count` boxes of each kind, all of them in the last wave. */
function boxes(...kinds: readonly (readonly [number, BoxNews])[]): (readonly [string, BoxNews])[] {
  return kinds.flatMap(([count, news], kind) =>
    Array.from({ length: count }, (_, i) => [`BOX-${kind}-${i}`, news] as const),
  );
}

function rolling(wave: number, since = NOW - DAY_S): Rollout {
  return { release: 8, wave, since, state: "running" };
}

function stepped(rollout: Rollout, news: readonly (readonly [string, BoxNews])[], now = NOW): Rollout {
  step(rollout, countOf(rollout, news, now), now);
  return rollout;
}

describe("waves", () => {
  test("take in 5, 25, 50 and 100 boxes in a hundred; who was in one is in the next", () => {
    const ids = Array.from({ length: 4_000 }, (_, i) => `BOX-${i}`);
    let before = new Set<string>();
    for (const [wave, share] of [5, 25, 50, 100].entries()) {
      const inIt = new Set(ids.filter((id) => isInWave(rolling(wave), id)));
      expect(Math.abs((100 * inIt.size) / ids.length - share)).toBeLessThan(2);
      for (const id of before) expect(inIt.has(id)).toBe(true);
      before = inIt;
    }
  });

  test("the first boxes of one release are not those of the next", () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `BOX-${i}`);
    const first = (release: number) => ids.filter((id) => isInWave({ ...rolling(0), release }, id));
    expect(first(8)).not.toEqual(first(9));
  });

  test("go on after a day, when nine in ten of those that were heard have it; not a second sooner, nor with fewer", () => {
    expect(stepped(rolling(2), boxes([90, confirmed], [10, waiting])).wave).toBe(3);
    expect(stepped(rolling(2), boxes([100, confirmed]), NOW - 1).wave).toBe(2);
    expect(stepped(rolling(2), boxes([60, confirmed], [40, waiting])).wave).toBe(2);
  });

  test("count a box that tries it as one that has it only when it has confirmed it", () => {
    const trying = heard({ ...NEW, isTrial: true }, UpdateEvent.trial);
    expect(countOf(rolling(3), boxes([4, trying]), NOW)).toMatchObject({ confirmed: 0, silent: 0 });
    expect(stepped(rolling(2), boxes([80, confirmed], [20, trying])).wave).toBe(2);
  });

  test("what failed before somebody said to go on counts no more; what failed since does", () => {
    const failed = (at: number) => heard(OLD, UpdateEvent.returned, { at });
    const resumed: Rollout = { ...rolling(3), resumed: NOW - 10 };
    expect(countOf(resumed, boxes([3, failed(NOW - 11)], [2, failed(NOW - 10)]), NOW).returned).toBe(2);
  });

  test("do not wait for boxes that have been off for months", () => {
    const off: BoxNews = { image: OLD, lastSeen: NOW - 90 * DAY_S };
    expect(stepped(rolling(2), boxes([100, confirmed], [300, off])).wave).toBe(3);
  });

  test("the last one stays", () => {
    expect(stepped(rolling(3), boxes([10, confirmed]))).toMatchObject({ wave: 3, state: "running" });
  });
});

describe("a rollout stops by itself", () => {
  const silent = heard(OLD, UpdateEvent.trial, { at: NOW - 7_201 });
  test.each([
    ["went back", heard(OLD, UpdateEvent.returned)],
    ["refused it", heard(OLD, UpdateEvent.refused)],
    ["fell silent", silent],
    ["crashed", heard(NEW, UpdateEvent.confirmed, { crashes: 1 })],
  ])("when more than five boxes in a hundred %s", (word, news) => {
    expect(stepped(rolling(3), boxes([95, confirmed], [5, news])).state).toBe("running");
    const stopped = stepped(rolling(3), boxes([94, confirmed], [6, news]));
    expect(stopped).toMatchObject({ state: "stopped", why: `6 of 100 boxes failed: 6 ${word}` });
    expect(stepped(stopped, boxes([1_000, confirmed])).state).toBe("stopped");
  });

  test("a box that is trying has not failed for two hours", () => {
    const trying = heard(OLD, UpdateEvent.trial, { at: NOW - 7_200 });
    expect(stepped(rolling(3), boxes([1, trying])).state).toBe("running");
  });
});

describe("what a box is told", () => {
  function shop() {
    const { cloud } = new CloudRig();
    const { store } = cloud;
    const [first] = store.organisation.boxes;
    const shelf = new MemoryShelf();
    const { model, id } = first!;
    for (const release of [8, 9]) {
      const image = new Uint8Array(3_000).fill(release);
      const facts = { release, model, firmware: `0.${release}.0`, security: 1, expires: NOW + 90 * DAY_S, list: 2 };
      shelf.put({ ...facts, imageBytes: image.length, envelope: Uint8Array.of(release), image });
    }
    shelf.putKeys(2, Uint8Array.of(22));
    const clock = { now: NOW };
    const alerts = new Alerts(store, () => clock.now);
    const recalled: string[] = [];
    const recall = (box: string) => void recalled.push(box);
    const releases = new Releases({ store, alerts, shelf, now: () => clock.now, recall });
    releases.told(id, OLD);
    return { store, releases, id, model, shelf, clock, alerts, recalled };
  }

  function answers(pull: (send: SendToBox) => void): { lane: Lane; body: unknown }[] {
    const sent: { lane: Lane; body: unknown }[] = [];
    pull((lane, _codec, body) => sent.push({ lane, body }));
    return sent;
  }

  test("nothing without a rollout, without slots, of a release that it has, or that is not on the shelf", () => {
    const { releases, id, alerts } = shop();
    expect(releases.wanted(id, OLD)).toBeUndefined();
    releases.pin(id, 8);
    expect(releases.wanted(id, OLD)).toBe(8);
    expect(releases.wanted(id, undefined)).toBeUndefined();
    expect(releases.wanted(id, NEW)).toBeUndefined();
    expect(() => releases.pin(id, 10)).toThrow(CloudError);
    const bare = new Releases({
      store: new CloudStore(),
      alerts,
      shelf: undefined,
      now: () => NOW,
      recall: () => {},
    });
    expect(() => bare.start("MS5", 8)).toThrow(/there is no release 8 of MS5/);
  });

  test("its pin before its wave; a pause holds back whoever has not begun", () => {
    const { releases, id, model } = shop();
    const rollout = releases.start(model, 9);
    rollout.wave = 3;
    expect(releases.wanted(id, OLD)).toBe(9);
    releases.pin(id, 8);
    expect(releases.wanted(id, OLD)).toBe(8);
    releases.pin(id, undefined);
    releases.pause(model);
    expect(releases.wanted(id, OLD)).toBeUndefined();
    releases.resume(model);
    expect(releases.wanted(id, OLD)).toBe(9);
    expect(() => releases.start(model, 8)).toThrow(/not above 9/);
  });

  test("a release that has expired no longer, and whoever has to know is told; nor one of retired keys", () => {
    const { releases, id, model, clock, alerts, store } = shop();
    releases.start(model, 9).wave = 3;
    expect(releases.heldBack(id, { ...OLD, list: 3 })).toEqual({ release: 9, why: "retiredKeys" });
    clock.now += 90 * DAY_S;
    expect(releases.wanted(id, OLD)).toBeUndefined();
    expect(releases.heldBack(id, OLD)).toEqual({ release: 9, why: "expired" });
    expect(alerts.find(`rollout/${model}`)).toMatchObject({
      what: expect.stringMatching(/it expired on .*1 of 1 boxes lack it/),
    });
    for (const again of [() => releases.resume(model), () => releases.pin(id, 8)]) {
      expect(again).toThrow(/expired on 2030-06-15, and no box takes it: make a new one/);
    }
    expect(store.document.rollouts?.[model]).toMatchObject({ state: "stopped" });
  });

  test("a wave that it is not in says so, and so do a pause, a stop, and a box that takes none", () => {
    const { releases, id, model } = shop();
    const why = () => releases.heldBack(id, OLD).why;
    const rollout = releases.start(model, 9);
    expect(why()).toBe(isInWave(rollout, id) ? undefined : "laterWave");
    rollout.wave = 3;
    expect(why()).toBeUndefined();
    releases.pause(model);
    expect(why()).toBe("paused");
    rollout.state = "stopped";
    rollout.why = "it failed";
    expect(why()).toBe("stopped");
    expect(() => releases.pause(model)).toThrow(/it has stopped by itself: it failed/);
    expect(releases.heldBack(id, undefined)).toEqual({ release: 9, why: "takesNone" });
    expect(releases.heldBack(id, { ...OLD, release: 9 })).toEqual({});
  });

  test("nobody goes back: a pin below what runs is refused", () => {
    const { releases, id } = shop();
    releases.told(id, { ...OLD, release: 9 });
    expect(() => releases.pin(id, 8)).toThrow(/runs release 9, and no box goes back to 8/);
    releases.pin(id, 9);
  });

  test("another model's releases have numbers of their own", () => {
    const { releases, shelf, id, model } = shop();
    const other = { ...shelf.find(model, 8)!, model: "MS4", release: 11 };
    shelf.put(other);
    expect(() => releases.pin(id, 11)).toThrow(/no release 11 of MS5/);
    expect(answers((send) => releases.pull(id, { release: 11, offset: 0, count: 0 }, send))).toEqual([]);
  });

  test("a rollout outlives a restart, and a stop by boxes that say nothing more is noticed without any box", () => {
    const { releases, id, model, clock, alerts, store } = shop();
    const kept: string[][] = [];
    store.onCommitted = ({ changed }) => kept.push([...changed]);
    releases.start(model, 9).wave = 3;
    expect(kept.flat()).toContain(`rollouts/${model}`);
    store.boxState(id).update = { release: 9, event: UpdateEvent.trial, at: NOW };
    clock.now += 7_201;
    releases.look();
    expect(alerts.find(`rollout/${model}`)?.what).toMatch(/1 of 1 boxes failed: 1 fell silent/);
    store.commit();
    expect(kept.at(-1)).toContain(`rollouts/${model}`);
    // Somebody looked into it: what failed before does not stop it again.
    releases.resume(model);
    clock.now += 60;
    releases.look();
    expect(releases.rollouts[model]).toMatchObject({ state: "running" });
    expect(alerts.find(`rollout/${model}`)).toBeUndefined();
  });

  test("what was taken back is handed out no further, and the boxes that it is on its way into ask again", () => {
    const { releases, id, model, store, recalled } = shop();
    const pieces = () => answers((send) => releases.pull(id, { release: 9, offset: 0, count: 2_000 }, send)).length;
    releases.start(model, 9).wave = 3;
    expect(pieces()).toBe(2);
    store.boxState(id).update = { release: 9, event: UpdateEvent.begun, at: NOW };
    releases.pause(model);
    expect([pieces(), recalled]).toEqual([0, [id]]);
    releases.resume(model);
    expect(pieces()).toBe(2);
    // It is tried: nobody takes that back from afar.
    store.boxState(id).update = { release: 9, event: UpdateEvent.trial, at: NOW };
    releases.pause(model);
    expect(recalled).toEqual([id]);
    releases.pin(id, 9);
    expect([pieces(), recalled]).toEqual([2, [id, id]]);
  });

  test("the next key list first, then the manifest; and of the image what it asked for, in pieces", () => {
    const { releases, id } = shop();
    releases.pin(id, 8);
    const ask = (offset: number, count: number) =>
      answers((send) => releases.pull(id, { release: 8, offset, count }, send));
    expect(ask(0, 0)).toEqual([{ lane: Lane.release, body: { release: 8, manifest: Uint8Array.of(22), version: 2 } }]);
    releases.told(id, { ...OLD, list: 2 });
    expect(ask(0, 0)).toEqual([{ lane: Lane.release, body: { release: 8, manifest: Uint8Array.of(8) } }]);
    const pieces = ask(2_000, 8_192).map(({ body }) => body as { offset: number; bytes: Uint8Array });
    expect(pieces.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([[2_000, 1_000]]);
    expect(answers((send) => releases.pull(id, { release: 77, offset: 0, count: 10 }, send))).toEqual([]);
  });

  test("which boxes run a release is one question", () => {
    const { releases, id } = shop();
    expect(releases.running(7)).toEqual([id]);
    releases.told(id, NEW);
    expect(releases.running(7)).toEqual([]);
    expect(releases.running(8)).toEqual([id]);
  });
});
