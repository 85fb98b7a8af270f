import type { World } from "../../world/machine/world.js";
import { BASIC, type Capabilities, type Capability } from "./capabilities.js";

/** Somebody asked for what is not there. */
export class NoCapabilityError extends Error {}

/**
 * One box, and whatever can be done to it. Scenarios ask for capabilities here and nowhere else, so that a story does not know
 * whether it is told to a simulation or to a board.
 */
export class Rig implements Capabilities {
  /** The box's id. */
  readonly name: string;
  /** The time that passes around the box. */
  readonly world: World;
  readonly #has: Partial<Capabilities>;
  readonly #allowed: ReadonlySet<Capability> | undefined;

  /** `has`: the capabilities of the target. */
  constructor(name: string, world: World, has: Partial<Capabilities>, allowed?: ReadonlySet<Capability>) {
    this.name = name;
    this.world = world;
    this.#has = has;
    this.#allowed = allowed;
  }

  has(capability: Capability): boolean {
    return this.#has[capability] !== undefined;
  }

  /** The same box for a story that said what it needs: `BASIC` and `needs`. Anything else it asks for is an error. */
  only(needs: readonly Capability[]): Rig {
    return new Rig(this.name, this.world, this.#has, new Set([...BASIC, ...needs]));
  }

  get power(): Capabilities["power"] {
    return this.#ask("power");
  }

  get console(): Capabilities["console"] {
    return this.#ask("console");
  }

  get panel(): Capabilities["panel"] {
    return this.#ask("panel");
  }

  get reader(): Capabilities["reader"] {
    return this.#ask("reader");
  }

  get bins(): Capabilities["bins"] {
    return this.#ask("bins");
  }

  get button(): Capabilities["button"] {
    return this.#ask("button");
  }

  get links(): Capabilities["links"] {
    return this.#ask("links");
  }

  get flash(): Capabilities["flash"] {
    return this.#ask("flash");
  }

  get cell(): Capabilities["cell"] {
    return this.#ask("cell");
  }

  get cuts(): Capabilities["cuts"] {
    return this.#ask("cuts");
  }

  get latches(): Capabilities["latches"] {
    return this.#ask("latches");
  }

  get clock(): Capabilities["clock"] {
    return this.#ask("clock");
  }

  get parts(): Capabilities["parts"] {
    return this.#ask("parts");
  }

  #ask<C extends Capability>(capability: C): Capabilities[C] {
    const found = this.#has[capability];
    if (found === undefined) throw new NoCapabilityError(`the target of ${this.name} has no ${capability}`);
    if (this.#allowed?.has(capability) === false) {
      throw new NoCapabilityError(`the scenario uses ${capability} and does not say so: add it to its \`needs\``);
    }
    return found as Capabilities[C];
  }
}
