import { Lane } from "../../../firmware/wire/lanes.js";
import { type BodyCodec, type Hello, MAX_PIECE_BYTES } from "../../../firmware/wire/messages.js";
import { ImagePiece, type Pull, Release } from "../../../firmware/wire/update-messages.js";
import { CloudError } from "../domain.js";
import type { BoxEntry } from "../state.js";
import type { CloudStore } from "../store.js";
import { countOf, isInWave, type Rollout, type RolloutCount, step } from "./rollout.js";
import type { Shelf, ShelvedRelease } from "./shelf.js";

/** What a hello says of updates; undefined: the box takes none. */
export type ToldImage = NonNullable<BoxEntry["image"]>;

export interface ReleasesNeeds {
  readonly store: CloudStore;
  /** Absent: there are no releases. */
  readonly shelf: Shelf | undefined;
  readonly now: () => number;
}

/** Sends one message of the box's session. */
export type SendToBox = <T extends object>(lane: Lane, codec: BodyCodec<T>, body: T) => void;

/** Which box is to run which release, and the releases themselves (firmware/update/SPEC.md). */
export class Releases {
  readonly #needs: ReleasesNeeds;

  constructor(needs: ReleasesNeeds) {
    this.#needs = needs;
  }

  /** Begins with the first wave, in place of what went on before. Throws CloudError. */
  start(release: number): Rollout {
    const found = this.#found(release);
    const { rollouts } = this;
    const before = rollouts[found.model];
    if (before !== undefined && before.release >= release) {
      throw new CloudError(
        `release ${release} is not above ${before.release}, which ${found.model} boxes were to have`,
      );
    }
    const rollout: Rollout = { release, wave: 0, since: this.#now(), state: "running" };
    rollouts[found.model] = rollout;
    this.#keep();
    return rollout;
  }

  /** No box begins with it from here on; one that has begun goes on. Throws CloudError. */
  pause(model: string): void {
    this.#rollout(model).state = "paused";
    this.#keep();
  }

  /** Also after a stop: somebody has looked into it. Throws CloudError. */
  resume(model: string): void {
    const rollout = this.#rollout(model);
    rollout.state = "running";
    delete rollout.why;
    rollout.since = this.#now();
    this.#keep();
  }

  /** The box has this release and no other, whatever the rollout says; undefined: as the rollout says. Throws CloudError. */
  pin(box: string, release: number | undefined): void {
    if (release !== undefined) this.#found(release);
    const state = this.#needs.store.boxState(box);
    if (release === undefined) delete state.pin;
    else state.pin = release;
    this.#keep();
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

  count(model: string): RolloutCount {
    return countOf(this.#rollout(model), this.#boxesOf(model), this.#now());
  }

  /** The release that this box is to have; undefined: the one that it has. */
  wanted(box: string, told: ToldImage | undefined): number | undefined {
    const { store, shelf } = this.#needs;
    const model = store.organisation.boxes.find(({ id }) => id === box)?.model;
    if (shelf === undefined || told === undefined || model === undefined) return undefined;
    const { pin, image } = store.boxState(box);
    const release = pin ?? this.#offered(box, model, image);
    return release !== undefined && release > told.release && shelf.find(release) !== undefined ? release : undefined;
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
    const found = shelf?.find(release);
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

  #offered(box: string, model: string, image: ToldImage | undefined): number | undefined {
    const rollout = this.rollouts[model];
    if (rollout === undefined) return undefined;
    const { state, wave } = rollout;
    step(rollout, this.count(model), this.#now());
    if (rollout.state !== state || rollout.wave !== wave) this.#needs.store.touch();
    return rollout.state === "running" && isInWave(rollout, box) ? rollout.release : image?.release;
  }

  #boxesOf(model: string): readonly (readonly [string, BoxEntry])[] {
    const { organisation, document } = this.#needs.store;
    return organisation.boxes.flatMap(({ id, model: own }) => {
      const state = document.boxes[id];
      return own === model && state?.image !== undefined ? [[id, state] as const] : [];
    });
  }

  #rollout(model: string): Rollout {
    const rollout = this.rollouts[model];
    if (rollout === undefined) throw new CloudError(`no release was given out to ${model} boxes yet: start one`);
    return rollout;
  }

  #found(release: number): ShelvedRelease {
    const found = this.#needs.shelf?.find(release);
    if (found === undefined)
      throw new CloudError(`there is no release ${release} on the shelf: npm run release makes one`);
    return found;
  }

  #keep(): void {
    this.#needs.store.touch();
    this.#needs.store.commit();
  }

  #now(): number {
    return Math.floor(this.#needs.now());
  }
}

/** Of a hello. */
export function imageIn({ release, room = 0, list = 0, trial }: Hello): ToldImage | undefined {
  return release === undefined ? undefined : { release, room, list, isTrial: trial === 1 };
}
