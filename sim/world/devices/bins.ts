import { binLabel, unitLetter } from "../../../hal/ports/bin-label.js";
import { BinError, type BinsPort, type DoorState } from "../../../hal/ports/bins.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import type { Battery } from "./battery.js";
import type { Life } from "./life.js";
import { type Site, WorldError } from "./site.js";

/** How long the lock is energised, ms. */
const PULSE_MS = 300;
/** How long it must be for the latch to let go, ms. */
const RELEASE_MS = 60;
/** From the latch letting go to an open door, ms: the spring's work, with or without power. */
const SPRING_MS = 120;
const DEBOUNCE_MS = 30;
/** The wall latch is held back for this long, ms. */
const MOUNT_MS = 5_000;

/** What happened at the doors, as the world knows it, whatever the firmware saw. */
export type BinEvent =
  | { readonly kind: "pulse" | "opened" | "forced" | "closed"; readonly bin: number }
  | { readonly kind: "taken" | "put"; readonly bin: number; readonly fob: string }
  | { readonly kind: "mount" };

export interface BinsState {
  readonly contents: readonly (string | null)[];
  readonly open: readonly boolean[];
}

interface Bin {
  readonly label: string;
  open: boolean;
  fob: string | undefined;
  jammed: boolean;
  unreachable: boolean;
  /** What the contact reports whatever the door does. */
  stuck: "open" | "closed" | undefined;
  /** What the firmware was last told or has read. */
  seen: DoorState;
}

/**
 * Locks, doors and what is in the bins. People take and put things only while the door is open.
 */
export class Bins {
  readonly #site: Site;
  readonly #battery: Battery;
  readonly #bins: Bin[] = [];
  readonly #watchers = new Set<(event: BinEvent) => void>();
  #bound: { life: Life; port: BinsPort } | undefined;
  #busyUntilMs = -1;
  #mountFreeUntilMs = -1;
  /** Coils with current, each with the event of its latch letting go. */
  readonly #coils = new Map<number | "mount", ScheduledEvent | undefined>();
  /** A contact may have changed, before any debouncing: for the parts of a board at register level. */
  onContact: ((bin: number) => void) | undefined;

