import type { WifiNetwork, WifiPort } from "../../../hal/ports/network.js";
import type { Battery } from "../devices/battery.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import { Backhaul } from "./backhaul.js";
import { Link } from "./link.js";

const SCAN_MS = 2_500;
const JOIN_MS = 4_000;
const MAX_FOUND = 8;

/** A network that the box can hear. */
export interface AccessPoint {
  readonly ssid: string;
  /** Empty: open. */
  readonly passphrase: string;
  /** dBm, -100 to 0. */
  readonly rssi: number;
  readonly backhaul: Backhaul;
}

export interface WifiCredentials {
  readonly ssid: string;
  readonly passphrase: string;
}

/** Wi-Fi with a configured network, and one that somebody joined at the panel; the joined one goes first where both are heard. */
export class WifiLink extends Link {
  readonly #configured: WifiCredentials | undefined;
  readonly #heard = new Map<string, AccessPoint>();
  #joined: WifiCredentials | undefined;
  #scanning = 0;
  #joining = 0;

  /** `joined`: credentials that an earlier life of the box kept. */
  constructor(site: Site, battery: Battery, options: { configured?: WifiCredentials; joined?: WifiCredentials } = {}) {
    super("wifi", site, battery);
    this.#configured = options.configured;
    this.#joined = options.joined;
  }

  get joined(): WifiCredentials | undefined {
    return this.#joined;
  }

  /** Puts back what `joined` told before; undefined: nothing was joined. */
  restore(joined: WifiCredentials | undefined): void {
    this.#joined = joined;
    this.reconsider();
  }

  /** A network comes into range, or one of that name changes. Returns its backhaul, for faults. */
  appear(network: { ssid: string; passphrase: string; rssi?: number; backhaul?: Backhaul }): Backhaul {
    const backhaul = network.backhaul ?? new Backhaul({ latencyMs: 30 });
    this.#heard.set(network.ssid, {
      ssid: network.ssid,
      passphrase: network.passphrase,
      rssi: network.rssi ?? -60,
      backhaul,
    });
    this.site.trace("net", `wifi ${network.ssid} appears`);
    this.reconsider();
    return backhaul;
  }

  /** Out of range, or without power. */
  vanish(ssid: string): void {
    this.#heard.delete(ssid);
    this.site.trace("net", `wifi ${ssid} vanishes`);
    this.reconsider();
  }

  backhaulOf(ssid: string): Backhaul | undefined {
    return this.#heard.get(ssid)?.backhaul;
  }

  protected override candidate(): Backhaul | undefined {
    return this.#reach(this.#joined) ?? this.#reach(this.#configured);
  }

  override port(life: Life): WifiPort {
    const link = this;
    const port: WifiPort = {
      kind: "wifi",
      get up() {
        life.check();
        return link.backhaul !== undefined;
      },
      onChange: undefined,
      start: () => {
        life.check();
        this.power(true);
      },
      stop: () => {
        life.check();
        this.power(false);
      },
      scan: (done) => {
        life.check();
        this.#scan(life, done);
      },
      join: (ssid, passphrase, done) => {
        life.check();
        this.#join(life, { ssid, passphrase }, done);
      },
      forget: () => {
        life.check();
        this.restore(undefined);
      },
    };
    this.bind(life, port);
    return port;
  }

  #scan(life: Life, done: (networks: readonly WifiNetwork[], error?: string) => void): void {
    const scan = ++this.#scanning;
    this.site.trace("net", "wifi scan");
    this.site.scheduler.after(SCAN_MS, () => {
      if (scan === this.#scanning) life.call(() => done(this.#found()));
    });
  }

  #found(): WifiNetwork[] {
    const heard = [...this.#heard.values()].sort((a, b) => b.rssi - a.rssi).slice(0, MAX_FOUND);
    return heard.map(({ ssid, passphrase, rssi }) => ({ ssid: printable(ssid), rssi, secured: passphrase !== "" }));
  }

  #join(life: Life, wanted: WifiCredentials, done: (error?: string) => void): void {
    const join = ++this.#joining;
    this.site.trace("net", `wifi join ${wanted.ssid}`);
    this.power(true);
    this.site.scheduler.after(JOIN_MS, () => {
      if (join !== this.#joining || !life.running) return;
      const error = this.#refusal(wanted);
      this.site.trace("net", `wifi join ${wanted.ssid} ${error ?? "done"}`);
      if (error === undefined) {
        this.#joined = wanted;
        this.reconsider(0);
      }
      // After the event that brings the link up: who is told of success may connect at once.
      this.site.scheduler.after(0, () => life.call(() => done(error)));
    });
  }

  #refusal(wanted: WifiCredentials): string | undefined {
    if (!this.powered) return "wifi was switched off";
    if (wanted.passphrase !== "" && !/^[\x20-\x7e]{8,63}$/.test(wanted.passphrase))
      return "a passphrase has 8 to 63 characters";
    const heard = [...this.#heard.values()].find((network) => printable(network.ssid) === wanted.ssid);
    if (heard === undefined) return `no network ${wanted.ssid} in range`;
    if (heard.passphrase !== wanted.passphrase) return `${wanted.ssid} does not accept the passphrase`;
    return undefined;
  }

  #reach(credentials: WifiCredentials | undefined): Backhaul | undefined {
    if (credentials === undefined) return undefined;
    const heard = [...this.#heard.values()].find((network) => printable(network.ssid) === credentials.ssid);
    return heard?.passphrase === credentials.passphrase ? heard.backhaul : undefined;
  }
}

/** What the port's contract allows in a name: printable ASCII. */
function printable(ssid: string): string {
  return ssid.replace(/[^\x20-\x7e]/gu, "?").slice(0, 32);
}
