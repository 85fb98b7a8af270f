/** MQTT 3.1.1 (OASIS, 2014) and 5 (OASIS, 2019) packets as the box sends and receives them. */

/** Protocol level in CONNECT: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

/** A message that the broker publishes for the box when the connection ends without DISCONNECT. */
export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

export type OutgoingPacket =
  | {
      readonly cmd: "connect";
      readonly clientId: string;
      readonly username: string;
      readonly password: string;
      readonly keepalive: number;
      readonly will: Will | undefined;
    }
  | { readonly cmd: "subscribe"; readonly messageId: number; readonly topic: string }
  | {
      readonly cmd: "publish";
      readonly messageId: number;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly retain: boolean;
    }
  | { readonly cmd: "puback"; readonly messageId: number }
  | { readonly cmd: "pingreq" };

/** What CONNACK of MQTT 5 says of the broker (section 3.2.2.3); undefined: not limited, or not said. */
export interface BrokerLimits {
  /** Publishes that it takes before it has acknowledged them. */
  readonly receiveMaximum?: number | undefined;
  /** Bytes of the longest packet that it takes. */
  readonly maximumPacketSize?: number | undefined;
  /** 0 or 1; undefined: 2. */
  readonly maximumQoS?: number | undefined;
  readonly retainAvailable?: boolean | undefined;
  readonly wildcardSubscriptionAvailable?: boolean | undefined;
  /** s; in place of what the box asked for. */
  readonly serverKeepAlive?: number | undefined;
}

export type IncomingPacket =
  /** `version`: of the answer itself; a broker without MQTT 5 answers in the older form. */
  | {
      readonly cmd: "connack";
      readonly version: MqttVersion;
      readonly code: number;
      readonly limits: BrokerLimits;
    }
  | { readonly cmd: "suback"; readonly messageId: number; readonly granted: readonly number[] }
  /** `messageId` is undefined at QoS 0. */
  | {
      readonly cmd: "publish";
      readonly messageId: number | undefined;
      readonly topic: string;
      readonly payload: Uint8Array;
    }
  /** `code`: 0 in MQTT 3.1.1. */
  | { readonly cmd: "puback"; readonly messageId: number; readonly code: number }
  | { readonly cmd: "pingresp" }
  /** MQTT 5 only: the broker says why it ends the connection. */
  | { readonly cmd: "disconnect"; readonly code: number };

/** The far end broke MQTT. */
export class MqttError extends Error {}

/** What answers is no MQTT broker at all; the message says what it seems to be. */
export class NoBrokerError extends MqttError {}
