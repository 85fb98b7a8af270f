import type { PanelInput, Text } from "../hal/ports/panel.js";
import type { BoxStatus } from "./box-status.js";
import type { BoxTasks } from "./box-tasks.js";
import type { ExchangeTask } from "./exchange/exchange-task.js";
import type { ItemNames } from "./panel/bin-check-flow.js";
import type { EmergencyFlow, EmergencyFlowHost } from "./panel/emergency-flow.js";
import type { ExchangeFlow, ExchangeFlowHost } from "./panel/exchange-flow.js";
import type { HotspotFlow } from "./panel/hotspot-flow.js";
import type { NavigatorHost } from "./panel/navigator.js";
import type { PanelHost } from "./panel/panel-task.js";
import type { Screen } from "./panel/screen.js";
import { type DeviceStatus, noticesOf } from "./panel/status.js";
import type { Held } from "./records/records.js";

/** What the screens ask of the box, and how one leads to another. */
export class BoxScreens implements NavigatorHost, PanelHost, ExchangeFlowHost, EmergencyFlowHost, ItemNames {
  readonly #box: BoxTasks;
  readonly #status: BoxStatus;

  constructor(box: BoxTasks, status: BoxStatus) {
    this.#box = box;
    this.#status = status;
  }

  get exchange(): ExchangeTask {
    return this.#box.exchange;
  }

  get exchangeFlow(): ExchangeFlow {
    return this.#box.exchangeFlow;
  }

  get emergencyFlow(): EmergencyFlow {
    return this.#box.emergencyFlow;
  }

  get hotspotFlow(): HotspotFlow | undefined {
    return this.#box.hotspotFlow;
  }

  idle(): Screen {
    return this.#box.panel.idle();
  }

  language(): string {
    return this.#box.snapshot.view?.location.language ?? "en";
  }

  notices(): readonly Text[] {
    return noticesOf(this.status());
  }

  status(): DeviceStatus {
    return this.#status.now();
  }

  nameOf({ key, fob }: Held): string {
    return (key === undefined ? fob : this.#box.snapshot.view?.keyById(key)?.name) ?? `${key ?? ""}`;
  }

  showEmergency(): void {
    this.#box.emergencyFlow.menu();
  }

  enterCode(first: PanelInput): void {
    this.#box.exchangeFlow.codeEntry(first);
  }

  wanted(): void {
    this.#box.power.used();
  }
}
