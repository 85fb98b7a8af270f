import type { BatteryProfile } from "../hal/ports/board.js";
import type { Hal } from "../hal/ports/hal.js";
import type { PartFault } from "../hal/ports/parts.js";
import { BinControl } from "./bins/bin-control.js";
import { BootRecord } from "./box-boot.js";
import { BoxEvents } from "./box-events.js";
import { BoxHost } from "./box-host.js";
import { BoxInput } from "./box-input.js";
import { BoxLink } from "./box-link.js";
import { BoxOneTouch } from "./box-one-touch.js";
import { BoxScreens } from "./box-screens.js";
import { BoxStatus } from "./box-status.js";
import type { BoxTasks } from "./box-tasks.js";
import { BoxUse } from "./box-use.js";
import { EmergencyTask } from "./codes/emergency.js";
import { OfflineCodes } from "./codes/offline-codes.js";
import { Throttle } from "./codes/throttle.js";
import { CommandTask } from "./commands/command-task.js";
import type { CrashReport } from "./crash/last-words.js";
import { sleepEmpty } from "./empty-cell.js";
import { ExchangeTask } from "./exchange/exchange-task.js";
import { Rights } from "./exchange/rights.js";
import type { LoadedIdentity } from "./identity/copies.js";
import { FlashJournal } from "./journal/flash-journal.js";
import { BinCheckFlow } from "./panel/bin-check-flow.js";
import { EmergencyFlow } from "./panel/emergency-flow.js";
import { ExchangeFlow } from "./panel/exchange-flow.js";
import { HotspotFlow } from "./panel/hotspot-flow.js";
import { Navigator } from "./panel/navigator.js";
import { PanelTask } from "./panel/panel-task.js";
import { DatedEntropy } from "./parts/dated-entropy.js";
import { PartWatch } from "./parts/part-watch.js";
import { WatchedEntropy } from "./parts/watched-entropy.js";
import { PowerTask } from "./power/power-task.js";
import { ThriftyLinks } from "./power/thrifty-links.js";
import { keepWatchdogFed } from "./power/watchdog.js";
import { FlashSnapshotSlots } from "./snapshot/store.js";
import { BinBeliefs } from "./state/bin-beliefs.js";
import { CurrentSnapshot } from "./state/current-snapshot.js";
import { Ledger } from "./state/ledger.js";
import { SnapshotWatch } from "./state/snapshot-watch.js";
import { SyncTask } from "./sync/sync-task.js";
import type { UpdateTask } from "./update/update-task.js";
import type { Updates } from "./updates.js";
import { Changes } from "./wiring/changes.js";
import { SharedLamp } from "./wiring/shared-lamp.js";

/**
 * The whole box, put together: each task is made here, from the ground up. What one task asks of another goes through the small
 * objects of `box-*.ts`. Construction only reads; `start` writes the boot record, settles what the last boot left behind, and then
 * lets people and the network in.
 */
export class Box implements BoxTasks {
  readonly hal: Hal;
  readonly loaded: LoadedIdentity;
  readonly #boot: BootRecord;
  readonly #status: BoxStatus;
  readonly #screens: BoxScreens;
  readonly #use: BoxUse;
  readonly #link: BoxLink;
  readonly #events: BoxEvents;
  readonly #changes: Changes;
  readonly #lamp: SharedLamp;
  readonly entropy: WatchedEntropy;
  readonly ledger: Ledger;
  readonly snapshot: CurrentSnapshot;
  readonly #beliefs: BinBeliefs;
  readonly control: BinControl;
  readonly throttle: Throttle;
  readonly navigator: Navigator;
  readonly exchangeFlow: ExchangeFlow;
  readonly exchange: ExchangeTask;
  readonly emergency: EmergencyTask;
  readonly emergencyFlow: EmergencyFlow;
  readonly commands: CommandTask;
  readonly power: PowerTask;
  readonly links: ThriftyLinks;
  readonly partWatch: PartWatch;
  readonly #snapshotWatch: SnapshotWatch;
  readonly update: UpdateTask | undefined;
  readonly updateFaults: readonly PartFault[];
  readonly sync: SyncTask;
  readonly hotspotFlow: HotspotFlow | undefined;
  readonly panel: PanelTask;

