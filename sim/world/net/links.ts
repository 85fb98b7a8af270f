import type { LinkKind, LinkPort, Links, SocketOptions, SocketPort, WifiPort } from "../../../hal/ports/network.js";
import type { Battery } from "../devices/battery.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import { Backhaul, type BackhaulMode, type LineQuality } from "./backhaul.js";
import { BoxSocket } from "./box-socket.js";
import { FixedLink, type Link } from "./link.js";
import type { Network } from "./network.js";
import { type WifiCredentials, WifiLink } from "./wifi.js";

export interface NetOptions {
  /** Links fitted; all three when absent, for a machine those of its board. */
  readonly links?: readonly LinkKind[];
  /** The building's Wi-Fi, in range from the start. */
  readonly wifi?: WifiCredentials;
  /** Bytes that a socket takes before the far end has acknowledged them; absent: bytes that wait for the link, 8,192 of them. */
  readonly sendWindowBytes?: number;
}

/** The building of a box with `links`: one that takes no cable was told the Wi-Fi when it was put up. */
export function netFor(links: readonly LinkKind[]): NetOptions {
  const hasCable = links.includes("ethernet");
  return { links, ...(!hasCable && links.includes("wifi") && { wifi: { ssid: "Building", passphrase: "told once" } }) };
}

/** All links of one box, and the building's internet access behind them. */
export class BoxNet {
  readonly ethernet: FixedLink | undefined;
  readonly wifi: WifiLink | undefined;
  readonly cellular: FixedLink | undefined;
  readonly #site: Site;
  readonly #network: Network;
  readonly #sendWindowBytes: number | undefined;
  /** Backhauls that share the building's fate; a phone's hotspot is not among them. */
  readonly #building: Backhaul[] = [];

  constructor(site: Site, battery: Battery, network: Network, options: NetOptions = {}) {
    this.#site = site;
    this.#network = network;
    this.#sendWindowBytes = options.sendWindowBytes;
    const fitted = options.links ?? ["ethernet", "wifi", "cellular"];
    if (fitted.includes("ethernet")) {
      this.ethernet = new FixedLink("ethernet", site, battery, this.#backhaul(20));
    }
    if (fitted.includes("wifi")) {
      this.wifi = new WifiLink(site, battery, options.wifi === undefined ? {} : { configured: options.wifi });
      if (options.wifi !== undefined) this.wifi.appear({ ...options.wifi, rssi: -55, backhaul: this.#backhaul(25) });
    }
    if (fitted.includes("cellular")) {
      this.cellular = new FixedLink("cellular", site, battery, this.#backhaul(80));
    }
  }

  /** Sets the same fault on every way out but phone hotspots. `ok` ends it. */
  setInternet(mode: BackhaulMode): void {
    this.#site.trace("net", `internet ${mode}`);
    for (const backhaul of this.#building) backhaul.setMode(mode);
  }

  /** Sets the delay of every way out but phone hotspots, ms one way. */
  setLatency(ms: number): void {
    for (const backhaul of this.#building) backhaul.latencyMs = ms;
  }

  /** Sets what every way out but phone hotspots carries; undefined: whatever comes. */
  setQuality(quality: LineQuality | undefined): void {
    for (const backhaul of this.#building) backhaul.quality = quality;
  }

  port(life: Life): Links {
    const byPort = new Map<LinkPort, Link>();
    const register = <L extends Link, P extends LinkPort>(link: L, port: P): P => {
      byPort.set(port, link);
      return port;
    };
    const all: LinkPort[] = [];
    let wifi: WifiPort | undefined;
    if (this.ethernet !== undefined) all.push(register(this.ethernet, this.ethernet.port(life)));
    if (this.wifi !== undefined) {
      wifi = register(this.wifi, this.wifi.port(life));
      all.push(wifi);
    }
    if (this.cellular !== undefined) all.push(register(this.cellular, this.cellular.port(life)));
    return {
      all,
      wifi,
      connect: (port, target) => {
        life.check();
        const link = byPort.get(port);
        if (link === undefined) throw new RangeError("the link is not one of this boot's");
        return this.dial(link, life, target);
      },
    };
  }

  /** A socket over `link` that lasts at most as long as `life`. */
  dial(link: Link, life: Life, target: SocketOptions): SocketPort {
    const socket = new BoxSocket({
      site: this.#site,
      life,
      network: this.#network,
      backhaul: link.backhaul,
      linkName: link.kind,
      target,
      sendWindowBytes: this.#sendWindowBytes,
      onGone: (gone) => link.detach(gone),
    });
    if (link.backhaul !== undefined) link.attach(socket);
    return socket.port;
  }

  #backhaul(latencyMs: number): Backhaul {
    const backhaul = new Backhaul({ latencyMs });
    this.#building.push(backhaul);
    return backhaul;
  }
}
