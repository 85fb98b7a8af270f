import type { UpdateEvent } from "../../../firmware/records/records.js";
import type { EventEntry } from "../../cloud/state.js";
import type { Scene } from "../stage/stage.js";
import type { UpdateSide } from "../stage/update-side.js";

const HOUR_MS = 3_600_000;

/** What stories of updates share: the cloud's side of them. */
export class Updating {
  readonly #stage: Scene;
  readonly workshop: UpdateSide;

  constructor(stage: Scene) {
    if (stage.updates === undefined) throw new Error("this story is told without updates");
    this.#stage = stage;
    this.workshop = stage.updates;
  }

  /** The box is to have this release, whatever wave it is in. */
  want(release: number): void {
    this.#stage.cloud.releases.pin(this.#stage.rig.name, release);
  }

  /** Until the cloud was told by the box that this became of the release. */
  async until(event: keyof typeof UpdateEvent, release: number, limitHours = 6): Promise<EventEntry> {
    const find = () => this.told().find(({ detail }) => detail.event === event && detail.release === release);
    const what = `the box to say "${event}" of release ${release}`;
    await this.#stage.world.until(() => find() !== undefined, limitHours * HOUR_MS, what);
    return find()!;
  }

  /** Everything that the cloud was told of updates. */
  told(): readonly EventEntry[] {
    const { events } = this.#stage.cloud.store.data;
    return events.filter(({ kind, box }) => kind === "update" && box === this.#stage.rig.name);
  }

  get runs(): number | undefined {
    return this.#stage.cloud.store.boxState(this.#stage.rig.name).image?.release;
  }
}
