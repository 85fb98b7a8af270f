import type { LinkKind } from "../hal/ports/network.js";
import type { BootRecord } from "./box-boot.js";
import type { BoxTasks } from "./box-tasks.js";
import type { BoxUse } from "./box-use.js";
import type { HotspotHost } from "./panel/hotspot-flow.js";
import type { UpdateBox } from "./updates.js";

/** The box's connection, for those that want to use it: updates, and whoever joined a hotspot at the panel. */
export class BoxLink implements HotspotHost, UpdateBox {
  readonly #box: BoxTasks;
  readonly #use: BoxUse;
  readonly #boot: BootRecord;

  constructor(box: BoxTasks, use: BoxUse, boot: BootRecord) {
    this.#box = box;
    this.#use = use;
    this.#boot = boot;
  }

  get isBootRecorded(): boolean {
    return this.#boot.isWritten;
  }

  inUse(): boolean {
    return this.#use.inUse();
  }

  inSync(): boolean {
    return this.#use.inSync();
  }

  isOnline(): boolean {
    return this.#box.sync.online;
  }

  sessionLink(): LinkKind | undefined {
    return this.#box.sync.link;
  }

  sendSoon(): void {
    this.#box.sync.wantsToSend();
  }

  joined(): void {
    this.#box.sync.reconnectNow();
  }
}
