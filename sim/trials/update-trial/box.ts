import { createHash } from "node:crypto";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { Journal } from "../../../firmware/journal/journal.js";
import { encodeRecord } from "../../../firmware/records/codec.js";
import type { Body } from "../../../firmware/records/records.js";
import { factoryKeys } from "../../../firmware/update/key-store.js";
import type { KeyList } from "../../../firmware/update/manifest.js";
import { type Check, thresholdCheck } from "../../../firmware/update/threshold.js";
import { UpdateTask } from "../../../firmware/update/update-task.js";
import { Lane } from "../../../firmware/wire/lanes.js";
import { ImagePiece, Pull, Release } from "../../../firmware/wire/update-messages.js";
import { MetadataStore } from "../../../hal/boot/metadata.js";
import type { BootChoice, BootStub } from "../../../hal/boot/stub.js";
import { updatePort } from "../../../hal/boot/update-port.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import type { ClockPort } from "../../../hal/ports/clock.js";
import type { SleepPort } from "../../../hal/ports/power.js";
import { NorFlash } from "../../world/devices/nor-flash.js";
import { readAll, SeededEntropy } from "../journal-trial/parts.js";
import { FIRST_KEYS, MODEL, NOW_S, type TrialRelease, trialImage } from "./releases.js";

/** What an image does when it runs. */
export type Behaviour = "works" | "hangs" | "dead-panel" | "no-session";

/** What is done to a box: an update that should come out in one way. */
export interface UpdateRoute {
  readonly name: string;
  readonly next: TrialRelease;
  /** What the new image does. */
  readonly behaviour: Behaviour;
  /** The image that the cloud hands out; absent: the one that was signed. */
  readonly handedOut?: Uint8Array;
  /** Each so manieth piece is lost on the way; none if absent. */
  readonly losesEach?: number;
  /** The key list that comes before the manifest. */
  readonly rotation?: { readonly list: KeyList; readonly envelope: Uint8Array };
  /** Release that is confirmed at the end. */
  readonly endsWith: number;
}

/** Of the box before the update. */
export const OLD_RELEASE = 7;
const SECTOR_BYTES = 4_096;
const SLOT_SECTORS = 4;
const PAYLOAD_BYTES = 9_000;
export const OLD_IMAGE = trialImage(OLD_RELEASE, PAYLOAD_BYTES);

export interface BoxFlash {
  readonly update: NorFlash;
  readonly slots: readonly [NorFlash, NorFlash];
  readonly journal: NorFlash;
}

export const FLASH_NAMES = ["update", "slot 0", "slot 1", "journal"] as const;

export function listOf({ update, slots, journal }: BoxFlash): readonly NorFlash[] {
  return [update, ...slots, journal];
}

export function clonesOf({ update, slots, journal }: BoxFlash, seed: number): BoxFlash {
  return {
    update: update.clone(seed),
    slots: [slots[0].clone(seed + 1), slots[1].clone(seed + 2)],
    journal: journal.clone(seed + 3),
  };
}

/** A box as the factory made it, with release 7 in slot 0. */
export function factoryFlash(alignBytes: number, slotSectors = SLOT_SECTORS): BoxFlash {
  const part = (sectors: number, seed: number, image?: Uint8Array) => {
    const sizeBytes = sectors * SECTOR_BYTES;
    const content = new Uint8Array(sizeBytes).fill(0xff);
    if (image !== undefined) content.set(image);
    return new NorFlash({ sizeBytes, sectorBytes: SECTOR_BYTES, alignBytes, seed, image: content });
  };
  const update = part(6, 1);
  const keys = factoryKeys(FIRST_KEYS, alignBytes);
  const content = update.image();
  content.set(keys, 2 * SECTOR_BYTES);
  update.load(content);
  const flash: BoxFlash = {
    update,
    slots: [part(slotSectors, 2, OLD_IMAGE), part(slotSectors, 3)],
    journal: part(4, 4),
  };
  new MetadataStore(update).write({
    confirmed: 0,
    release: OLD_RELEASE,
    trial: undefined,
    floor: 1,
    returned: undefined,
  });
  return flash;
}

/** Thrown to end a life of the firmware. */
class Restart extends Error {}

interface Due {
  readonly atMs: number;
  readonly id: number;
  readonly run: () => void;
}

/** Verdicts by what was asked: the arithmetic is the same each time, and is tried elsewhere. */
const verdicts = new Map<string, boolean>();
const hash = {
  sha512: (bytes: Uint8Array) => new Uint8Array(createHash("sha512").update(bytes).digest()),
  hmacSha512: TWEETNACL_HASH.hmacSha512,
};
const check: Check = (envelope, purpose, keys, first) => {
  const asked = [envelope.manifest, ...envelope.signatures, ...keys.keys].map((bytes) => bytes.join());
  const name = `${purpose} ${first} ${keys.threshold} ${asked.join("/")}`;
  return {
    step() {
      if (!verdicts.has(name)) {
        const real = thresholdCheck(hash)(envelope, purpose, keys, first);
        let verdict = real.step();
        while (verdict === undefined) verdict = real.step();
        verdicts.set(name, verdict);
      }
      return verdicts.get(name);
    },
  };
};

/** What became of one life. */
export type LifeEnding = "settled" | "restarted";

