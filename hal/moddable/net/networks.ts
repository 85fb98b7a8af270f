import type { WifiNetwork } from "../../ports/network.js";

const SHOWN = 8;
const MAX_SSID_BYTES = 32;

/** What the port promises of a scan: each name once, in printable ASCII, strongest first, at most 8. */
export function strongest(found: readonly WifiNetwork[]): readonly WifiNetwork[] {
  const networks: WifiNetwork[] = [];
  for (const { ssid, rssi, secured } of [...found].sort((one, other) => other.rssi - one.rssi)) {
    const name = printable(ssid);
    const isKnown = name === "" || networks.some((one) => one.ssid === name);
    if (!isKnown && networks.length < SHOWN)
      networks.push({ ssid: name, rssi: Math.min(0, Math.max(-100, rssi)), secured });
  }
  return networks;
}

function printable(ssid: string): string {
  let name = "";
  for (const letter of ssid) name += letter >= " " && letter <= "~" ? letter : "?";
  return name.slice(0, MAX_SSID_BYTES);
}
