import type { BoxTasks } from "./box-tasks.js";
import { text } from "./panel/screen.js";
import { messageScreen } from "./panel/screens/message.js";
import type { PowerHost } from "./power/power-task.js";
import { EMPTY_SHOWN_MS } from "./power/sleep-schedule.js";

/** Whether the box is in use, and so may not sleep, restart or be updated. */
export class BoxUse implements PowerHost {
  readonly #box: BoxTasks;

  constructor(box: BoxTasks) {
    this.#box = box;
  }

  /** A lock moves or a door that was opened has not been closed. */
  inUse(): boolean {
    const { control, emergency } = this.#box;
    return control.busy || emergency.running || control.openDoors > 0;
  }

  busy(): boolean {
    const { exchange, sync } = this.#box;
    return this.inUse() || exchange.active || (sync.online && sync.busy);
  }

  mustStayAwake(): boolean {
    const { throttle, navigator } = this.#box;
    return throttle.startsOverAtBoot || navigator.keepsAwake;
  }

  pulsing(): boolean {
    return this.#box.control.busy;
  }

  sinceSync(): number | undefined {
    return this.#box.sync.secondsSinceSync();
  }

  inSync(): boolean {
    const { sync } = this.#box;
    return sync.online && !sync.busy;
  }

  offsetMinutes(seconds: number): number | undefined {
    return this.#box.snapshot.view?.offsetMinutes(seconds);
  }

  beforeSleep(): void {
    this.#box.sync.stop();
  }

  showEmpty(): void {
    const { navigator } = this.#box;
    navigator.show(
      messageScreen({
        name: "battery-empty",
        title: text("refused-battery-empty"),
        // In case mains come back before it sleeps.
        timeoutMs: 2 * EMPTY_SHOWN_MS,
        leave: () => navigator.home(),
      }),
    );
  }
}
