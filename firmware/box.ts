import type { BatteryProfile } from "../hal/ports/board.js";
import { ClockQuality } from "../hal/ports/clock.js";
import type { Hal } from "../hal/ports/hal.js";
import type { LinkKind } from "../hal/ports/network.js";
import type { PanelInput, Text } from "../hal/ports/panel.js";
import type { PartFault } from "../hal/ports/parts.js";
import { BinControl, type BinControlHost } from "./bins/bin-control.js";
import { BoxHost, type SyncHostBox } from "./box-host.js";
import { EmergencyTask } from "./codes/emergency.js";
import { OfflineCodes } from "./codes/offline-codes.js";
import { Throttle } from "./codes/throttle.js";
import { type CommandHost, CommandTask } from "./commands/command-task.js";
import type { CrashReport } from "./crash/last-words.js";
import { sleepEmpty } from "./empty-cell.js";
import { ExchangeTask } from "./exchange/exchange-task.js";
import { Rights } from "./exchange/rights.js";
import type { Identity } from "./identity/contract.js";
import type { LoadedIdentity } from "./identity/copies.js";
import { FlashJournal } from "./journal/flash-journal.js";
import { BinCheckFlow, type ItemNames } from "./panel/bin-check-flow.js";
import { EmergencyFlow, type EmergencyFlowHost } from "./panel/emergency-flow.js";
import { ExchangeFlow, type ExchangeFlowHost } from "./panel/exchange-flow.js";
import { HotspotFlow, type HotspotHost } from "./panel/hotspot-flow.js";
import { Navigator, type NavigatorHost } from "./panel/navigator.js";
import { type PanelHost, PanelTask } from "./panel/panel-task.js";
import { type Screen, text } from "./panel/screen.js";
import { messageScreen } from "./panel/screens/message.js";
import { type DeviceStatus, noticesOf } from "./panel/status.js";
import { DatedEntropy } from "./parts/dated-entropy.js";
import { PartWatch, type PartWatchHost } from "./parts/part-watch.js";
import { WatchedEntropy } from "./parts/watched-entropy.js";
import { type PowerHost, PowerTask } from "./power/power-task.js";
import { EMPTY_SHOWN_MS } from "./power/sleep-schedule.js";
import { ThriftyLinks } from "./power/thrifty-links.js";
import { keepWatchdogFed } from "./power/watchdog.js";
import { GapReason, type Held, Kind } from "./records/records.js";
import { FlashSnapshotSlots } from "./snapshot/store.js";
import { BinBeliefs } from "./state/bin-beliefs.js";
import { CurrentSnapshot } from "./state/current-snapshot.js";
import { Ledger } from "./state/ledger.js";
import { SnapshotWatch, type SnapshotWatchHost } from "./state/snapshot-watch.js";
import { SyncTask } from "./sync/sync-task.js";
import type { UpdateTask } from "./update/update-task.js";
import type { UpdateBox, Updates } from "./updates.js";
import { FIRMWARE_VERSION } from "./version.js";
import { type ChangeListener, Changes } from "./wiring/changes.js";
import { SharedLamp } from "./wiring/shared-lamp.js";

/** Faults that the status shows at most. */
const FAULTS_SHOWN = 16;

/**
 * The whole box: each task, and who tells whom what. Construction only reads; `start` writes the boot record, settles what the
 * last boot left behind, and then lets people and the network in.
 */
