import type { PanelInput } from "../hal/ports/panel.js";
import type { BoxTasks } from "./box-tasks.js";

/** Whatever people do at the box: touch the panel, hold something to the reader, press the button. Each lights the screen. */
export class BoxInput {
  readonly #box: BoxTasks;

  constructor(box: BoxTasks) {
    this.#box = box;
  }

  /** From now on people are heard. */
  listen(): void {
    const { panel, reader, button } = this.#box.hal;
    panel.onInput = (input) => this.#touched(input);
    reader.onScan = (serial) => this.#scanned(serial);
    button.onPress = () => this.#pressed();
  }

  #touched(input: PanelInput): void {
    const { power, sync, navigator } = this.#box;
    power.used();
    sync.somebodyCame();
    navigator.input(input);
  }

  #scanned(serial: string): void {
    const { power, sync, exchangeFlow } = this.#box;
    power.used();
    sync.somebodyCame();
    exchangeFlow.scanned(serial);
  }

  /** The button ends a run over all bins, or opens an armed bin. With nothing to do for it, it asks for a connection at once. */
  #pressed(): void {
    const { power, emergencyFlow, commands, links, sync } = this.#box;
    power.used();
    if (emergencyFlow.pressed() || commands.pressed()) return;
    links.again();
    sync.reconnectNow();
  }
}
