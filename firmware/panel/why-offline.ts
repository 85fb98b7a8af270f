import type { Text } from "../../hal/ports/panel.js";
import { text } from "./screen.js";
import type { TextId } from "./texts/en.js";

/**
 * What the reasons say with which a connection ends (firmware/sync, hal), as texts that name the way out. The first that fits counts: a
 * reason may hold another one, such as `message refused: broker refuses the topic (PUBACK 0x90)`.
 */
const REASONS: readonly (readonly [part: string, id: TextId])[] = [
  ["not started", "offline-not-yet"],
  ["no link is up", "offline-no-link"],
  ["moves to ", "offline-moves"],
  ["web page", "offline-sign-in"],
  ["sign in to this network", "offline-sign-in"],
  ["cloud does not answer", "offline-cloud-silent"],
  ["cloud acknowledges no records", "offline-cloud-silent"],
  ["certificate ended", "offline-certificate-ended"],
  ["certificate begins", "offline-certificate-begins"],
  ["does not verify", "offline-not-the-broker"],
  ["shows no certificate of its own", "offline-no-certificate"],
  ["certificate of this box", "offline-no-certificate"],
  ["another client ", "offline-rival"],
  ["answers in TLS", "offline-tls"],
  ["TLS with ", "offline-not-tls"],
  ["WebSocket", "offline-web-socket"],
  ["not as a web server", "offline-web-socket"],
  ["no random numbers", "offline-no-random"],
  ["cannot resolve ", "offline-no-internet"],
  ["connection refused by ", "offline-broker-refuses"],
  ["link went down", "offline-link-lost"],
  [" is down", "offline-link-lost"],
  // Codes of CONNACK and reason codes of MQTT 5 (mqtt/refusals.ts).
  ["refuses user name or password", "offline-bad-login"],
  ["another way to authenticate", "offline-bad-login"],
  ["does not authorise", "offline-not-allowed"],
  ["banned", "offline-not-allowed"],
  ["client identifier", "offline-client-id"],
  ["not available", "offline-broker-busy"],
  ["is busy", "offline-broker-busy"],
  ["shuts down", "offline-broker-busy"],
  ["too many messages", "offline-broker-busy"],
  ["come too fast", "offline-broker-busy"],
  ["quota", "offline-broker-busy"],
  ["another server", "offline-broker-moved"],
  ["has moved", "offline-broker-moved"],
  ["does not speak MQTT", "offline-version"],
  ["topic filter", "offline-topics"],
  ["refuses the topic", "offline-topics"],
  ["wildcard", "offline-topics"],
  ["refuses the subscription", "offline-topics"],
  ["subscription refused", "offline-topics"],
  ["packet of that size", "offline-size"],
  ["takes messages of ", "offline-size"],
  ["takes packets of ", "offline-size"],
  ["QoS", "offline-broker-lacks"],
  ["retained", "offline-broker-lacks"],
  ["ends the connection", "offline-broker-ended"],
  ["end the connection", "offline-broker-ended"],
  ["ends connections", "offline-broker-ended"],
  ["heard nothing", "offline-broker-ended"],
  ["broker closed the connection", "offline-broker-closed"],
  ["connection reset", "offline-broker-closed"],
  ["no PINGRESP in time", "offline-broker-silent"],
  ["no CONNACK in time", "offline-broker-silent"],
  ["no SUBACK in time", "offline-broker-silent"],
  ["broker acknowledges nothing", "offline-broker-silent"],
  ["broker does not read", "offline-broker-silent"],
  ["no connection to the broker in time", "offline-no-broker"],
  ["broker ", "offline-misunderstood"],
  ["timed out", "offline-no-broker"],
  ["does not answer", "offline-no-broker"],
  ["connection to ", "offline-no-broker"],
];

/** Why the box is offline, and what to do about it. What only an engineer can tell apart is shown as it is in the trace. */
export function whyOffline(reason: string): Text {
  const bare = reason.slice(/^(ethernet|wifi|cellular): /.exec(reason)?.[0].length ?? 0);
  const known = REASONS.find((row) => bare.includes(row[0]));
  if (known === undefined) return text("status-offline", { reason });
  // What a broker gave as its reason: whoever runs it can look that up.
  return text(known[1], { cause: /\(([A-Z]+ [0-9xa-f]+)\)/.exec(bare)?.[1] ?? bare });
}
