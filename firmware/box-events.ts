import type { BinControlHost } from "./bins/bin-control.js";
import type { BoxTasks } from "./box-tasks.js";
import type { SnapshotHost } from "./state/current-snapshot.js";
import type { ChangeListener } from "./wiring/changes.js";

/** Who hears of it when something has changed. */
export class BoxEvents implements ChangeListener, BinControlHost, SnapshotHost {
  readonly #box: BoxTasks;

  constructor(box: BoxTasks) {
    this.#box = box;
  }

  changed(): void {
    const { exchange, navigator, links, sync } = this.#box;
    exchange.settle();
    navigator.refresh();
    links.look(sync.online);
    sync.statusChanged();
  }

  heldOpenChanged(): void {
    this.#box.navigator.refresh();
  }

  snapshotRotted(): void {
    this.#box.partWatch.look();
    this.#box.sync.snapshotRotted();
  }
}
