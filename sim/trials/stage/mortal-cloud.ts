import type { SyncAdapter } from "lowdb";
import { EmbeddedEngine } from "../../cloud/store/embedded.js";
import type { Plan } from "../../cloud/store/log-edits.js";
import type { Disk } from "../../cloud/store/log-file.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Random } from "../../world/random.js";

/** A process that is to end is ended at one of so many things that it does from then on. */
const EFFECTS_MAX = 40;
/** Until it is started again, ms. */
const DOWN_MS = { least: 500, most: 90_000 } as const;
/** So often the computer under it loses power as well: what was written and not synced is gone. */
const POWER_SHARE = 0.3;

/**
 * One process of the cloud. What it does to the world (a write, a sync, a message) counts until it is killed; from there on nothing of it
 * does, whatever its code still runs through. So it can be killed between any two things that it does, and inside a write.
 */
class Life {
  isOver = false;
  #left = 0;
  #share = 0;
  #onOver: (() => void) | undefined;

  /** It ends at the effect number `count` from now, after `share` of that. */
  endAt(count: number, share: number, onOver: () => void): void {
    this.#left = count;
    this.#share = share;
    this.#onOver = onOver;
  }

  /** Something is about to be done. Answers how much of it happens, 0 to 1. */
  effect(): number {
    if (this.isOver) return 0;
    if (this.#onOver === undefined || --this.#left > 0) return 1;
    this.isOver = true;
    this.#onOver();
    return this.#share;
  }
}

/** The embedded cloud as a process that is killed in the middle of what it does, and the files that it leaves. */
export class MortalCloud {
  /** Ends so far. */
  deaths = 0;
  /** Those of them in which its computer lost power too. */
  powerLosses = 0;
  /** Called when it has ended, with how long nobody starts it again, ms. */
  onDeath: ((downMs: number) => void) | undefined;
  readonly #random: Random;
  #life = new Life();
  #log = Buffer.alloc(0);
  /** Bytes of it that were synced. */
  #safe = 0;
  #json: string | undefined;
  #plan: Uint8Array | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  get isDead(): boolean {
    return this.#life.isOver;
  }

  /** Its database, as a process finds it that starts now. Throws CloudError where it is damaged. */
  open(): EmbeddedEngine {
    if (this.isDead && this.#random.next() < POWER_SHARE) {
      this.powerLosses++;
      // Of what was not synced, some may be there.
      const left = this.#safe + this.#random.int(this.#log.length - this.#safe + 1);
      this.#log = this.#log.subarray(0, left);
    }
    const life = new Life();
    this.#life = life;
    return new EmbeddedEngine({
      json: this.#jsonFor(life),
      disk: this.#diskFor(life),
      edits: this.#planFor(life),
      name: "cloud.log",
    });
  }

  /** Whether the process that asks now has ended. */
  watch(): () => boolean {
    const life = this.#life;
    return () => life.isOver;
  }

  /** What a process hears and says, until it ends. */
  wrap(transport: CloudTransport): CloudTransport {
    const life = this.#life;
    const wrapped: CloudTransport = {
      onMessage: undefined,
      publish: (topic, payload) => {
        if (life.effect() > 0.5) transport.publish(topic, payload);
      },
      hears: () => transport.hears?.() ?? true,
      close: () => transport.close(),
    };
    transport.onMessage = (topic, payload) => {
      if (!life.isOver) wrapped.onMessage?.(topic, payload);
    };
    return wrapped;
  }

  /** It is killed before, in, or after one of the next things that it does. */
  killSoon(): void {
    const life = this.#life;
    const share = this.#random.pick([0, 1, this.#random.next()]);
    life.endAt(1 + this.#random.int(EFFECTS_MAX), share, () => {
      this.deaths++;
      this.onDeath?.(DOWN_MS.least + this.#random.int(DOWN_MS.most - DOWN_MS.least));
    });
  }

  #jsonFor<T>(life: Life): SyncAdapter<T> {
    return {
      read: () => (this.#json === undefined ? null : (JSON.parse(this.#json) as T)),
      // It is written beside the old one and takes its place in one step.
      write: (data) => {
        if (life.effect() > 0.5) this.#json = JSON.stringify(data);
      },
    };
  }

  #planFor(life: Life): Plan {
    return {
      read: () => this.#plan,
      write: (bytes) => {
        const there = Math.floor(bytes.length * life.effect());
        if (there > 0) this.#plan = bytes.slice(0, there);
      },
      remove: () => {
        if (life.effect() > 0.5) this.#plan = undefined;
      },
    };
  }

  #diskFor(life: Life): Disk {
    const files = this;
    return {
      get size() {
        return files.#log.length;
      },
      read: (at, length) => this.#log.subarray(at, at + length),
      write: (at, bytes) => {
        const there = Math.floor(bytes.length * life.effect());
        const all = [this.#log.subarray(0, at), bytes.subarray(0, there), this.#log.subarray(at + there)];
        if (there > 0) this.#log = Buffer.concat(all);
      },
      sync: () => {
        if (life.effect() > 0.5) this.#safe = this.#log.length;
      },
      truncate: (size) => {
        if (life.effect() <= 0.5) return;
        this.#log = this.#log.subarray(0, size);
        this.#safe = Math.min(this.#safe, size);
      },
      close: () => {},
    };
  }
}
