import type { Director as PageDirector } from "../../../page/server/theatre.js";
import type { DirectorSection, MarkNow, Pace } from "../../../page/shared/state.js";
import { WorldError } from "../../../world/devices/site.js";
import { Playback } from "./playback.js";
import type { Recorder } from "./recorder.js";
import type { WorldRecord } from "./world-record.js";
import { readWorld, WorldTextError, worldFile, worldLink } from "./world-text.js";

/** The past that goes by is moved on every so often, real ms. */
const STEP_MS = 50;
/** On the way to the next event, in one step, virtual ms. */
const NEXT_STEP_MS = 60_000;
/** Marks that a track has room for. */
const MOST_MARKS = 400;
/** What is done all the time, and marks nothing. */
const UNMARKED = ["key", "charge", "weather"];

/** What a director needs of the desk. */
export interface Present {
  /** Undefined: this world cannot be had again. */
  readonly recorder: Recorder | undefined;
  readonly world: { readonly nowMs: number; readonly startWallSeconds: number };
  pace: Pace;
  /** The world is to begin anew, as this one. */
  goOnFrom(record: WorldRecord): void;
}

/**
 * Shows a world as it was at any moment. Forwards it plays on from where it is; backwards it plays the world again from its beginning, which
 * takes a second for some days of it.
 */
export class Director implements PageDirector {
  readonly #present: Present;
  #guest: WorldRecord | undefined;
  /** As it was when somebody began to look back. */
  #record: WorldRecord | undefined;
  #past: Playback | undefined;
  #pace: Pace = 0;
  #paceBefore: Pace = 1;
  /** Where somebody wants to look; undefined: there. */
  #wanted: number | undefined;
  /** On its way to a moment, and not shown yet. */
  #coming: Playback | undefined;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #marks: readonly MarkNow[] = [];
  #marked = "";

  constructor(present: Present) {
    this.#present = present;
  }

  get past(): Playback | undefined {
    return this.#past;
  }

  get pace(): Pace {
    return this.#pace;
  }

  set pace(pace: Pace) {
    this.#pace = pace;
    clearInterval(this.#timer);
    if (pace !== 0) this.#timer = setInterval(() => this.#step(), STEP_MS);
  }

  get section(): DirectorSection {
    const past = this.#past;
    const { recorder, world } = this.#present;
    const record = past?.record;
    const at = past?.world.nowMs ?? world.nowMs;
    const end = record?.end.at ?? world.nowMs;
    return {
      canLookBack: recorder !== undefined,
      looksAt: past === undefined ? null : this.#guest === undefined ? "past" : "guest",
      // While it is now, the clock tells the time: twice would be a message for each look.
      at: past === undefined ? 0 : at,
      end: past === undefined ? 0 : end,
      began: record?.startWallSeconds ?? world.startWallSeconds,
      isBusy: this.#wanted !== undefined,
      isSame: past !== undefined && at >= end ? past.isSame : null,
    };
  }

  get marks(): readonly MarkNow[] {
    const { done } = this.#past?.record ?? this.#present.recorder ?? { done: [] };
    const key = `${this.#guest?.seed} ${done.length}`;
    if (key !== this.#marked) {
      this.#marked = key;
      this.#marks = done
        .filter(({ input }) => !UNMARKED.includes(input.act))
        .slice(-MOST_MARKS)
        .map(({ at, input }) => ({ at, act: input.act, story: input.act === "caption" ? input.caption : null }));
    }
    return this.#marks;
  }

  get file(): string {
    return worldFile(this.#shown);
  }

  get link(): string {
    return asWorldError(() => worldLink(this.#shown));
  }

  goTo(at: number): void {
    if (this.#record === undefined) {
      this.#record = this.#recordOfNow;
      this.#paceBefore = this.#present.pace;
      this.#present.pace = 0;
    }
    this.#wanted = Math.min(Math.round(at), this.#record.end.at);
    void this.#run();
  }

  backToNow(): void {
    if (this.#record === undefined) return;
    this.#leave();
    this.#present.pace = this.#paceBefore;
  }

  goOn(): void {
    if (this.#past === undefined) throw new WorldError("this is now: there is nothing to go on from");
    const record = this.#past.soFar;
    this.#leave();
    this.#present.goOnFrom(record);
  }

  async open(text: string): Promise<void> {
    const record = asWorldError(() => readWorld(text));
    let first: Playback;
    try {
      first = await Playback.open(record);
    } catch (error) {
      if (!(error instanceof WorldTextError)) throw error;
      throw new WorldError(error.message);
    }
    if (this.#record === undefined) this.#paceBefore = this.#present.pace;
    this.#leave();
    this.#present.pace = 0;
    this.#guest = record;
    this.#record = record;
    this.#past = first;
    this.goTo(record.end.at);
  }

  close(): void {
    this.#leave();
  }

  get #recordOfNow(): WorldRecord {
    const { recorder } = this.#present;
    if (recorder !== undefined) return recorder.record;
    throw new WorldError(
      "a world with a real broker in it, or one that a program has changed through the API, cannot be had again: start without --port and --broker, or start over, to look back",
    );
  }

  get #shown(): WorldRecord {
    return this.#past?.soFar ?? this.#recordOfNow;
  }

  #leave(): void {
    this.pace = 0;
    this.#wanted = undefined;
    this.#coming?.close();
    this.#coming = undefined;
    this.#past?.close();
    this.#past = undefined;
    this.#record = undefined;
    this.#guest = undefined;
  }

  /** The past goes by. */
  #step(): void {
    const past = this.#past;
    if (past === undefined || this.#wanted !== undefined) return;
    const ms = this.#pace === "next" ? NEXT_STEP_MS : STEP_MS * this.#pace;
    this.goTo(past.world.nowMs + ms);
    if (past.world.nowMs >= past.record.end.at) this.pace = 0;
  }

  /** To where somebody wants to look, and to where they want to look by then. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#wanted !== undefined && this.#record !== undefined) await this.#show(this.#record, this.#wanted);
    } finally {
      this.#isRunning = false;
    }
  }

  async #show(record: WorldRecord, at: number): Promise<void> {
    const isAhead = this.#past !== undefined && this.#past.world.nowMs <= at;
    const playback = isAhead ? this.#past! : await Playback.open(record);
    if (!isAhead) this.#coming = playback;
    await playback.runTo(at === record.end.at ? record.end : { at, n: Number.POSITIVE_INFINITY });
    this.#coming = undefined;
    const isLeft = this.#record !== record;
    if (isLeft) playback.close();
    else if (!isAhead) {
      this.#past?.close();
      this.#past = playback;
    }
    if (this.#wanted === at) this.#wanted = undefined;
  }
}

function asWorldError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WorldTextError) throw new WorldError(error.message);
    throw error;
  }
}
