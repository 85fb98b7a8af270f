import { randomFillSync } from "node:crypto";
import type { Identity } from "../../../firmware/identity/contract.js";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Auth, Exchange, Flag, Kind, Outcome, PowerEvent, type Rec } from "../../../firmware/records/records.js";
import type { SnapshotView, SnapshotWriter } from "../../../firmware/snapshot/contract.js";
import type { SyncHost } from "../../../firmware/sync/contract.js";
import { SyncTask } from "../../../firmware/sync/sync-task.js";
import { EPOCH_BYTES } from "../../../firmware/wire/epoch.js";
import type { TimersPort } from "../../../hal/ports/clock.js";
import { WakeCause } from "../../../hal/ports/power.js";
import { REAL_CLOCK } from "../../world/clock/real-clock.js";
import { HostLinks } from "./host-links.js";
import { MemoryJournal } from "./memory-journal.js";

/** Of one exchange: the intent, the door, the outcome, and the supply. */
const RECORDS_AN_EXCHANGE = 4;

export interface FleetBoxNeeds {
  readonly identity: Identity;
  readonly timers: TimersPort;
  readonly bins: number;
  /** A record of this box was acknowledged, so many ms after it was written. */
  readonly acknowledged: (count: number, oldestMs: number) => void;
}

/** The firmware's own sync task, envelope and records, on a real socket. There are no devices, no flash and no panel around it. */
export class FleetBox implements SyncHost {
  readonly identity: Identity;
  readonly journal: MemoryJournal;
  readonly #needs: FleetBoxNeeds;
  readonly #sync: SyncTask;
  readonly #beganMs = performance.now();
  #version = 0;
  #offeredVersion = 0;
  /** When records were written that are not acknowledged: number of the last of each exchange, and the time. */
  #waiting: { readonly through: number; readonly atMs: number }[] = [];

  constructor(needs: FleetBoxNeeds) {
    this.#needs = needs;
    this.identity = needs.identity;
    this.journal = new MemoryJournal(randomFillSync(new Uint8Array(EPOCH_BYTES)));
    this.#sync = new SyncTask({
      links: new HostLinks(),
      clock: REAL_CLOCK,
      timers: needs.timers,
      entropy: { fill: (into) => void randomFillSync(into) },
      trace: { line: () => {} },
      host: this,
    });
    this.#write({ kind: Kind.boot, boot: 1, cause: WakeCause.button, firmware: "fleet" });
  }

  start(): void {
    this.#sync.start();
  }

  stop(): void {
    this.#sync.stop();
  }

  get isOnline(): boolean {
    return this.#sync.online;
  }

  /** Records written so far. */
  get written(): number {
    return this.journal.nextSeq - 1;
  }

  get isDone(): boolean {
    return this.journal.acknowledged === this.written;
  }

  /** For how long the oldest record has waited, ms; 0: none waits. */
  waitingMs(nowMs: number): number {
    const [oldest] = this.#waiting;
    return oldest === undefined ? 0 : nowMs - oldest.atMs;
  }

  /** `count` pick-ups, one after the other. */
  exchange(count: number): void {
    for (let i = 0; i < count; i++) {
      const bin = i % this.#needs.bins;
      const of = this.journal.nextSeq;
      this.#write({ kind: Kind.intent, exchange: Exchange.pickup, bin, key: 1, user: 1, auth: Auth.bookingCode });
      this.#write({ kind: Kind.power, event: PowerEvent.mainsLost });
      this.#write({ kind: Kind.outcome, of, result: Outcome.done });
      this.#write({ kind: Kind.codeFailure, count: 1, target: 0 });
    }
    this.#waiting.push({ through: this.written, atMs: performance.now() });
    this.#sync.recordsAdded();
  }

  static get recordsAnExchange(): number {
    return RECORDS_AN_EXCHANGE;
  }

  hello() {
    return { model: "MS5", firmware: "fleet", boot: 1, bins: this.#needs.bins, id: 0 };
  }

  recordedBoot(): number {
    return 1;
  }

  snapshotVersion(): number {
    return this.#version;
  }

  wholeSnapshotVersion(): number {
    return this.#version;
  }

  /** Takes the bytes as a box does, piece by piece, and looks at none of them. */
  beginSnapshot(version: number, totalBytes: number): SnapshotWriter {
    let offset = 0;
    this.#offeredVersion = version;
    return {
      get offset() {
        return offset;
      },
      write: (bytes) => {
        offset += bytes.length;
        if (offset > totalBytes) throw new Error(`${this.identity.box} got ${offset} bytes of ${totalBytes}`);
      },
      finish: () => ({ version }) as SnapshotView,
    };
  }

  activateSnapshot(): void {
    this.#version = this.#offeredVersion;
  }

  acknowledged(through: number): void {
    const before = this.journal.acknowledged;
    this.journal.acknowledge(through);
    const now = performance.now();
    let oldestMs = 0;
    while (this.#waiting.length > 0 && this.#waiting[0]!.through <= through) {
      oldestMs = Math.max(oldestMs, now - this.#waiting.shift()!.atMs);
    }
    this.#needs.acknowledged(this.journal.acknowledged - before, oldestMs);
  }

  missing(): void {}
  setTime(): void {}
  command(): void {}

  status() {
    return { uptime: Math.floor((performance.now() - this.#beganMs) / 1_000), mains: true, faults: [] };
  }

  online(): void {}
  offline(): void {}

  #write(body: DistributedOmit<Rec, "at" | "flags">): void {
    const stamp = { at: Math.floor(Date.now() / 1_000), flags: Flag.wallTime | Flag.synced };
    this.journal.append(encodeRecord({ ...body, ...stamp } as Rec));
  }
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
