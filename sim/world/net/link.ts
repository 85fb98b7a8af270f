import type { LinkKind, LinkPort } from "../../../hal/ports/network.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import type { Battery } from "../devices/battery.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import type { Backhaul } from "./backhaul.js";
import type { BoxSocket } from "./box-socket.js";

/** From power to an address: cable autonegotiation and DHCP; scan, association and DHCP; registration and PDP context. */
const BRING_UP_MS: Readonly<Record<LinkKind, number>> = { ethernet: 1_500, wifi: 3_000, cellular: 8_000 };

/**
 * One way to the internet. The firmware powers it; the world decides whether there is anything to associate with
 * (`candidate`) and how its backhaul fares.
 */
export abstract class Link {
  readonly kind: LinkKind;
  protected readonly site: Site;
  readonly #battery: Battery;
  readonly #sockets = new Set<BoxSocket>();
  #powered = false;
  #backhaul: Backhaul | undefined;
  #coming: { backhaul: Backhaul; event: ScheduledEvent } | undefined;
  #bound: { life: Life; port: LinkPort; told: boolean } | undefined;

  /** A part of its own powers it, and outlives the boots: ports of boots carry connections only. */
  hasModem = false;
  /** Told of each change of `backhaul`. */
  onBackhaul: ((backhaul: Backhaul | undefined) => void) | undefined;

  constructor(kind: LinkKind, site: Site, battery: Battery) {
    this.kind = kind;
    this.site = site;
    this.#battery = battery;
  }

  /** What the link would associate with now, if it had power. */
  protected abstract candidate(): Backhaul | undefined;

  get powered(): boolean {
    return this.#powered;
  }

  /** The backhaul it is associated with; undefined: down. */
  get backhaul(): Backhaul | undefined {
    return this.#backhaul;
  }

  /** The methods and the state of `LinkPort`, for a boot's port object to build on. */
  port(life: Life): LinkPort {
    const link = this;
    const port: LinkPort = {
      kind: this.kind,
      get up() {
        life.check();
        return link.#backhaul !== undefined;
      },
      onChange: undefined,
      start: () => {
        life.check();
        if (!this.hasModem) this.power(true);
      },
      stop: () => {
        life.check();
        if (!this.hasModem) this.power(false);
      },
    };
    this.bind(life, port);
    return port;
  }

  protected bind(life: Life, port: LinkPort): void {
    this.#bound = { life, port, told: false };
    life.onEnd(() => {
      if (!this.hasModem) this.power(false);
    });
  }

  attach(socket: BoxSocket): void {
    this.#sockets.add(socket);
  }

  detach(socket: BoxSocket): void {
    this.#sockets.delete(socket);
  }

  protected power(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    this.site.trace("net", `${this.kind} ${on ? "start" : "stop"}`);
    this.#battery.load(this.kind, on ? this.#battery.currents[this.kind] : 0);
    this.reconsider();
  }

  /** Call after anything that may change the candidate. `afterMs`: how long associating takes from now. */
  protected reconsider(afterMs?: number): void {
    const wanted = this.#powered ? this.candidate() : undefined;
    if (this.#coming !== undefined && (this.#coming.backhaul !== wanted || afterMs !== undefined)) {
      this.site.scheduler.cancel(this.#coming.event);
      this.#coming = undefined;
    }
    if (this.#backhaul !== undefined && this.#backhaul !== wanted) this.#lose();
    if (wanted === undefined || this.#backhaul === wanted || this.#coming !== undefined) return;
    const event = this.site.scheduler.after(afterMs ?? BRING_UP_MS[this.kind], () => {
      this.#coming = undefined;
      this.#backhaul = wanted;
      this.#changed(true);
    });
    this.#coming = { backhaul: wanted, event };
  }

  #lose(): void {
    this.#backhaul = undefined;
    for (const socket of [...this.#sockets]) socket.linkLost(`${this.kind} went down`);
    this.#changed(false);
  }

  #changed(up: boolean): void {
    this.site.trace("net", `${this.kind} ${up ? "up" : "down"}`);
    this.onBackhaul?.(this.#backhaul);
    const bound = this.#bound;
    if (bound === undefined) return;
    // From the loop: the change may come from inside `stop`.
    this.site.scheduler.after(0, () => {
      if (bound.told === up || (this.#backhaul !== undefined) !== up) return;
      bound.told = up;
      bound.life.call(() => bound.port.onChange?.(up));
    });
  }
}

/** Ethernet or cellular: one backhaul, there or not. */
export class FixedLink extends Link {
  readonly access: Backhaul;
  #available = true;

  constructor(kind: "ethernet" | "cellular", site: Site, battery: Battery, access: Backhaul) {
    super(kind, site, battery);
    this.access = access;
  }

  protected override candidate(): Backhaul | undefined {
    return this.#available ? this.access : undefined;
  }

  /** What the modem does with its radio. */
  switchRadio(on: boolean): void {
    this.power(on);
  }

  /** The cable is plugged, or there is a signal. */
  setAvailable(available: boolean): void {
    this.#available = available;
    this.site.trace("net", `${this.kind} ${available ? "available" : "unavailable"}`);
    this.reconsider();
  }
}