export class Box
  implements
    NavigatorHost,
    PanelHost,
    ExchangeFlowHost,
    EmergencyFlowHost,
    HotspotHost,
    ItemNames,
    CommandHost,
    PowerHost,
    PartWatchHost,
    SyncHostBox,
    BinControlHost,
    SnapshotWatchHost,
    UpdateBox,
    ChangeListener
{
  readonly #hal: Hal;
  readonly #identity: Identity;
  readonly #loaded: LoadedIdentity;
  readonly #crash: CrashReport | undefined;
  readonly #ledger: Ledger;
  readonly #snapshot: CurrentSnapshot;
  readonly #beliefs: BinBeliefs;
  readonly #control: BinControl;
  readonly #throttle: Throttle;
  readonly exchange: ExchangeTask;
  readonly #emergency: EmergencyTask;
  readonly #commands: CommandTask;
  readonly #power: PowerTask;
  readonly #links: ThriftyLinks;
  readonly #entropy: WatchedEntropy;
  readonly #partWatch: PartWatch;
  readonly #snapshotWatch: SnapshotWatch;
  readonly #update: UpdateTask | undefined;
  readonly #updateFaults: readonly PartFault[];
  readonly #sync: SyncTask;
  readonly #navigator: Navigator;
  readonly #panel: PanelTask;
  readonly exchangeFlow: ExchangeFlow;
  readonly emergencyFlow: EmergencyFlow;
  readonly hotspotFlow: HotspotFlow | undefined;
  isBootRecorded = false;

  /** `crash`: what the boot before left, when a fault ended it. `updates`: absent, it takes none. */
  constructor(hal: Hal, loaded: LoadedIdentity, battery: BatteryProfile, crash?: CrashReport, updates?: Updates) {
    const { identity } = loaded;
    this.#hal = hal;
    this.#identity = identity;
    this.#loaded = loaded;
    this.#crash = crash;
    const { clock, timers, bins, gauge, mains, hash, button, panel } = hal;
    const changes = new Changes(this);

    this.#entropy = new WatchedEntropy(hal.entropy);

    // What is known
    const ledger = new Ledger({
      clock,
      gauge,
      mains,
      brownOutMillivolts: battery.brownOutMillivolts,
      partition: new FlashJournal(hal.flash.journal, new DatedEntropy(this.#entropy, clock)),
    });
    this.#ledger = ledger;
    this.#snapshot = new CurrentSnapshot(
      new FlashSnapshotSlots({ flash: hal.flash.snapshot, box: identity.box }),
      ledger,
    );
    const snapshot = this.#snapshot;
    this.#beliefs = new BinBeliefs(ledger.state, snapshot, bins.count);

    // What can be done
    const control = new BinControl({ bins, timers, settings: hal.board.bins, ledger, host: this });
    this.#control = control;
    const throttle = new Throttle(ledger, clock);
    this.#throttle = throttle;
    const navigator = new Navigator({ panel, timers, host: this });
    this.#navigator = navigator;
    this.exchangeFlow = new ExchangeFlow({ navigator, bins, host: this });
    this.exchange = new ExchangeTask({
      ledger,
      snapshot,
      rights: new Rights({ snapshot, hash, lookupKey: identity.lookupKey, clock }),
      beliefs: this.#beliefs,
      control,
      throttle,
      binCount: bins.count,
      events: this.exchangeFlow,
    });
    this.#emergency = new EmergencyTask({ ledger, control, timers, clock });
    const lamp = new SharedLamp(button);
    this.emergencyFlow = new EmergencyFlow({
      navigator,
      checks: new BinCheckFlow({ navigator, ledger, beliefs: this.#beliefs, bins, names: this }),
      codes: new OfflineCodes({ ledger, throttle, clock, hash, codesKey: identity.codesKey, bins }),
      task: this.#emergency,
      timers,
      lamp,
      bins,
      host: this,
    });
    this.#commands = new CommandTask({ hal, lamp, ledger, host: this, changes });

    // What keeps it going
    this.#power = new PowerTask({ hal, battery, ledger, host: this, changes });
    this.#links = new ThriftyLinks(hal.links, timers, this.#power);
    this.#partWatch = new PartWatch({ hal, ledger, host: this, changes });
    this.#snapshotWatch = new SnapshotWatch({ snapshot, timers, host: this });
    const made = updates?.make({ hal, ledger, power: this.#power, snapshot, navigator, changes, box: this });
    this.#update = made?.task;
    this.#updateFaults = made?.faults ?? [];
    const host = new BoxHost({
      hal,
      identity,
      ledger,
      snapshot,
      beliefs: this.#beliefs,
      commands: this.#commands,
      power: this.#power,
      update: this.#update,
      box: this,
      changes,
    });
    this.#sync = new SyncTask({
      links: this.#links,
      clock,
      timers,
      entropy: this.#entropy,
      trace: hal.trace,
      host,
      lastSyncWallSeconds: ledger.state.lastSync,
    });
    const { wifi } = this.#links;
    this.hotspotFlow = wifi && new HotspotFlow({ navigator, wifi, host: this });
    this.#panel = new PanelTask({ navigator, host: this });
  }

  start(): void {
    const hal = this.#hal;
    keepWatchdogFed(hal.watchdog, hal.timers);
    this.#recordBoot();
    if (this.#ledger.brownedOut) {
      sleepEmpty(hal);
      return;
    }
    this.#power.start();
    this.#navigator.home();
    this.exchange.resume();
    this.#emergency.resume(this.emergencyFlow);
    this.#ledger.listener = this.#sync;
    hal.panel.onInput = (input) => this.#input(input);
    hal.reader.onScan = (serial) => this.#scanned(serial);
    hal.button.onPress = () => this.#pressed();
    if (hal.parts !== undefined) hal.parts.onChange = () => this.#partWatch.look();
    this.#partWatch.start();
    this.#snapshotWatch.start();
    this.#update?.start();
    this.#sync.start();
  }

  snapshotRotted(): void {
    this.#partWatch.look();
    this.#sync.snapshotRotted();
  }

  partFaults(): readonly PartFault[] {
    const parts = this.#hal.parts?.faults() ?? [];
    const { damage } = this.#snapshot;
    const snapshot = damage === undefined ? [] : [{ name: "snapshot", reason: damage.slice(0, 64) }];
    return [
      ...snapshot,
      ...this.#updateFaults,
      ...this.#sync.faults(),
      ...this.#power.faults(),
      ...this.#entropy.faults(),
      ...parts,
    ];
  }

  #recordBoot(): void {
    const ledger = this.#ledger;
    const cause = this.#hal.sleep.wakeCause;
    // Vital: the boot's number tells its uptimes, its grace and (without entropy) its sessions from those of the last one.
    const boot = ledger.state.boots + 1;
    ledger.note({ kind: Kind.boot, boot, cause, firmware: FIRMWARE_VERSION }, "vital");
    this.isBootRecorded = ledger.state.boots === boot;
    if (this.#crash !== undefined) ledger.note({ kind: Kind.crash, ...this.#crash });
    this.#recordIdentity();
    const unreadable = ledger.journal.skippedPlaces + ledger.undecodable;
    if (unreadable > 0) ledger.note({ kind: Kind.gap, reason: GapReason.unreadable, count: unreadable });
  }

  /** A copy that was damaged, and, where it was written anew, that it is whole again. */
  #recordIdentity(): void {
    const { damage, repaired } = this.#loaded;
    if (damage === undefined) return;
    this.#ledger.note({ kind: Kind.device, name: "identity", reason: damage.slice(0, 64) });
    if (repaired === true) this.#ledger.note({ kind: Kind.device, name: "identity" });
  }

  #input(input: PanelInput): void {
    this.#power.used();
    this.#sync.somebodyCame();
    this.#navigator.input(input);
  }

  #scanned(serial: string): void {
    this.#power.used();
    this.#sync.somebodyCame();
    this.exchangeFlow.scanned(serial);
  }

  #pressed(): void {
    this.#power.used();
    if (this.emergencyFlow.pressed() || this.#commands.pressed()) return;
    this.#links.again();
    this.#sync.reconnectNow();
  }

  /** `CommandHost`: says that the bin waits for the button. */
  armed(bin: number): void {
    this.#power.used();
    // Whoever is in the middle of something keeps the screen: the lamp flashes, and that is enough.
    if (this.#navigator.screen?.name !== "idle") return;
    this.#navigator.show(
      messageScreen({
        name: "one-touch",
        title: text("one-touch-ready", { bin: this.#hal.bins.label(bin) }),
        timeoutMs: 60_000,
        cancel: () => this.#navigator.home(),
        digit: (input) => this.exchangeFlow.codeEntry(input),
      }),
    );
  }

  openArmed(bin: number): boolean {
    return this.exchangeFlow.answer(this.exchange.oneTouch(bin));
  }

  inUse(): boolean {
    return this.#control.busy || this.#emergency.running || this.#control.openDoors > 0;
  }

  showEmpty(): void {
    this.#navigator.show(
      messageScreen({
        name: "battery-empty",
        title: text("refused-battery-empty"),
        // In case mains come back before it sleeps.
        timeoutMs: 2 * EMPTY_SHOWN_MS,
        leave: () => this.#navigator.home(),
      }),
    );
  }

  /** Sleep would cut something short. */
  busy(): boolean {
    return (
      this.#control.busy ||
      this.exchange.active ||
      this.#emergency.running ||
      this.#control.openDoors > 0 ||
      (this.#sync.online && this.#sync.busy)
    );
  }

  mustStayAwake(): boolean {
    return this.#throttle.startsOverAtBoot || this.#navigator.keepsAwake;
  }

  offsetMinutes(seconds: number): number | undefined {
    return this.#snapshot.view?.offsetMinutes(seconds);
  }

  pulsing(): boolean {
    return this.#control.busy;
  }

  sinceSync(): number | undefined {
    return this.#sync.secondsSinceSync();
  }

  inSync(): boolean {
    return this.#sync.online && !this.#sync.busy;
  }

  sessionLink(): LinkKind | undefined {
    return this.#sync.link;
  }

  sendSoon(): void {
    this.#sync.wantsToSend();
  }

  beforeSleep(): void {
    this.#sync.stop();
  }

  idle(): Screen {
    return this.#panel.idle();
  }

  language(): string {
    return this.#snapshot.view?.location.language ?? "en";
  }

  notices(): readonly Text[] {
    return noticesOf(this.status());
  }

  nameOf({ key, fob }: Held): string {
    return (key === undefined ? fob : this.#snapshot.view?.keyById(key)?.name) ?? `${key ?? ""}`;
  }

  showEmergency(): void {
    this.emergencyFlow.menu();
  }

  enterCode(first: PanelInput): void {
    this.exchangeFlow.codeEntry(first);
  }

  wanted(): void {
    this.#power.used();
  }

  joined(): void {
    this.#sync.reconnectNow();
  }

  isOnline(): boolean {
    return this.#sync.online;
  }

  heldOpenChanged(): void {
    this.#navigator.draw();
  }

  /** `ChangeListener`. */
  changed(): void {
    this.exchange.settle();
    this.#navigator.draw();
    this.#links.look(this.#sync.online);
    this.#sync.statusChanged();
  }

  faults(): readonly string[] {
    const faults: string[] = [];
    if (this.#loaded.damage !== undefined && this.#loaded.repaired !== true) faults.push("identity");
    faults.push(...this.#partWatch.broken);
    const { bins } = this.#hal;
    // One whose unit was taken away, to be mended, is still on record.
    for (const bin of this.#ledger.state.faulty) if (bin < bins.count) faults.push(`bin ${bins.label(bin)}`);
    return faults.slice(0, FAULTS_SHOWN);
  }

  status(): DeviceStatus {
    const reading = this.#power.reading();
    return {
      box: this.#identity.box,
      model: this.#hal.board.model,
      firmware: FIRMWARE_VERSION,
      online: this.#sync.online,
      offlineReason: this.#sync.lastFailure,
      sinceSync: this.#sync.secondsSinceSync(),
      ...this.#sync.behind,
      snapshotVersion: this.#snapshot.version,
      onBattery: this.#power.onBattery,
      batteryLow: this.#power.batteryLow,
      charge: reading && Math.round(reading.chargePercent),
      timeLeft: this.#power.timeLeft(),
      clockKnown: this.#hal.clock.quality() !== ClockQuality.unknown,
      faults: this.faults(),
      journalRoom: this.#ledger.journal.room,
      heldOpen: this.#heldOpen(),
      update: this.#update?.shown,
    };
  }

  #heldOpen(): DeviceStatus["heldOpen"] {
    const held = this.#control.heldOpen;
    return held.length === 0 ? undefined : { count: held.length, bin: this.#control.label(held[0]!) };
  }
}
