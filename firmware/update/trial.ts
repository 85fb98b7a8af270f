import { FlashError } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import { GiveUp, type UpdatePort } from "../../hal/ports/update.js";
import { Deadline } from "../wiring/deadline.js";
import type { TrialHost } from "./contract.js";

/** From one look to the next, ms. */
const LOOK_MS = 5_000;
/** Without a welcome after that, it goes back, ms. */
const SESSION_WITHIN_MS = 1_800_000;
/** With one, and somebody at the panel each time that it looked: after that it goes back all the same, ms. */
const PANEL_WITHIN_MS = 86_400_000;

export interface TrialNeeds {
  readonly hal: Pick<Hal, "clock" | "timers" | "sleep" | "trace">;
  readonly port: UpdatePort;
  readonly host: TrialHost;
  /** It is the confirmed one from here on. */
  readonly confirmed: () => void;
}

/** An image that shows what it is worth, and goes back by itself where it is worth nothing (SPEC.md section 8). */
export class Trial {
  readonly #needs: TrialNeeds;
  readonly #deadline: Deadline;
  #panelAnswered = false;

  constructor(needs: TrialNeeds) {
    this.#needs = needs;
    this.#deadline = new Deadline(needs.hal.timers);
    this.#lookLater();
  }

  #lookLater(): void {
    this.#deadline.set(LOOK_MS, () => this.#look());
  }

  #look(): void {
    const { hal, host, port, confirmed } = this.#needs;
    if (!host.isBootOnRecord() || host.isSnapshotDamaged()) {
      giveUp(hal, port, GiveUp.selfTest);
      return;
    }
    if (!this.#panelAnswered) {
      const answer = host.panelAnswers();
      if (answer === false) {
        giveUp(hal, port, GiveUp.selfTest);
        return;
      }
      this.#panelAnswered = answer === true;
    }
    if (this.#panelAnswered && host.isOnline()) {
      if (isConfirmed(port)) confirmed();
      else giveUp(hal, port, GiveUp.selfTest);
      return;
    }
    const elapsedMs = hal.clock.monotonicMs();
    if (!host.isOnline() && elapsedMs >= SESSION_WITHIN_MS) giveUp(hal, port, GiveUp.noSession);
    else if (elapsedMs >= PANEL_WITHIN_MS) giveUp(hal, port, GiveUp.selfTest);
    else this.#lookLater();
  }
}

/** False: the part does not take it. */
function isConfirmed({ boot }: UpdatePort): boolean {
  try {
    boot.confirm();
    return true;
  } catch (error) {
    if (error instanceof FlashError) return false;
    throw error;
  }
}

/** A firmware that cannot do its work goes back at once where it is on trial; it does not return then. */
export function giveUpStopped(hal: Pick<Hal, "sleep" | "trace" | "update">): void {
  const { update } = hal;
  if (update !== undefined && isOnTrial(update)) giveUp(hal, update, GiveUp.stopped);
}

/** Where the boot metadata cannot be read, nobody can say; and nothing can be given up then. */
function isOnTrial({ boot }: UpdatePort): boolean {
  try {
    return boot.facts().isTrial;
  } catch (error) {
    if (error instanceof FlashError) return false;
    throw error;
  }
}

/** Back to the confirmed image. Where that cannot be written, the stub counts the tries. */
function giveUp(hal: Pick<Hal, "sleep" | "trace">, port: UpdatePort, why: GiveUp): void {
  try {
    port.boot.giveUp(why);
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    hal.trace.line(`update: ${error.message}`.slice(0, 200));
  }
  hal.sleep.restart();
}
