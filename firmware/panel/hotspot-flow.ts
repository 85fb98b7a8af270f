import type { WifiNetwork, WifiPort } from "../../hal/ports/network.js";
import type { ScreenName, Text } from "../../hal/ports/panel.js";
import type { Navigator } from "./navigator.js";
import { choice, type Screen, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS, EntryScreen } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";
import type { TextId } from "./texts/en.js";

const RESULT_MS = 10_000;
/** A joined phone may be one of three links, and each of those before it costs a wait for its answer, ms. */
const ONLINE_MS = 90_000;
/** A scan takes 10 s and a join 15 s (WifiPort): a radio that never answers must not keep the screen, ms. */
const WAIT_MS = 25_000;
/** WPA2 passphrase, characters (IEEE 802.11 annex J.4). */
const PASSPHRASE_MIN = 8;
const PASSPHRASE_MAX = 63;

export interface HotspotHost {
  /** A network was joined: the cloud may be reached now. */
  joined(): void;
  /** Whether it is. */
  isOnline(): boolean;
}

/** Screens that join a phone's hotspot: the way out when the building's internet is gone but the phone still has some. */
export class HotspotFlow {
  readonly #navigator: Navigator;
  readonly #wifi: WifiPort;
  readonly #host: HotspotHost;

  constructor(needs: { navigator: Navigator; wifi: WifiPort; host: HotspotHost }) {
    this.#navigator = needs.navigator;
    this.#wifi = needs.wifi;
    this.#host = needs.host;
  }

  start(): void {
    const scanning = this.#waiting("hotspot-scan", text("hotspot-scanning"));
    this.#navigator.show(scanning);
    this.#wifi.scan((networks, error) => {
      // The person has gone on to something else meanwhile.
      if (this.#navigator.screen !== scanning) return;
      if (error !== undefined || networks.length === 0) this.#result("hotspot-none");
      else this.#choose(networks);
    });
  }

  #choose(networks: readonly WifiNetwork[]): void {
    this.#navigator.show(
      messageScreen({
        name: "hotspot-choose",
        title: text("hotspot-choose"),
        choices: networks.map((network, i) => ({ id: String(i), label: text("network-name", { name: network.ssid }) })),
        timeoutMs: ENTRY_TIMEOUT_MS,
        cancel: () => this.#navigator.home(),
        choose: (id) => {
          const network = networks[Number(id)];
          if (network?.secured === true) this.#askPassphrase(network.ssid);
          else if (network !== undefined) this.#join(network.ssid, "");
        },
      }),
    );
  }

  #askPassphrase(ssid: string): void {
    const options = {
      name: "hotspot-passphrase",
      title: text("hotspot-passphrase", { name: ssid }),
      layout: "letters",
      maxLength: PASSPHRASE_MAX,
      done: (passphrase: string) => {
        if (passphrase.length < PASSPHRASE_MIN) this.#result("hotspot-too-short");
        else this.#join(ssid, passphrase);
      },
      cancel: () => this.#navigator.home(),
    } as const;
    this.#navigator.show(new EntryScreen(options, () => this.#navigator.draw()));
  }

  #join(ssid: string, passphrase: string): void {
    const joining = this.#waiting("hotspot-join", text("hotspot-joining", { name: ssid }));
    this.#navigator.show(joining);
    this.#wifi.join(ssid, passphrase, (error) => {
      if (error === undefined) this.#host.joined();
      if (this.#navigator.screen !== joining) return;
      if (error === undefined) this.#lookingForCloud();
      else this.#result("hotspot-failed");
    });
  }

  #waiting(name: ScreenName, title: Text): Screen {
    return messageScreen({ name, title, timeoutMs: WAIT_MS, keepsAwake: true, cancel: () => this.#navigator.home() });
  }

  /** Stays until whoever joined has seen it work: Welcome too early looks like a failure. */
  #lookingForCloud(): void {
    const host = this.#host;
    const screen = this.#resultScreen("hotspot-joined", ONLINE_MS);
    this.#navigator.show({
      ...screen,
      keepsAwake: true,
      // Looked at for each drawing: the box draws anew when it comes online.
      get title() {
        return text(host.isOnline() ? "hotspot-online" : "hotspot-joined");
      },
    });
  }

  #result(id: TextId): void {
    this.#navigator.show(this.#resultScreen(id, RESULT_MS));
  }

  #resultScreen(id: TextId, timeoutMs: number): Screen {
    return messageScreen({
      name: "hotspot-result",
      title: text(id),
      choices: [choice("hotspot"), choice("done")],
      timeoutMs,
      leave: () => this.#navigator.home(),
      choose: (chosen) => {
        if (chosen === "hotspot") this.start();
        else this.#navigator.home();
      },
    });
  }
}
