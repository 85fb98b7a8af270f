import type { Hal } from "../hal/ports/hal.js";
import type { PartFault } from "../hal/ports/parts.js";
import type { BinControl } from "./bins/bin-control.js";
import type { EmergencyTask } from "./codes/emergency.js";
import type { Throttle } from "./codes/throttle.js";
import type { CommandTask } from "./commands/command-task.js";
import type { ExchangeTask } from "./exchange/exchange-task.js";
import type { LoadedIdentity } from "./identity/copies.js";
import type { EmergencyFlow } from "./panel/emergency-flow.js";
import type { ExchangeFlow } from "./panel/exchange-flow.js";
import type { HotspotFlow } from "./panel/hotspot-flow.js";
import type { Navigator } from "./panel/navigator.js";
import type { PanelTask } from "./panel/panel-task.js";
import type { PartWatch } from "./parts/part-watch.js";
import type { WatchedEntropy } from "./parts/watched-entropy.js";
import type { PowerTask } from "./power/power-task.js";
import type { ThriftyLinks } from "./power/thrifty-links.js";
import type { CurrentSnapshot } from "./state/current-snapshot.js";
import type { Ledger } from "./state/ledger.js";
import type { SyncTask } from "./sync/sync-task.js";
import type { UpdateTask } from "./update/update-task.js";

/**
 * The tasks of a box, for the small objects that stand between two of them. Those are made before the tasks: they look at a field
 * here when they are asked for something, and never when they are made.
 */
export interface BoxTasks {
  readonly hal: Hal;
  readonly loaded: LoadedIdentity;
  readonly entropy: WatchedEntropy;
  readonly ledger: Ledger;
  readonly snapshot: CurrentSnapshot;
  readonly control: BinControl;
  readonly throttle: Throttle;
  readonly exchange: ExchangeTask;
  readonly emergency: EmergencyTask;
  readonly commands: CommandTask;
  readonly power: PowerTask;
  readonly links: ThriftyLinks;
  readonly partWatch: PartWatch;
  /** Undefined: this box takes no updates. */
  readonly update: UpdateTask | undefined;
  readonly updateFaults: readonly PartFault[];
  readonly sync: SyncTask;
  readonly navigator: Navigator;
  readonly panel: PanelTask;
  readonly exchangeFlow: ExchangeFlow;
  readonly emergencyFlow: EmergencyFlow;
  /** Undefined: the board has no Wi-Fi. */
  readonly hotspotFlow: HotspotFlow | undefined;
}