  /** `crash`: what the boot before left, when a fault ended it. `updates`: absent, it takes none. */
  constructor(hal: Hal, loaded: LoadedIdentity, battery: BatteryProfile, crash?: CrashReport, updates?: Updates) {
    this.hal = hal;
    this.loaded = loaded;
    const { clock, timers, bins, board } = hal;
    // Between the tasks
    this.#boot = new BootRecord(this, crash);
    this.#status = new BoxStatus(this);
    this.#screens = new BoxScreens(this, this.#status);
    this.#use = new BoxUse(this);
    this.#link = new BoxLink(this, this.#use, this.#boot);
    this.#events = new BoxEvents(this);
    const changes = new Changes(this.#events);
    this.#changes = changes;
    this.#lamp = new SharedLamp(hal.button);
    // What is known
    this.entropy = new WatchedEntropy(hal.entropy);
    const ledger = this.#newLedger(battery);
    this.ledger = ledger;
    this.snapshot = this.#newSnapshot();
    this.#beliefs = new BinBeliefs(ledger.state, this.snapshot, bins.count);
    // What can be done
    this.control = new BinControl({ bins, timers, settings: board.bins, ledger, host: this.#events });
    this.throttle = new Throttle(ledger, clock);
    this.navigator = new Navigator({ panel: hal.panel, timers, host: this.#screens });
    this.exchangeFlow = new ExchangeFlow({ navigator: this.navigator, bins, host: this.#screens });
    this.exchange = this.#newExchange();
    this.emergency = new EmergencyTask({ ledger, control: this.control, timers, clock });
    this.emergencyFlow = this.#newEmergencyFlow();
    const oneTouch = new BoxOneTouch(this, this.#use);
    this.commands = new CommandTask({ hal, lamp: this.#lamp, ledger, host: oneTouch, changes });
    // What keeps it going
    this.power = new PowerTask({ hal, battery, ledger, host: this.#use, changes });
    this.links = new ThriftyLinks(hal.links, timers, this.power);
    this.partWatch = new PartWatch({ hal, ledger, host: this.#status, changes });
    this.#snapshotWatch = new SnapshotWatch({ snapshot: this.snapshot, timers });
    const made = this.#newUpdate(updates);
    this.update = made?.task;
    this.updateFaults = made?.faults ?? [];
    this.sync = this.#newSync();
    this.hotspotFlow = this.#newHotspotFlow();
    this.panel = new PanelTask({ navigator: this.navigator, host: this.#screens });
  }

  start(): void {
    const { hal } = this;
    keepWatchdogFed(hal.watchdog, hal.timers);
    this.#boot.write();
    if (this.ledger.brownedOut) {
      sleepEmpty(hal);
      return;
    }
    this.power.start();
    this.navigator.home();
    this.exchange.resume();
    this.emergency.resume(this.emergencyFlow);
    this.control.noteFoundOpen(this.#beliefs);
    this.ledger.listener = this.sync;
    new BoxInput(this).listen();
    if (hal.parts !== undefined) hal.parts.onChange = () => this.partWatch.look();
    this.partWatch.start();
    this.#snapshotWatch.start();
    this.update?.start();
    this.sync.start();
  }

  #newLedger(battery: BatteryProfile): Ledger {
    const { clock, gauge, mains, flash } = this.hal;
    const partition = new FlashJournal(flash.journal, new DatedEntropy(this.entropy, clock));
    return new Ledger({ clock, gauge, mains, brownOutMillivolts: battery.brownOutMillivolts, partition });
  }

  #newSnapshot(): CurrentSnapshot {
    const slots = new FlashSnapshotSlots({ flash: this.hal.flash.snapshot, box: this.loaded.identity.box });
    return new CurrentSnapshot(slots, this.ledger, this.#events);
  }

  #newExchange(): ExchangeTask {
    const { ledger, snapshot, control, throttle, hal } = this;
    const { lookupKey } = this.loaded.identity;
    const rights = new Rights({ snapshot, hash: hal.hash, lookupKey, clock: hal.clock });
    return new ExchangeTask({
      ledger,
      snapshot,
      rights,
      beliefs: this.#beliefs,
      control,
      throttle,
      binCount: hal.bins.count,
      events: this.exchangeFlow,
    });
  }

  #newEmergencyFlow(): EmergencyFlow {
    const { navigator, ledger, throttle } = this;
    const { clock, hash, bins, timers } = this.hal;
    const { codesKey } = this.loaded.identity;
    return new EmergencyFlow({
      navigator,
      checks: new BinCheckFlow({ navigator, ledger, beliefs: this.#beliefs, bins, names: this.#screens }),
      codes: new OfflineCodes({ ledger, throttle, clock, hash, codesKey, bins }),
      task: this.emergency,
      timers,
      lamp: this.#lamp,
      bins,
      host: this.#screens,
    });
  }

  #newUpdate(updates: Updates | undefined): ReturnType<Updates["make"]> | undefined {
    const { hal, ledger, power, snapshot, navigator } = this;
    return updates?.make({ hal, ledger, power, snapshot, navigator, changes: this.#changes, box: this.#link });
  }

  #newSync(): SyncTask {
    const { hal, ledger, snapshot, commands, power, update, links, entropy } = this;
    const host = new BoxHost({
      hal,
      identity: this.loaded.identity,
      ledger,
      snapshot,
      beliefs: this.#beliefs,
      commands,
      power,
      update,
      boot: this.#boot,
      status: this.#status,
      changes: this.#changes,
    });
    const { clock, timers, trace } = hal;
    return new SyncTask({ links, clock, timers, entropy, trace, host, lastSyncWallSeconds: ledger.state.lastSync });
  }

  #newHotspotFlow(): HotspotFlow | undefined {
    const { wifi } = this.links;
    return wifi && new HotspotFlow({ navigator: this.navigator, wifi, host: this.#link });
  }
}
