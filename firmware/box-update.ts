import type { Hal } from "../hal/ports/hal.js";
import type { LinkKind } from "../hal/ports/network.js";
import type { Navigator } from "./panel/navigator.js";
import type { PowerTask } from "./power/power-task.js";
import type { CurrentSnapshot } from "./state/current-snapshot.js";
import type { TrialHost, UpdateHost } from "./update/contract.js";
import type { UpdateBox } from "./updates.js";

export interface BoxUpdateNeeds {
  readonly hal: Pick<Hal, "clock">;
  readonly power: PowerTask;
  readonly snapshot: CurrentSnapshot;
  readonly navigator: Navigator;
  readonly box: UpdateBox;
}

/** Nobody touched the box for so long: what is typed at its panel now disturbs nobody, ms. */
const PANEL_QUIET_MS = 10_000;

/** What an update may know of the box, and ask of it. */
export class BoxUpdate implements UpdateHost, TrialHost {
  readonly #needs: BoxUpdateNeeds;

  constructor(needs: BoxUpdateNeeds) {
    this.#needs = needs;
  }

  isQuietFor(ms: number): boolean {
    const { hal, power, box, navigator } = this.#needs;
    return navigator.screen?.name === "idle" && !box.inUse() && hal.clock.monotonicMs() - power.lastUseMs >= ms;
  }

  charge(): number | undefined {
    return this.#needs.power.reading()?.chargePercent;
  }

  isInSync(): boolean {
    return this.#needs.box.inSync();
  }

  link(): LinkKind | undefined {
    return this.#needs.box.sessionLink();
  }

  wantsToSend(): void {
    this.#needs.box.sendSoon();
  }

  isBootOnRecord(): boolean {
    return this.#needs.box.isBootRecorded;
  }

  isSnapshotDamaged(): boolean {
    return this.#needs.snapshot.damage !== undefined;
  }

  /** A digit as from the keypad, and back again. */
  panelAnswers(): boolean | undefined {
    if (!this.isQuietFor(PANEL_QUIET_MS)) return undefined;
    const { navigator } = this.#needs;
    navigator.input({ kind: "digit", digit: 0 });
    const hasAnswered = navigator.screen?.name !== "idle";
    navigator.home();
    return hasAnswered;
  }

  isOnline(): boolean {
    return this.#needs.box.isOnline();
  }
}