  /** `units`: number of bins of the base unit and of each expansion unit, 1 to 8 units, 1 to 200 bins in all. */
  constructor(site: Site, battery: Battery, units: readonly number[]) {
    this.#site = site;
    this.#battery = battery;
    for (const [unit, bins] of units.entries()) {
      for (let number = 1; number <= bins; number++) {
        this.#bins.push({
          label: binLabel(unitLetter(unit), number),
          open: false,
          fob: undefined,
          jammed: false,
          unreachable: false,
          stuck: undefined,
          seen: "closed",
        });
      }
    }
    if (this.#bins.length > 200) throw new RangeError(`${this.#bins.length} bins: at most 200 fit`);
  }

  get count(): number {
    return this.#bins.length;
  }

  label(bin: number): string {
    return this.#bin(bin).label;
  }

  /** Number of the bin with `label`. Throws WorldError when there is none. */
  byLabel(label: string): number {
    const bin = this.#bins.findIndex((one) => one.label === label);
    if (bin < 0) throw new WorldError(`no bin ${label}`);
    return bin;
  }

  /** Called after each event, in order, possibly from inside a HAL call. Returns what ends it. */
  watch(watcher: (event: BinEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  isOpen(bin: number): boolean {
    return this.#bin(bin).open;
  }

  /** Serial of the fob that is in the bin. */
  content(bin: number): string | undefined {
    return this.#bin(bin).fob;
  }

  /** Puts a fob in behind a closed door, as a scenario's first state. */
  stock(bin: number, fob: string | undefined): void {
    this.#bin(bin).fob = fob;
  }

  take(bin: number): string {
    const one = this.#reach(bin);
    if (one.fob === undefined) throw new WorldError(`nothing to take: bin ${one.label} is empty`);
    const fob = one.fob;
    one.fob = undefined;
    this.#tell({ kind: "taken", bin, fob });
    return fob;
  }

  put(bin: number, fob: string): void {
    const one = this.#reach(bin);
    if (one.fob !== undefined) throw new WorldError(`nowhere to put ${fob}: bin ${one.label} holds ${one.fob}`);
    one.fob = fob;
    this.#tell({ kind: "put", bin, fob });
  }

  /** Somebody pushes the door shut. Closing a closed door does nothing. */
  close(bin: number): void {
    this.#move(bin, false);
  }

  /** Somebody opens the door without the box: with the mechanical override or a crowbar. */
  force(bin: number): void {
    this.#site.trace("bins", `force ${this.#bin(bin).label}`);
    this.#tell({ kind: "forced", bin });
    this.#move(bin, true);
  }

  /** The lock does not let go of a jammed door. */
  jam(bin: number, jammed: boolean): void {
    this.#bin(bin).jammed = jammed;
    this.#site.trace("bins", `${jammed ? "jam" : "unjam"} ${this.#bin(bin).label}`);
  }

  /** The driver of this lock and contact does not answer on its bus. */
  unreachable(bin: number, unreachable: boolean): void {
    this.#bin(bin).unreachable = unreachable;
    this.#site.trace("bins", `${unreachable ? "unreachable" : "reachable"} ${this.#bin(bin).label}`);
    this.#debounce(bin);
  }

  /** The contact reports `state` whatever the door does; undefined: it works again. */
  stickContact(bin: number, state: "open" | "closed" | undefined): void {
    this.#bin(bin).stuck = state;
    this.#site.trace("bins", `contact ${this.#bin(bin).label} ${state ?? "works"}`);
    this.#debounce(bin);
  }

  /** Whether a person could lift the box off its wall plate now. */
  get mountReleased(): boolean {
    return this.#site.scheduler.nowMs < this.#mountFreeUntilMs;
  }

  get state(): BinsState {
    return { contents: this.#bins.map((one) => one.fob ?? null), open: this.#bins.map((one) => one.open) };
  }

  restore(state: BinsState): void {
    for (const [index, one] of this.#bins.entries()) {
      one.fob = state.contents[index] ?? undefined;
      one.open = state.open[index] ?? false;
    }
  }

  /** What the wire of the contact shows: true is open. */
  contactOpen(bin: number): boolean {
    const one = this.#bin(bin);
    return (one.stuck ?? (one.open ? "open" : "closed")) === "open";
  }

  isJammed(bin: number): boolean {
    return this.#bin(bin).jammed;
  }

  isUnreachable(bin: number): boolean {
    return this.#bin(bin).unreachable;
  }

  /** A coil gets or loses its current, as a board at register level switches it: no port is in between. */
  energise(coil: number | "mount", on: boolean): void {
    if (!on) {
      this.#site.scheduler.cancel(this.#coils.get(coil));
      this.#coils.delete(coil);
      this.#battery.load("lock", this.#battery.currents.lock * this.#coils.size);
      if (coil === "mount") this.#mountFreeUntilMs = this.#site.scheduler.nowMs;
      return;
    }
    this.#coils.set(
      coil,
      coil === "mount" ? undefined : this.#site.scheduler.after(RELEASE_MS, () => this.letGo(coil)),
    );
    this.#battery.load("lock", this.#battery.currents.lock * this.#coils.size);
    if (coil === "mount") {
      this.#mountFreeUntilMs = Number.POSITIVE_INFINITY;
      this.#site.trace("bins", "release mount");
      this.#tell({ kind: "mount" });
    } else {
      this.#site.trace("bins", `pulse ${this.#bin(coil).label}`);
      this.#tell({ kind: "pulse", bin: coil });
    }
  }

  port(life: Life): BinsPort {
    for (const one of this.#bins) one.seen = contact(one);
    const port: BinsPort = {
      count: this.#bins.length,
      label: (bin) => {
        life.check();
        return this.#bin(bin).label;
      },
      unlock: (bin) => {
        life.check();
        this.#unlock(life, bin);
        life.check();
      },
      door: (bin) => {
        life.check();
        return this.#bin(bin).seen;
      },
      onDoor: undefined,
      releaseMount: () => {
        life.check();
        this.#energise("the wall latch", MOUNT_MS);
        this.#mountFreeUntilMs = this.#site.scheduler.nowMs + MOUNT_MS;
        this.#site.trace("bins", "release mount");
        this.#tell({ kind: "mount" });
        life.check();
      },
    };
    this.#bound = { life, port };
    life.onEnd(() => this.#release());
    return port;
  }

  #unlock(life: Life, bin: number): void {
    const one = this.#bin(bin);
    if (one.unreachable) throw new BinError(`bin ${one.label}: its driver does not answer on the bus`);
    this.#energise(`bin ${one.label}`, PULSE_MS);
    this.#site.trace("bins", `pulse ${one.label}`);
    this.#site.scheduler.after(RELEASE_MS, () => {
      if (life.running) this.letGo(bin);
    });
    this.#tell({ kind: "pulse", bin });
  }

  /** The latch has let go: the spring opens the door, whether or not there is power. A jammed door stays. */
  letGo(bin: number): void {
    this.#site.scheduler.after(SPRING_MS, () => {
      if (!this.#bin(bin).jammed) this.#move(bin, true);
    });
  }

  /** One lock at a time: the boost converter feeds one solenoid. */
  #energise(what: string, ms: number): void {
    if (this.#site.scheduler.nowMs < this.#busyUntilMs) throw new BinError(`${what}: another lock is being driven`);
    const until = this.#site.scheduler.nowMs + ms;
    this.#busyUntilMs = until;
    this.#battery.load("lock", this.#battery.currents.lock);
    this.#site.scheduler.after(ms, () => {
      if (this.#busyUntilMs === until) this.#release();
    });
  }

  #release(): void {
    this.#busyUntilMs = -1;
    this.#battery.load("lock", 0);
  }

  #move(bin: number, open: boolean): void {
    const one = this.#bin(bin);
    if (one.open === open) return;
    one.open = open;
    this.#site.trace("bins", `door ${one.label} ${open ? "open" : "closed"}`);
    this.#tell({ kind: open ? "opened" : "closed", bin });
    this.#debounce(bin);
  }

  #debounce(bin: number): void {
    this.onContact?.(bin);
    const bound = this.#bound;
    const one = this.#bin(bin);
    const raw = contact(one);
    if (bound === undefined) return;
    this.#site.scheduler.after(DEBOUNCE_MS, () => {
      if (bound !== this.#bound || contact(one) !== raw || one.seen === raw) return;
      one.seen = raw;
      bound.life.call(() => bound.port.onDoor?.(bin, raw));
    });
  }

  #reach(bin: number): Bin {
    const one = this.#bin(bin);
    if (!one.open) throw new WorldError(`bin ${one.label} is closed`);
    return one;
  }

  #bin(bin: number): Bin {
    const one = this.#bins[bin];
    if (one === undefined) throw new RangeError(`no bin ${bin}: there are ${this.#bins.length}`);
    return one;
  }

  #tell(event: BinEvent): void {
    if (event.kind === "taken" || event.kind === "put") {
      this.#site.trace("bins", `${event.kind} ${this.#bin(event.bin).label} ${event.fob}`);
    }
    for (const watcher of this.#watchers) watcher(event);
  }
}

function contact(bin: Bin): DoorState {
  if (bin.unreachable) return "unknown";
  return bin.stuck ?? (bin.open ? "open" : "closed");
}
