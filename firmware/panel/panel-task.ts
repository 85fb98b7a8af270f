import type { Choice, PanelInput } from "../../hal/ports/panel.js";
import type { EmergencyFlow } from "./emergency-flow.js";
import type { ExchangeFlow } from "./exchange-flow.js";
import type { HotspotFlow } from "./hotspot-flow.js";
import type { Navigator } from "./navigator.js";
import { choice, type Screen, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";
import { type DeviceStatus, statusLines } from "./status.js";

/** Sync age and charge change without anybody touching the box, ms. */
const IDLE_REDRAW_MS = 60_000;

export interface PanelHost {
  readonly exchangeFlow: ExchangeFlow;
  readonly emergencyFlow: EmergencyFlow;
  /** Undefined: the board has no Wi-Fi. */
  readonly hotspotFlow: HotspotFlow | undefined;
  status(): DeviceStatus;
}

/** The idle screen, from which every flow begins and to which every flow returns. */
export class PanelTask {
  readonly #navigator: Navigator;
  readonly #host: PanelHost;

  constructor(needs: { navigator: Navigator; host: PanelHost }) {
    this.#navigator = needs.navigator;
    this.#host = needs.host;
  }

  idle(): Screen {
    const choices = () => this.#idleChoices();
    return {
      name: "idle",
      title: text("welcome"),
      lines: [text("enter-code-or-scan")],
      entry: { layout: "digits", groups: [""], maxLength: 16 },
      // Looked at for each drawing: going online takes the offer of a hotspot back.
      get choices() {
        return choices();
      },
      timeoutMs: IDLE_REDRAW_MS,
      input: (input) => this.#idleInput(input),
    };
  }

  #idleChoices(): readonly Choice[] {
    const hotspot = this.#host.hotspotFlow !== undefined && !this.#host.status().online ? [choice("hotspot")] : [];
    return [choice("emergency"), ...hotspot, choice("status")];
  }

  #idleInput(input: PanelInput): void {
    const { exchangeFlow, emergencyFlow, hotspotFlow } = this.#host;
    if (input.kind === "digit") exchangeFlow.codeEntry(input);
    else if (input.kind !== "choice") return;
    else if (input.id === "emergency") emergencyFlow.menu();
    else if (input.id === "hotspot") hotspotFlow?.start();
    else if (input.id === "status") this.#showStatus();
  }

  #showStatus(): void {
    this.#navigator.show(
      messageScreen({
        name: "status",
        title: text("status"),
        lines: statusLines(this.#host.status()),
        choices: [choice("done")],
        timeoutMs: ENTRY_TIMEOUT_MS,
        leave: () => this.#navigator.home(),
        choose: () => this.#navigator.home(),
      }),
    );
  }
}