/** One box on its flash, life after life, from reset until it restarts itself or has nothing more to do. */
export class TrialBox {
  readonly flash: BoxFlash;
  readonly #route: UpdateRoute;
  readonly #stub: BootStub;
  /** Every record that the journal took. */
  readonly promised: Uint8Array[] = [];
  /** Bytes of the image that the cloud has handed out. */
  handedOutBytes = 0;
  #pieces = 0;
  choice: BootChoice | undefined;
  #due: Due[] = [];
  #nowMs = 0;
  #ids = 0;

  constructor(flash: BoxFlash, route: UpdateRoute, stub: BootStub) {
    this.flash = flash;
    this.#route = route;
    this.#stub = stub;
  }

  /** Runs one life. Throws PowerCut where one was planned. Undefined: no image boots. */
  live(): LifeEnding | undefined {
    const { update, slots, journal: flash } = this.flash;
    this.#due = [];
    this.#nowMs = 0;
    this.choice = this.#stub(update, slots);
    if (this.choice === undefined) return undefined;
    const behaviour = this.choice.image.release === OLD_RELEASE ? "works" : this.#route.behaviour;
    // The watchdog of the stub resets it.
    if (behaviour === "hangs") return this.choice.isTrial ? "restarted" : undefined;
    const journal = Journal.mount({ flash, entropy: new SeededEntropy(5), owner: { checkpoint: () => [] } });
    try {
      this.#run(journal, this.choice, behaviour);
    } catch (error) {
      if (error instanceof Restart) return "restarted";
      throw error;
    }
    return "settled";
  }

  #run(journal: Journal, { slot }: BootChoice, behaviour: Behaviour): void {
    const port = updatePort({ partition: this.flash.update, slots: this.flash.slots, running: slot });
    const task = new UpdateTask({
      hal: {
        board: { model: MODEL } as BoardProfile,
        clock: this.#clock(),
        timers: { set: (delayMs, run) => this.#set(delayMs, run), clear: (id) => this.#clear(id) },
        hash,
        mains: { present: () => true, onChange: undefined },
        sleep: this.#sleep(),
        trace: { line: () => {} },
      },
      port,
      ledger: { note: (body) => this.#note(journal, body) },
      changes: { tell: () => {} },
      check,
      host: {
        isQuietFor: () => true,
        charge: () => 100,
        isInSync: () => true,
        link: () => "ethernet",
        wantsToSend: () => this.#set(10, () => this.#answer(task)),
        isBootOnRecord: () => true,
        isSnapshotDamaged: () => false,
        panelAnswers: () => behaviour !== "dead-panel",
        isOnline: () => behaviour !== "no-session",
      },
    });
    task.start();
    const wanted = this.#route.next.manifest.release;
    if (behaviour === "works") task.welcomed(wanted);
    this.#runDue();
  }

  /** The cloud's side, in one go. */
  #answer(task: UpdateTask): void {
    const asked = task.nextPull();
    if (asked === undefined) return;
    const pull = Pull.decode(asked);
    const { next, rotation, handedOut = next.image, losesEach = Number.POSITIVE_INFINITY } = this.#route;
    const { release, offset, count } = pull;
    if (count > 0) {
      for (let at = offset; at < offset + count; at += 1_024) {
        const bytes = handedOut.slice(at, Math.min(at + 1_024, offset + count));
        this.handedOutBytes += bytes.length;
        if (++this.#pieces % losesEach === 0) continue;
        this.#set(10, () => task.take(Lane.image, ImagePiece.encode({ release, offset: at, bytes })));
      }
      return;
    }
    const list = task.hello().list ?? 0;
    const isBehind = rotation !== undefined && list < rotation.list.version;
    const answer = isBehind
      ? { release, manifest: rotation.envelope, version: rotation.list.version }
      : { release, manifest: next.envelope };
    this.#set(10, () => task.take(Lane.release, Release.encode(answer)));
  }

  #note(journal: Journal, body: Body): void {
    const payload = encodeRecord({ ...body, at: 0, flags: 0 });
    journal.append(payload, "diagnostic");
    this.promised.push(payload);
  }

  /** Records that were promised and are not in the journal, in order. */
  lost(): number {
    const { journal: flash } = this.flash;
    const journal = Journal.mount({ flash, entropy: new SeededEntropy(5), owner: { checkpoint: () => [] } });
    const found = readAll(journal).map(({ payload }) => payload.join());
    let at = 0;
    let lost = 0;
    for (const payload of this.promised) {
      const next = found.indexOf(payload.join(), at);
      if (next < 0) lost++;
      else at = next + 1;
    }
    return lost;
  }

  #runDue(): void {
    for (let next = this.#first(); next !== undefined; next = this.#first()) {
      this.#due = this.#due.filter((one) => one !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
  }

  #first(): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (first === undefined || due.atMs < first.atMs || (due.atMs === first.atMs && due.id < first.id)) first = due;
    }
    return first;
  }

  #set(delayMs: number, run: () => void): number {
    const id = ++this.#ids;
    this.#due.push({ atMs: this.#nowMs + delayMs, id, run });
    return id;
  }

  #clear(id: number): void {
    this.#due = this.#due.filter((due) => due.id !== id);
  }

  #clock(): ClockPort {
    return {
      monotonicMs: () => this.#nowMs,
      wallSeconds: () => NOW_S,
      quality: () => 2,
      setWall: () => {},
    };
  }

  #sleep(): SleepPort {
    return {
      wakeCause: 0,
      sleep: () => {
        throw new Restart("asleep");
      },
      restart: () => {
        throw new Restart("restarted");
      },
    };
  }
}

export const ROUTE_PAYLOAD_BYTES = PAYLOAD_BYTES;
