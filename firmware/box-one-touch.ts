import type { BoxTasks } from "./box-tasks.js";
import type { BoxUse } from "./box-use.js";
import type { CommandHost } from "./commands/command-task.js";
import { text } from "./panel/screen.js";
import { messageScreen } from "./panel/screens/message.js";

/** What the cloud's commands do to the box: a bin waits for the button, and opens when it is pressed. */
export class BoxOneTouch implements CommandHost {
  readonly #box: BoxTasks;
  readonly #use: BoxUse;

  constructor(box: BoxTasks, use: BoxUse) {
    this.#box = box;
    this.#use = use;
  }

  armed(bin: number): void {
    const { power, navigator, hal, exchangeFlow } = this.#box;
    power.used();
    // Whoever is in the middle of something keeps the screen: the lamp flashes, and that is enough.
    if (navigator.screen?.name !== "idle") return;
    navigator.show(
      messageScreen({
        name: "one-touch",
        title: text("one-touch-ready", { bin: hal.bins.label(bin) }),
        timeoutMs: 60_000,
        cancel: () => navigator.home(),
        digit: (input) => exchangeFlow.codeEntry(input),
      }),
    );
  }

  openArmed(bin: number): boolean {
    const { exchange, exchangeFlow } = this.#box;
    return exchangeFlow.answer(exchange.oneTouch(bin));
  }

  /** A question on the screen counts as well: what it asks for is kept nowhere else. */
  inUse(): boolean {
    return this.#use.inUse() || this.#box.navigator.screen?.name !== "idle";
  }
}
