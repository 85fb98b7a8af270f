import { UpdateEvent } from "../../../firmware/records/records.js";
import { Lane } from "../../../firmware/wire/lanes.js";
import { type BodyCodec, type Hello, MAX_PIECE_BYTES } from "../../../firmware/wire/messages.js";
import { ImagePiece, type Pull, Release } from "../../../firmware/wire/update-messages.js";
import type { Alerts } from "../alerts.js";
import { CloudError } from "../domain.js";
import type { BoxEntry } from "../state.js";
import type { CloudStore } from "../store.js";
import { type Hold, hold } from "./hold.js";
import { countOf, dayOf, isInWave, type Rollout, type RolloutCount, step, WAVES } from "./rollout.js";
import type { ReleaseFacts, Shelf } from "./shelf.js";

/** What a hello says of updates; undefined: the box takes none. */
export type ToldImage = NonNullable<BoxEntry["image"]>;

export interface ReleasesNeeds {
  readonly store: CloudStore;
  readonly alerts: Alerts;
  /** Absent: there are no releases. */
  readonly shelf: Shelf | undefined;
  readonly now: () => number;
  /** What the box is to have is another: it is to ask again. */
  readonly recall: (box: string) => void;
}

/** Sends one message of the box's session. */
export type SendToBox = <T extends object>(lane: Lane, codec: BodyCodec<T>, body: T) => void;

/** A box that told this last has not begun to try the release. */
const UNDER_WAY: readonly number[] = [UpdateEvent.begun, UpdateEvent.downloaded];

/** Boxes are counted anew at most so often, s: ten thousand that come back at once ask ten thousand times. */
const LOOK_SECONDS = 10;

/** Which box is to run which release, and the releases themselves (firmware/update/SPEC.md). */
export class Releases {
  readonly #needs: ReleasesNeeds;
  /** By model, s since 1970 UTC. */
  readonly #lookedAt = new Map<string, number>();

  constructor(needs: ReleasesNeeds) {
    this.#needs = needs;
  }

  get shelf(): Shelf | undefined {
    return this.#needs.shelf;
  }

