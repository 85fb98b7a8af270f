import type { MqttVersion } from "./packets.js";

/**
 * What a refusal means for the next attempt: the login is wrong, the version is not spoken, the broker is overloaded or away,
 * another client has the identifier; anything else may be about what was asked for.
 */
export type RefusalCause = "login" | "version" | "busy" | "taken" | "other";

export interface BrokerRefusal {
  readonly code: number;
  readonly cause: RefusalCause;
  /** With the code: it is what the broker's maker can look up. */
  readonly words: string;
}

/** CONNACK return codes of MQTT 3.1.1 section 3.2.2.3. */
const RETURN_CODES: readonly string[] = [
  "",
  "broker does not speak MQTT 3.1.1",
  "broker refuses this client identifier",
  "broker is not available",
  "broker refuses user name or password",
  "broker does not authorise this box",
];

/** Reason codes of MQTT 5 section 2.4 that a broker may send to a box: what it does or says. */
const REASONS: readonly (readonly [code: number, words: string])[] = [
  [0x00, "broker ends the connection"],
  [0x80, "broker refuses and does not say why"],
  [0x81, "broker calls a packet malformed"],
  [0x82, "broker calls a packet a protocol error"],
  [0x83, "broker refuses for a reason of its own"],
  [0x84, "broker does not speak MQTT 5"],
  [0x85, "broker refuses this client identifier"],
  [0x86, "broker refuses user name or password"],
  [0x87, "broker does not authorise this box"],
  [0x88, "broker is not available"],
  [0x89, "broker is busy"],
  [0x8a, "broker has banned this box"],
  [0x8b, "broker shuts down"],
  [0x8c, "broker wants another way to authenticate"],
  [0x8d, "broker heard nothing for too long"],
  [0x8e, "another client took this client identifier"],
  [0x8f, "broker refuses the topic filter"],
  [0x90, "broker refuses the topic"],
  [0x91, "broker says that a packet identifier is in use"],
  [0x93, "broker says that it gets too many messages at once"],
  [0x94, "broker refuses a topic alias"],
  [0x95, "broker refuses a packet of that size"],
  [0x96, "broker says that messages come too fast"],
  [0x97, "broker says that a quota is used up"],
  [0x98, "broker was told by its owner to end the connection"],
  [0x99, "broker refuses the form of a payload"],
  [0x9a, "broker takes no retained messages"],
  [0x9b, "broker takes no QoS 1"],
  [0x9c, "broker says to use another server for now"],
  [0x9d, "broker says that it has moved"],
  [0x9e, "broker has no shared subscriptions"],
  [0x9f, "broker says that connections come too fast"],
  [0xa0, "broker ends connections after some time"],
  [0xa1, "broker has no subscription identifiers"],
  [0xa2, "broker has no wildcard subscriptions"],
];

const CAUSES_5: readonly (readonly [cause: RefusalCause, codes: readonly number[]])[] = [
  ["version", [0x84]],
  ["login", [0x85, 0x86, 0x8a, 0x8c]],
  ["busy", [0x88, 0x89, 0x8b, 0x96, 0x97, 0x9c, 0x9d, 0x9f]],
  ["taken", [0x8e]],
];
/** Of MQTT 3.1.1. 3, not available, is also what some brokers answer to a will that they do not take. */
const CAUSES_4: Readonly<Record<number, RefusalCause>> = { 1: "version", 4: "login" };

/** Of CONNACK. */
export function refusalOf(version: MqttVersion, code: number): BrokerRefusal {
  if (version === 5) return { code, cause: causeOf(code), words: reasonWords(code, "CONNACK") };
  const words = RETURN_CODES[code] ?? "broker refuses";
  return { code, cause: CAUSES_4[code] ?? "other", words: `${words} (CONNACK ${code})` };
}

/** Of a packet of MQTT 5 other than CONNACK. */
export function reasonOf(code: number, packet: string): BrokerRefusal {
  return { code, cause: causeOf(code), words: reasonWords(code, packet) };
}

function causeOf(code: number): RefusalCause {
  return CAUSES_5.find((row) => row[1].includes(code))?.[0] ?? "other";
}

function reasonWords(code: number, packet: string): string {
  const words = REASONS.find((row) => row[0] === code)?.[1] ?? "broker refuses";
  return `${words} (${packet} 0x${code.toString(16)})`;
}
