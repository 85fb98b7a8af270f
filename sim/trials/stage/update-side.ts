import { factoryKeys } from "../../../firmware/update/key-store.js";
import type { Manifest } from "../../../firmware/update/manifest.js";
import { digestOf, makeImage } from "../../cloud/releases/image.js";
import { MemoryShelf } from "../../cloud/releases/shelf.js";
import { type Signer, signManifest } from "../../cloud/releases/sign.js";
import type { Engine } from "../../engines/engine.js";
import type { ImageFault } from "../../engines/node-image.js";
import type { ImageFlashOptions } from "../../world/devices/image-flash.js";
import { FIRST_KEYS, signer } from "../update-trial/releases.js";

/** What a box of a story leaves the factory with. */
const FACTORY_RELEASE = 7;
const FACTORY_FLOOR = 1;
const SECTOR_BYTES = 4_096;
const IMAGE_HEADER_BYTES = 64;
/** Releases of stories expire so long after they were signed, s. */
const GOOD_FOR_S = 90 * 86_400;

type Program = NonNullable<Engine["program"]>;

export interface PublishOptions {
  /** How the image goes wrong; "none" if absent. */
  readonly fault?: ImageFault;
  /** What the manifest says otherwise. */
  readonly manifest?: Partial<Manifest>;
  readonly signers?: readonly Signer[];
  /** What is handed out in place of the image that was signed. */
  readonly handedOut?: (image: Uint8Array) => Uint8Array;
}

/** The release workshop of a story: images for the engine that the box runs on, signed with the keys that it was made with. */
export class UpdateSide {
  readonly shelf = new MemoryShelf();
  readonly factory: ImageFlashOptions;
  readonly #program: Program;
  readonly #model: string;
  readonly #now: () => number;

  private constructor(program: Program, engine: Engine, model: string, now: () => number, payload: Uint8Array) {
    this.#program = program;
    this.#model = model;
    this.#now = now;
    const image = makeImage({ release: FACTORY_RELEASE, security: FACTORY_FLOOR, model }, payload);
    // Room for a program that is somewhat longer.
    const slotBytes = engine.slotBytes ?? SECTOR_BYTES * (Math.ceil(image.length / SECTOR_BYTES) + 4);
    this.factory = {
      slotBytes,
      image,
      release: FACTORY_RELEASE,
      floor: FACTORY_FLOOR,
      keys: factoryKeys(FIRST_KEYS, 1),
      stub: engine.stub,
    };
  }

  /** Undefined: the engine runs nothing but the firmware that it was made with. `now`: s since 1970 UTC. */
  static async open(engine: Engine, model: string, now: () => number, imageBytes = 0): Promise<UpdateSide | undefined> {
    const { program } = engine;
    if (program === undefined) return undefined;
    const filled: Program = async (fault, version) => filledTo(await program(fault, version), imageBytes);
    return new UpdateSide(filled, engine, model, now, await filled("none", `0.${FACTORY_RELEASE}.0`));
  }

  /** Builds, signs and shelves a release. */
  async publish(release: number, options: PublishOptions = {}): Promise<void> {
    const { fault = "none", manifest, signers = [signer(0), signer(2)], handedOut = (image) => image } = options;
    const firmware = `0.${release}.0`;
    const security = FACTORY_FLOOR + 1;
    const payload = await this.#program(fault, firmware);
    const image = makeImage({ release, security, model: this.#model }, payload);
    const said: Manifest = {
      release,
      model: this.#model,
      firmware,
      total: image.length,
      digest: digestOf(image),
      floor: security,
      expires: Math.floor(this.#now()) + GOOD_FOR_S,
      formats: [1, 1, 1, 1],
      ...manifest,
    };
    const envelope = signManifest(said, signers);
    const { expires, total } = { ...said, expires: Math.floor(this.#now()) + GOOD_FOR_S };
    // What the shelf says is what an honest cloud would go by: this one hands out whatever it was given.
    const facts = { release, model: this.#model, firmware, security, expires, list: 1, imageBytes: total };
    this.shelf.put({ ...facts, envelope, image: handedOut(image) });
  }
}

/** Line ends behind a program say nothing to any engine. */
function filledTo(payload: Uint8Array, imageBytes: number): Uint8Array {
  const filled = new Uint8Array(Math.max(payload.length, imageBytes - IMAGE_HEADER_BYTES)).fill(0x0a);
  filled.set(payload);
  return filled;
}