  /** Begins with the first wave, in place of what went on before. Throws CloudError. */
  start(model: string, release: number): Rollout {
    const { expires } = this.#found(model, release);
    const before = this.rollouts[model];
    if (before !== undefined && before.release >= release) {
      throw new CloudError(`release ${release} is not above ${before.release}, which ${model} boxes were to have`);
    }
    this.#refuseExpired(release, expires);
    const rollout: Rollout = { release, wave: 0, since: this.#now(), state: "running", expires };
    this.rollouts[model] = rollout;
    this.#keep(model);
    return rollout;
  }

  /** No box is offered it from here on; one that fetches it, or waits to try it, is told to ask again. Throws CloudError. */
  pause(model: string): Rollout {
    const rollout = this.#rollout(model);
    if (rollout.state === "stopped") throw new CloudError(`it has stopped by itself: ${rollout.why}`);
    rollout.state = "paused";
    this.#keep(model);
    return rollout;
  }

  /** Also after a stop: somebody has looked into it, and what failed before counts no more. Throws CloudError. */
  resume(model: string): Rollout {
    const rollout = this.#rollout(model);
    if (rollout.expires !== undefined) this.#refuseExpired(rollout.release, rollout.expires);
    rollout.state = "running";
    delete rollout.why;
    rollout.since = this.#now();
    rollout.resumed = rollout.since;
    this.#keep(model);
    return rollout;
  }

  /** The box has this release and no other, whatever the rollout says; undefined: as the rollout says. Throws CloudError. */
  pin(box: string, release: number | undefined): void {
    const state = this.#needs.store.boxState(box);
    if (release !== undefined) {
      const model = this.#modelOf(box)!;
      const { expires } = this.#found(model, release);
      // Where it runs already, it need not be taken.
      if (state.image?.release !== release) this.#refuseExpired(release, expires);
      if (state.image !== undefined && state.image.release > release) {
        throw new CloudError(
          `box ${box} runs release ${state.image.release}, and no box goes back to ${release}: make a new release of the older firmware`,
        );
      }
    }
    if (release === undefined) delete state.pin;
    else state.pin = release;
    this.#needs.store.touch();
    this.#needs.store.commit();
    this.#needs.recall(box);
  }

  /** Boxes that run this release, as their last sessions said. */
  running(release: number): readonly string[] {
    const boxes = Object.entries(this.#needs.store.document.boxes);
    return boxes.filter(([, { image }]) => image?.release === release).map(([box]) => box);
  }

  /** By model. */
  get rollouts(): Record<string, Rollout> {
    const { document } = this.#needs.store;
    document.rollouts ??= {};
    return document.rollouts;
  }

  /** How far it has come. Throws CloudError where there is none. */
  count(model: string): RolloutCount {
    return countOf(this.#rollout(model), this.#boxesOf(model), this.#now());
  }

  /** How far it has come in each wave, each with those before it. Throws CloudError where there is none. */
  byWave(model: string): readonly RolloutCount[] {
    const rollout = this.#rollout(model);
    const boxes = this.#boxesOf(model);
    return WAVES.map((_, wave) => countOf({ ...rollout, wave }, boxes, this.#now()));
  }

  /** Goes on with every rollout, or stops it, and tells; also where no box says anything any more. */
  look(): void {
    for (const model of Object.keys(this.rollouts)) this.#step(model, this.rollouts[model]!);
  }

  /** The release that this box is to have; undefined: the one that it has. */
  wanted(box: string, told: ToldImage | undefined): number | undefined {
    const { shelf } = this.#needs;
    const model = this.#modelOf(box);
    if (shelf === undefined || told === undefined || model === undefined) return undefined;
    const rollout = this.rollouts[model];
    if (rollout !== undefined) this.#step(model, rollout);
    const { release, why } = this.heldBack(box, told);
    return why === undefined ? release : undefined;
  }

  /** What a box is to have, and why it is not given it now; both undefined: nothing but what it runs. */
  heldBack(box: string, told: ToldImage | undefined): Hold {
    const { store, shelf } = this.#needs;
    const model = this.#modelOf(box);
    const { pin } = store.document.boxes[box] ?? {};
    const rollout = model === undefined ? undefined : this.rollouts[model];
    const isIn = rollout !== undefined && isInWave(rollout, box);
    const find = (release: number) => (model === undefined ? undefined : shelf?.facts(model, release));
    return hold({ pin, rollout, isIn, told, find, now: this.#now() });
  }

  /** The box has proved that this is what it runs. */
  told(box: string, image: ToldImage | undefined): void {
    if (image === undefined) return;
    const state = this.#needs.store.boxState(box);
    const { release, isTrial, list } = state.image ?? {};
    if (release === image.release && isTrial === image.isTrial && list === image.list) return;
    state.image = image;
    this.#needs.store.touch();
  }

  /** The box asks for a manifest, or for a piece of an image. */
  pull(box: string, { release, offset, count }: Pull, send: SendToBox): void {
    const { shelf, store } = this.#needs;
    // What was taken back since the box was welcomed is handed out no further.
    const { release: wanted, why } = this.heldBack(box, store.document.boxes[box]?.image);
    if (wanted !== release || why !== undefined) return;
    const found = shelf?.find(this.#modelOf(box) ?? "", release);
    if (shelf === undefined || found === undefined) return;
    if (count === 0) {
      const own = store.boxState(box).image?.list ?? 0;
      const keys = own < found.list ? shelf.keyList(own + 1) : undefined;
      if (keys === undefined) send(Lane.release, Release, { release, manifest: found.envelope });
      else send(Lane.release, Release, { release, manifest: keys, version: own + 1 });
      return;
    }
    const end = Math.min(offset + count, found.image.length);
    for (let at = offset; at < end; at += MAX_PIECE_BYTES) {
      const bytes = found.image.slice(at, Math.min(at + MAX_PIECE_BYTES, end));
      send(Lane.image, ImagePiece, { release, offset: at, bytes });
    }
  }

  #step(model: string, rollout: Rollout): void {
    const now = this.#now();
    if (now - (this.#lookedAt.get(model) ?? 0) < LOOK_SECONDS) return;
    this.#lookedAt.set(model, now);
    const { state, wave } = rollout;
    step(rollout, this.count(model), now);
    if (rollout.state === state && rollout.wave === wave) return;
    this.#changed(model);
  }

  #keep(model: string): void {
    this.#lookedAt.delete(model);
    this.#changed(model);
    this.#needs.store.commit();
  }

  #changed(model: string): void {
    const { store, alerts } = this.#needs;
    const { state, release, why } = this.rollouts[model]!;
    if (state !== "running") this.#recall(model, release);
    const id = `rollout/${model}`;
    store.changed(`rollouts/${model}`);
    if (state !== "stopped") alerts.clear(id);
    else {
      alerts.raise({
        id,
        box: "",
        what: `release ${release} of ${model} is given to no more boxes: ${why}`,
        wayOut: "look into what those boxes told; then resume it, or start with a new release",
      });
    }
  }

  /** Boxes that the release is on its way into, and that nothing else gives it to. */
  #recall(model: string, release: number): void {
    for (const [box, { pin, update }] of this.#boxesOf(model)) {
      const isUnderWay = update?.release === release && UNDER_WAY.includes(update.event);
      if (isUnderWay && pin !== release) this.#needs.recall(box);
    }
  }

  #boxesOf(model: string): readonly (readonly [string, BoxEntry])[] {
    const { organisation, document } = this.#needs.store;
    return organisation.boxes.flatMap(({ id, model: own }) => {
      const state = document.boxes[id];
      return own === model && state?.image !== undefined ? [[id, state] as const] : [];
    });
  }

  #modelOf(box: string): string | undefined {
    return this.#needs.store.organisation.boxes.find(({ id }) => id === box)?.model;
  }

  #rollout(model: string): Rollout {
    const rollout = this.rollouts[model];
    if (rollout === undefined) throw new CloudError(`no release was given out to ${model} boxes yet: start one`);
    return rollout;
  }

  #found(model: string, release: number): ReleaseFacts {
    const found = this.#needs.shelf?.facts(model, release);
    if (found !== undefined) return found;
    throw new CloudError(`there is no release ${release} of ${model} on the shelf: npm run release makes one`);
  }

  #refuseExpired(release: number, expires: number): void {
    if (this.#now() < expires) return;
    throw new CloudError(`release ${release} expired on ${dayOf(expires)}, and no box takes it: make a new one`);
  }

  #now(): number {
    return Math.floor(this.#needs.now());
  }
}

/** Of a hello. */
export function imageIn({ release, room = 0, list = 0, trial }: Hello): ToldImage | undefined {
  return release === undefined ? undefined : { release, room, list, isTrial: trial === 1 };
}
