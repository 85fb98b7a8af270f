import WiFi from "embedded:network/interface/wifi";
import Preference from "preference";
import type { TimerId, TimersPort } from "../../ports/clock.js";
import type { WifiNetwork, WifiPort } from "../../ports/network.js";
import { enter } from "../crash.js";
import { strongest } from "../net/networks.js";

/** ECMA-419's `connection` of an interface that has an address, and of one that is doing nothing. */
const HAS_ADDRESS = 500;
const DISCONNECTED = 200;
const SCAN_MS = 10_000;
const JOIN_MS = 15_000;
/** Before a network that was lost is tried again, ms. */
const AGAIN_MS = 5_000;
/** NVS domains: the network of the site, put there when the box is set up, and the hotspot that somebody joined. */
const SITE = "smartbox.wifi";
const HOTSPOT = "smartbox.hotspot";

interface Credentials {
  readonly ssid: string;
  readonly passphrase: string;
}

/** Wi-Fi station. Credentials are in NVS; a hotspot that was joined goes before the site's own network until it is forgotten. */
export class WifiLink implements WifiPort {
  readonly kind = "wifi";
  onChange: ((up: boolean) => void) | undefined;
  /** Told when it goes down, before the firmware is. */
  onDown: (() => void) | undefined;
  readonly #timers: TimersPort;
  #interface: WiFi | undefined;
  #isStarted = false;
  #up = false;
  #again: TimerId | undefined;
  #scan:
    | { readonly done: (found: readonly WifiNetwork[], error?: string) => void; readonly timer: TimerId }
    | undefined;
  #join:
    | { readonly credentials: Credentials; readonly done: (error?: string) => void; readonly timer: TimerId }
    | undefined;
  #useSite = false;

  constructor(timers: TimersPort) {
    this.#timers = timers;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#connect();
  }

  stop(): void {
    this.#isStarted = false;
    if (this.#again !== undefined) this.#timers.clear(this.#again);
    this.#again = undefined;
    this.#interface?.disconnect();
    this.#settle();
  }

  scan(done: (networks: readonly WifiNetwork[], error?: string) => void): void {
    if (this.#scan !== undefined) this.#timers.clear(this.#scan.timer);
    const found: WifiNetwork[] = [];
    const end = () => {
      if (this.#scan?.timer !== timer) return;
      this.#timers.clear(timer);
      this.#scan = undefined;
      done(strongest(found));
    };
    const timer = this.#timers.set(SCAN_MS, end);
    this.#scan = { done, timer };
    try {
      this.#radio().scan({
        onFound: (one) => {
          const { security } = one as { security?: string };
          found.push({ ssid: one.SSID, rssi: one.RSSI, secured: security !== undefined && security !== "none" });
        },
        onComplete: () => enter(end),
      });
    } catch (error) {
      // The SDK's only way to say that the radio is busy.
      this.#timers.clear(timer);
      this.#scan = undefined;
      const text = error instanceof Error ? error.message : "scan failed";
      this.#timers.set(0, () => done([], text));
    }
  }

  join(ssid: string, passphrase: string, done: (error?: string) => void): void {
    if (this.#join !== undefined) this.#timers.clear(this.#join.timer);
    const timer = this.#timers.set(JOIN_MS, () =>
      this.#joined("the network does not answer, or the passphrase is wrong"),
    );
    this.#join = { credentials: { ssid, passphrase }, done, timer };
    this.#isStarted = true;
    this.#interface?.disconnect();
    this.#settle();
    this.#connect();
  }

  forget(): void {
    Preference.delete(HOTSPOT, "ssid");
    Preference.delete(HOTSPOT, "passphrase");
  }

  #radio(): WiFi {
    this.#interface ??= new WiFi({ onChanged: () => enter(() => this.#settle()) });
    return this.#interface;
  }

  #connect(): void {
    const credentials = this.#join?.credentials ?? this.#kept();
    if (credentials === undefined) return;
    const { ssid, passphrase } = credentials;
    try {
      this.#radio().connect({ SSID: ssid, ...(passphrase !== "" && { password: passphrase }) });
    } catch (error) {
      trace(`Wi-Fi: ${error instanceof Error ? error.message : "connect failed"}\n`);
      this.#later();
    }
  }

  /** The hotspot and the site's network in turn: nobody says when a phone has gone home. */
  #kept(): Credentials | undefined {
    const hotspot = read(HOTSPOT);
    const site = read(SITE);
    this.#useSite = hotspot === undefined || (!this.#useSite && site !== undefined);
    return this.#useSite ? site : hotspot;
  }

  #settle(): void {
    const connection = this.#interface?.connection ?? DISCONNECTED;
    const up = this.#isStarted && connection === HAS_ADDRESS;
    if (up && this.#join !== undefined) this.#joined();
    if (this.#isStarted && connection === DISCONNECTED) this.#later();
    if (up === this.#up) return;
    this.#up = up;
    if (!up) this.onDown?.();
    // Never from inside a method of ours.
    this.#timers.set(0, () => {
      if (this.#up === up) this.onChange?.(up);
    });
  }

  #later(): void {
    this.#again ??= this.#timers.set(AGAIN_MS, () => {
      this.#again = undefined;
      if (this.#isStarted && !this.#up) this.#connect();
    });
  }

  #joined(error?: string): void {
    const join = this.#join;
    if (join === undefined) return;
    this.#join = undefined;
    this.#timers.clear(join.timer);
    if (error === undefined) {
      Preference.set(HOTSPOT, "ssid", join.credentials.ssid);
      Preference.set(HOTSPOT, "passphrase", join.credentials.passphrase);
    }
    this.#timers.set(0, () => join.done(error));
  }
}

function read(domain: string): Credentials | undefined {
  const ssid = Preference.get(domain, "ssid");
  const passphrase = Preference.get(domain, "passphrase");
  return typeof ssid === "string" ? { ssid, passphrase: typeof passphrase === "string" ? passphrase : "" } : undefined;
}
