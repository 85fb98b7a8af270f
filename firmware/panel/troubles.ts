import type { Text } from "../../hal/ports/panel.js";
import { text } from "./screen.js";
import type { TextId } from "./texts/en.js";

/** What parts are called where they tell their faults (hal/ports/parts.ts), as texts. */
const FAULTS: Readonly<Record<string, TextId>> = {
  battery: "fault-battery",
  broker: "fault-broker",
  clock: "fault-clock",
  "fuel gauge": "fault-fuel-gauge",
  identity: "fault-identity",
  "random numbers": "fault-random-numbers",
  reader: "fault-reader",
  modem: "fault-modem",
  "reset button": "fault-reset-button",
  snapshot: "fault-snapshot",
  "touch panel": "fault-touch-panel",
};

/** A part that does not work, for whoever was sent to look after the box. A board's own parts keep their own names. */
export function faultLine(name: string): Text {
  const known = FAULTS[name];
  if (known !== undefined) return text(known);
  const [what, first = "", , last = ""] = name.split(" ");
  if (what === "bins") return text("fault-bins", { first, last });
  return what === "bin" ? text("fault-bin", { bin: first }) : text("status-fault", { name });
}

/** How the reasons begin with which a connection ends (firmware/sync), as texts; after the link's name, where they name one. */
const REASONS: readonly (readonly [start: string, id: TextId])[] = [
  ["no link is up", "offline-no-link"],
  ["link is down", "offline-link-lost"],
  ["cannot resolve ", "offline-no-internet"],
  ["connection refused by ", "offline-broker-refuses"],
  ["no connection to the broker in time", "offline-no-broker"],
  ["broker refuses user name or password", "offline-bad-login"],
  ["broker does not authorise this box", "offline-bad-login"],
  ["broker refuses", "offline-broker-refuses"],
  ["broker is not available", "offline-broker-refuses"],
  ["broker closed the connection", "offline-broker-closed"],
  ["no PINGRESP in time", "offline-broker-silent"],
  ["no CONNACK in time", "offline-broker-silent"],
  ["no SUBACK in time", "offline-broker-silent"],
  ["broker acknowledges nothing", "offline-broker-silent"],
  ["cloud does not answer", "offline-cloud-silent"],
  ["cloud acknowledges no records", "offline-cloud-silent"],
  ["certificate ended", "offline-certificate-ended"],
  ["certificate begins", "offline-certificate-begins"],
  ["another client seems to use", "offline-rival"],
];
const LINK = /^(ethernet|wifi|cellular): /;

/** Why the box is offline. What only an engineer can tell apart is shown as it is in the trace. */
export function whyOffline(reason: string): Text {
  const link = LINK.exec(reason)?.[0] ?? "";
  const bare = reason.slice(link.length);
  const known = REASONS.find(([start]) => bare.startsWith(start));
  return known === undefined ? text("status-offline", { reason }) : text(known[1]);
}
