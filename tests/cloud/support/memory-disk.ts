import type { SyncAdapter } from "lowdb";
import { EmbeddedEngine } from "../../../sim/cloud/store/embedded.js";
import type { Plan } from "../../../sim/cloud/store/log-edits.js";
import type { Disk } from "../../../sim/cloud/store/log-file.js";
import { CloudStore } from "../../../sim/cloud/store.js";

/** A file in memory whose bytes are safe only once they are synced, and a disk that can be full. */
export class MemoryDisk implements Disk {
  bytes = Buffer.alloc(0);
  /** What a power cut leaves: the bytes at the last sync. */
  safe = Buffer.alloc(0);
  /** The disk takes no more than so many bytes, then a write throws with what fitted written. */
  room = Number.POSITIVE_INFINITY;
  syncFailure: Error | undefined;
  writes = 0;
  syncs = 0;

  get size(): number {
    return this.bytes.length;
  }

  read(at: number, length: number): Uint8Array {
    return this.bytes.subarray(at, at + length);
  }

  write(at: number, bytes: Uint8Array): void {
    this.writes++;
    const fits = Math.max(0, Math.min(bytes.length, this.room - at));
    this.bytes = Buffer.concat([this.bytes.subarray(0, at), bytes.subarray(0, fits), this.bytes.subarray(at + fits)]);
    if (fits < bytes.length) throw new Error("ENOSPC: no space left on device, write");
  }

  sync(): void {
    if (this.syncFailure !== undefined) throw this.syncFailure;
    this.syncs++;
    this.safe = Buffer.from(this.bytes);
  }

  truncate(size: number): void {
    this.bytes = this.bytes.subarray(0, size);
  }

  close(): void {}
}

/** The two files of the embedded engine, which outlive the process. */
export class EmbeddedDisk {
  log = new MemoryDisk();
  json: string | undefined;
  jsonFailure: Error | undefined;
  jsonWrites = 0;
  /** Of edits that are under way. */
  plan: Uint8Array | undefined;

  store(): CloudStore {
    return new CloudStore(this.engine());
  }

  engine(): EmbeddedEngine {
    return new EmbeddedEngine({ json: this.#adapter(), disk: this.log, edits: this.#plan(), name: "cloud.log" });
  }

  /** As they are after a power cut with `left` bytes of the log there; absent: what was synced. */
  afterCut(left = this.log.safe.length): EmbeddedDisk {
    const copy = new EmbeddedDisk();
    copy.json = this.json;
    copy.log.bytes = Buffer.from((left <= this.log.safe.length ? this.log.safe : this.log.bytes).subarray(0, left));
    copy.log.safe = Buffer.from(copy.log.bytes);
    return copy;
  }

  #plan(): Plan {
    return {
      read: () => this.plan,
      write: (bytes) => {
        this.plan = bytes.slice();
      },
      remove: () => {
        this.plan = undefined;
      },
    };
  }

  #adapter<T>(): SyncAdapter<T> {
    return {
      read: () => (this.json === undefined ? null : (JSON.parse(this.json) as T)),
      write: (data) => {
        if (this.jsonFailure !== undefined) throw this.jsonFailure;
        this.jsonWrites++;
        this.json = JSON.stringify(data);
      },
    };
  }
}
