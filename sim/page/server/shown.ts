import { WorldError } from "../../world/devices/site.js";
import type { EngineNow, EngineSection, Pace } from "../shared/state.js";
import type { Input } from "./acts.js";
import type { OwnOrganisation, Scene, Theatre } from "./theatre.js";

/** What the page shows: the world as it is, or, while somebody looks back, as it was. */
export class Shown implements Theatre {
  readonly #theatre: Theatre;

  constructor(theatre: Theatre) {
    this.#theatre = theatre;
  }

  get #scene(): Scene {
    return this.#theatre.director.past ?? this.#theatre;
  }

  /** Throws WorldError in the past: what was done there was done. */
  do(input: Input): void {
    if (this.#theatre.director.past !== undefined)
      throw new WorldError("this is the past: go back to now, or go on from here");
    this.#theatre.do(input);
  }

  touchedFromOutside(): void {
    this.#theatre.touchedFromOutside();
  }

  get director() {
    return this.#theatre.director;
  }

  get shelf() {
    return this.#theatre.shelf;
  }

  get prepared() {
    return this.#theatre.prepared;
  }

  get world() {
    return this.#scene.world;
  }

  get cloud() {
    return this.#scene.cloud;
  }

  get running() {
    return this.#scene.running;
  }

  get machine() {
    return this.#scene.machine;
  }

  get box() {
    return this.#scene.box;
  }

  get surroundings() {
    return this.#scene.surroundings;
  }

  get hand() {
    return this.#scene.hand;
  }

  get wire() {
    return this.#scene.wire;
  }

  get connections() {
    return this.#scene.connections;
  }

  get timeZone() {
    return this.#scene.timeZone;
  }

  get brokerName() {
    return this.#scene.brokerName;
  }

  get isLit() {
    return this.#scene.isLit;
  }

  get isCloudUp() {
    return this.#scene.isCloudUp;
  }

  get isBrokerUp() {
    return this.#scene.isBrokerUp;
  }

  get story() {
    return this.#scene.story;
  }

  get stories() {
    return this.#theatre.stories;
  }

  get pace(): Pace {
    return this.director.past === undefined ? this.#theatre.pace : this.director.pace;
  }

  set pace(pace: Pace) {
    if (this.director.past === undefined) this.#theatre.pace = pace;
    else this.director.pace = pace;
  }

  playStory(id: string): void {
    if (this.director.past !== undefined) throw new WorldError("this is the past: go back to now for a story");
    this.#theatre.playStory(id);
  }

  stopStory(): void {
    this.#theatre.stopStory();
  }

  get engine(): EngineSection | null {
    return this.director.past === undefined ? this.#theatre.engine : null;
  }

  async useEngine(engine: EngineNow): Promise<void> {
    if (this.director.past !== undefined) throw new WorldError("this is the past: go back to now to change the engine");
    await this.#theatre.useEngine(engine);
  }

  beginOwn(own: OwnOrganisation): void {
    this.#theatre.beginOwn(own);
  }

  startOver(): void {
    this.#theatre.startOver();
  }
}
