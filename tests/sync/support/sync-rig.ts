import type { Identity } from "../../../firmware/identity/contract.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "../../../firmware/snapshot/contract.js";
import type { SyncHost } from "../../../firmware/sync/contract.js";
import { SyncTask } from "../../../firmware/sync/sync-task.js";
import type { Command } from "../../../firmware/wire/messages.js";
import { EntropyError } from "../../../hal/ports/entropy.js";
import type { LinkKind } from "../../../hal/ports/network.js";
import { VirtualBroker, type VirtualBrokerOptions } from "../../../sim/broker/virtual/virtual-broker.js";
import { VirtualTime } from "../../support/virtual-time.js";
import { FakeJournal } from "./fake-journal.js";
import { FakeNet } from "./fake-net.js";
import { ScriptedCloud } from "./scripted-cloud.js";

export const BOX = "BOX-1";
export const KEY = new Uint8Array(32).fill(7);

export class FakeHost implements SyncHost {
  readonly journal = new FakeJournal();
  readonly identity: Identity = {
    box: BOX,
    sealingKey: KEY,
    codesKey: new Uint8Array(32),
    lookupKey: new Uint8Array(32),
    broker: { host: "broker.test", port: 8883, username: BOX, password: "pass", authority: "PEM" },
  };
  /** What was called, in order. */
  readonly log: string[] = [];
  readonly commands: Command[] = [];
  readonly ages: (number | undefined)[] = [];
  /** What `offline` told, each time. */
  readonly sinceSync: number[] = [];
  version = 0;
  /** Of the snapshot that is in force, not all is as it came. */
  isRotten = false;
  isBootRecorded = true;
  faults: string[] = [];
  /** Bytes of the snapshot that was activated last. */
  activated: Uint8Array | undefined;
  /** Makes the next calls of a writer fail. */
  failWrites = 0;
  failFinishes = 0;
  begun = 0;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  hello() {
    return { model: "MS5" as const, firmware: "0.1.0", boot: 3, bins: 12 };
  }

  recordedBoot(): number | undefined {
    return this.isBootRecorded ? 3 : undefined;
  }

  wholeSnapshotVersion(): number {
    return this.isRotten ? 0 : this.version;
  }

  snapshotVersion(): number {
    return this.version;
  }

  beginSnapshot(version: number, totalBytes: number): SnapshotWriter {
    this.begun++;
    const taken: number[] = [];
    const host = this;
    return {
      get offset() {
        return taken.length;
      },
      write(bytes) {
        if (host.failWrites > 0) {
          host.failWrites--;
          throw new SnapshotError("write fails");
        }
        if (taken.length + bytes.length > totalBytes) throw new SnapshotError("too long");
        taken.push(...bytes);
      },
      finish() {
        if (host.failFinishes > 0) {
          host.failFinishes--;
          throw new SnapshotError("damaged");
        }
        return { version, taken } as unknown as SnapshotView;
      },
    };
  }

  activateSnapshot(view: SnapshotView): void {
    this.isRotten = false;
    this.version = view.version;
    this.activated = Uint8Array.from((view as unknown as { taken: number[] }).taken);
    this.log.push(`snapshot ${view.version}`);
  }

  missing(): void {}

  acknowledged(through: number): void {
    this.journal.acknowledge(through);
    this.log.push(`acknowledged ${through}`);
  }

  setTime(seconds: number): void {
    this.#time.setWall(seconds);
    this.log.push(`time ${seconds}`);
  }

  command(command: Command, ageSeconds: number | undefined): void {
    this.commands.push(command);
    this.ages.push(ageSeconds);
  }

  status() {
    return { uptime: Math.floor(this.#time.nowMs / 1000), mains: true, charge: 90, faults: this.faults };
  }

  online(link: string): void {
    this.log.push(`online ${link}`);
  }

  offline(reason: string, sinceSyncSeconds: number): void {
    this.log.push(`offline ${reason}`);
    this.sinceSync.push(sinceSyncSeconds);
  }
}

export interface SyncRigOptions {
  readonly links?: readonly LinkKind[];
  readonly withoutEntropy?: boolean;
  readonly lastSyncWallSeconds?: number;
  /** What the broker is like. */
  readonly like?: Pick<VirtualBrokerOptions, "judge" | "versions" | "unspoken" | "limits" | "maxPacketBytes">;
  /** Another client of the same name, at this one's broker and in its time; that one's cloud serves both. */
  readonly beside?: { readonly time: VirtualTime; readonly broker: VirtualBroker };
}

/** A box's sync task, a broker and a cloud in virtual time. */
export function makeSyncRig(options: SyncRigOptions = {}) {
  const time = options.beside?.time ?? new VirtualTime();
  const broker =
    options.beside?.broker ??
    new VirtualBroker({
      scheduler: time,
      authenticate: (_clientId, username, password) => username === BOX && password === "pass",
      ...options.like,
      authorize: (_clientId, action, topic) =>
        topic.startsWith(`smartbox/${BOX}/${action === "publish" ? "up/" : "down/"}`),
    });
  const net = new FakeNet(time, ...(options.links ?? (["ethernet", "wifi", "cellular"] as const)));
  net.accept = (endpoint) => broker.accept(endpoint);
  const cloud = new ScriptedCloud(broker, time, KEY, BOX);
  cloud.welcomes = options.beside === undefined;
  const host = new FakeHost(time);
  const lines: string[] = [];
  let drawn = 1;
  let withoutEntropy = options.withoutEntropy ?? false;
  const task = new SyncTask({
    links: net,
    clock: time,
    timers: time,
    entropy: {
      fill(into) {
        if (withoutEntropy) throw new EntropyError("none");
        for (let i = 0; i < into.length; i++) into[i] = drawn = (drawn * 73 + 41) % 251;
      },
    },
    trace: { line: (text) => lines.push(text) },
    host,
    lastSyncWallSeconds: options.lastSyncWallSeconds,
  });
  /** Appends records as the firmware would. */
  const append = (count: number, sizeBytes?: number) => {
    for (let i = 0; i < count; i++) {
      host.journal.fill(1, sizeBytes);
      task.recordsAdded();
    }
  };
  const mendEntropy = () => {
    withoutEntropy = false;
  };
  return { time, broker, net, cloud, host, task, lines, append, mendEntropy };
}

export type SyncRig = ReturnType<typeof makeSyncRig>;
