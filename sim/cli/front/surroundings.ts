import * as v from "valibot";
import type { Machine } from "../../world/machine/machine.js";
import type { Backhaul } from "../../world/net/backhaul.js";

export const LINK_KINDS = ["ethernet", "wifi", "cellular"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];
const NET_STATES = ["up", "down", "stall"] as const;
export type NetState = (typeof NET_STATES)[number];

/** The building's own Wi-Fi, which the box is set up for. */
export const BUILDING_WIFI = { ssid: "Building", passphrase: "key-cabinet" };

export const SurroundingsSchema = v.object({
  format: v.literal(1),
  internet: v.picklist(NET_STATES),
  links: v.object({
    ethernet: v.picklist(NET_STATES),
    wifi: v.picklist(NET_STATES),
    cellular: v.picklist(NET_STATES),
  }),
  hotspot: v.nullable(v.object({ ssid: v.string(), passphrase: v.string(), hasInternet: v.boolean() })),
});
export type SurroundingsState = v.InferOutput<typeof SurroundingsSchema>;

export const UNDISTURBED: SurroundingsState = {
  format: 1,
  internet: "up",
  links: { ethernet: "up", wifi: "up", cellular: "up" },
  hotspot: null,
};

/** What the building and the phones in it offer to a box; kept over restarts. */
export class Surroundings {
  readonly #machine: Machine;
  readonly #wifi: Backhaul | undefined;
  #state = UNDISTURBED;

  constructor(machine: Machine, state: SurroundingsState) {
    this.#machine = machine;
    this.#wifi = machine.net.wifi?.backhaulOf(BUILDING_WIFI.ssid);
    for (const kind of LINK_KINDS) this.setLink(kind, state.links[kind]);
    if (state.internet !== "up") this.setInternet(state.internet);
    if (state.hotspot !== null) this.openHotspot(state.hotspot);
  }

  get state(): SurroundingsState {
    return this.#state;
  }

  /** `up` ends the faults of every link as well. */
  setInternet(internet: NetState): void {
    this.#state = { ...this.#state, internet };
    if (internet === "up") for (const kind of LINK_KINDS) this.setLink(kind, "up");
    this.#machine.net.setInternet(internet === "up" ? "ok" : internet === "down" ? "blackHole" : "stall");
  }

  /** `down`: no cable, no access point, no signal. */
  setLink(kind: LinkKind, state: NetState): void {
    if (this.#state.links[kind] === state) return;
    this.#state = { ...this.#state, links: { ...this.#state.links, [kind]: state } };
    const { net } = this.#machine;
    if (kind !== "wifi") net[kind]?.setAvailable(state !== "down");
    else if (state === "down") net.wifi?.vanish(BUILDING_WIFI.ssid);
    else net.wifi?.appear({ ...BUILDING_WIFI, ...(this.#wifi && { backhaul: this.#wifi }) });
    const backhaul = kind === "wifi" ? this.#wifi : net[kind]?.access;
    backhaul?.setMode(state === "stall" ? "stall" : "ok");
  }

  /** Replaces the phone's hotspot that was there. */
  openHotspot(hotspot: { ssid: string; passphrase: string; hasInternet: boolean }): void {
    this.closeHotspot();
    const backhaul = this.#machine.net.wifi?.appear(hotspot);
    backhaul?.setMode(hotspot.hasInternet ? "ok" : "noInternet");
    this.#state = { ...this.#state, hotspot };
  }

  closeHotspot(): void {
    if (this.#state.hotspot !== null) this.#machine.net.wifi?.vanish(this.#state.hotspot.ssid);
    this.#state = { ...this.#state, hotspot: null };
  }
}
