import type { Input } from "../../../page/server/acts.js";
import { TraceLog } from "../../../world/trace.js";
import { House, type HouseNeeds } from "../house.js";
import type { Stand } from "../stand.js";
import { cloudThatBegins, makeInside } from "./inside.js";
import { Rerun } from "./rerun.js";
import { isBy, type Moment, type WorldRecord } from "./world-record.js";
import { WorldTextError } from "./world-text.js";

export interface PlaybackOptions {
  /** A box is there, and is about to be started. */
  readonly onStand?: (stand: Stand) => void;
  /** Something is about to be done; what this answers is called once it was. */
  readonly onInput?: (input: Input, world: Playback) => (() => void) | undefined;
  /** The cloud's database, which begins as that JSON. */
  readonly engineOf?: Parameters<typeof cloudThatBegins>[2];
  /** Gets every line of the trace. */
  readonly sink?: (line: string) => void;
}

/** A world that is played again from its record: in memory, with nothing from outside. */
export class Playback extends House {
  readonly record: WorldRecord;
  readonly #needs: HouseNeeds;
  readonly #rerun: Rerun;

  private constructor(record: WorldRecord, needs: HouseNeeds, onInput: PlaybackOptions["onInput"]) {
    super(needs, record.box);
    this.record = record;
    this.#needs = needs;
    this.#rerun = new Rerun(this, record.done, onInput && ((input) => onInput(input, this)));
  }

  /** At its beginning. Throws WorldTextError where the record's cloud or boxes cannot be. */
  static async open(
    record: WorldRecord,
    { onStand, onInput, engineOf, sink }: PlaybackOptions = {},
  ): Promise<Playback> {
    const { seed, startWallSeconds, begins, kept } = record;
    const trace = new TraceLog(sink === undefined ? {} : { sink });
    const cloud = (world: HouseNeeds["world"]) => cloudThatBegins(world, begins, engineOf);
    try {
      const inside = await makeInside({ seed, startWallSeconds, trace, cloud });
      const savedOf: HouseNeeds["savedOf"] = ({ name }) => kept[name];
      return new Playback(record, { ...inside, savedOf, ...(onStand && { onStand }) }, onInput);
    } catch (error) {
      // Whatever is the matter with it: somebody wrote it, or another version did.
      throw new WorldTextError(`this world cannot begin: ${(error as Error).message}`);
    }
  }

  get broker(): HouseNeeds["broker"] {
    return this.#needs.broker;
  }

  /** Inputs that the world did not allow, as it did not the first time. */
  get refused(): number {
    return this.#rerun.refused;
  }

  get now(): Moment {
    const { nowMs, ranNow } = this.world.scheduler;
    return { at: nowMs, n: ranNow };
  }

  /** Whether all that has happened is what happened the first time; at the end only. */
  get isSame(): boolean {
    return this.world.trace.hash() === this.record.traceHash;
  }

  /** What has been done so far: the world as it is now, to be played again. */
  get soFar(): WorldRecord {
    const { now } = this;
    const done = this.record.done.filter((one) => isBy(one, now));
    return { ...this.record, done, end: now, traceHash: this.world.trace.hash() };
  }

  /** Goes on to `moment`, which may not be past; in turns. Ends early when it is closed. */
  async runTo(moment: Moment): Promise<void> {
    await this.#rerun.runTo(moment);
  }

  close(): void {
    this.#rerun.end();
    this.cloud.close();
    this.world.close();
  }
}
