import type { TimersPort } from "../../hal/ports/clock.js";
import type { EmergencyTask } from "../codes/emergency.js";
import type { OfflineCodes } from "../codes/offline-codes.js";
import { Deadline } from "../wiring/deadline.js";
import type { SharedLamp } from "../wiring/shared-lamp.js";
import type { EmergencyResults } from "./emergency-results.js";
import type { Navigator } from "./navigator.js";
import { choice, text } from "./screen.js";
import { messageScreen } from "./screens/message.js";

/** The release from the wall waits for the button this long after its code, ms. */
const ARMED_MS = 60_000;

export interface ReleaseFlowNeeds {
  readonly navigator: Navigator;
  readonly codes: Pick<OfflineCodes, "sheet">;
  readonly task: Pick<EmergencyTask, "releaseMount" | "mountKept">;
  readonly timers: TimersPort;
  readonly lamp: SharedLamp;
  readonly results: EmergencyResults;
}

/** From the accepted code of the release from the wall to the press of the button, or to nobody's press. */
export class ReleaseFlow {
  readonly #needs: ReleaseFlowNeeds;
  readonly #deadline: Deadline;
  #armed: { readonly authority: number; readonly sheet: number } | undefined;

  constructor(needs: ReleaseFlowNeeds) {
    this.#needs = needs;
    this.#deadline = new Deadline(needs.timers);
  }

  /** The button's lamp flashes, and a press releases the box: `authority` is the record that burnt the code, of sheet `sheet`. */
  arm(sheet: number, authority: number): void {
    this.#disarm();
    this.#deadline.set(ARMED_MS, () => this.#keepMount());
    this.#armed = { authority, sheet };
    this.#needs.lamp.flash("release");
    this.#needs.navigator.show(
      messageScreen({
        name: "unmount-press",
        title: text("unmount-press"),
        choices: [choice("cancel")],
        timeoutMs: ARMED_MS,
        cancel: () => this.#keepMount(),
        choose: () => this.#keepMount(),
      }),
    );
  }

  /** Takes the button press if the release waits for it. */
  pressed(): boolean {
    if (this.#armed === undefined) return false;
    const { authority, sheet } = this.#armed;
    const { codes, task, results } = this.#needs;
    if (sheet < codes.sheet) {
      this.#keepMount();
      results.show("refused-sheet-closed");
      return true;
    }
    this.#disarm();
    const error = task.releaseMount(authority);
    results.show(error === undefined ? "unmounted" : `refused-${error}`);
    return true;
  }

  /** Nobody pressed the button. Whoever took the screen meanwhile keeps it. */
  #keepMount(): void {
    const { navigator, task } = this.#needs;
    if (this.#armed !== undefined) task.mountKept(this.#armed.authority);
    this.#disarm();
    if (navigator.screen?.name === "unmount-press") navigator.home();
  }

  #disarm(): void {
    this.#deadline.clear();
    this.#armed = undefined;
    this.#needs.lamp.off("release");
  }
}
