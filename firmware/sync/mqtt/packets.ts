/** MQTT 3.1.1 (OASIS, 2014) packets as the box sends and receives them. */

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

export type IncomingPacket =
  | { readonly cmd: "connack"; readonly returnCode: number }
  | { readonly cmd: "suback"; readonly messageId: number; readonly granted: readonly number[] }
  /** `messageId` is undefined at QoS 0. */
  | {
      readonly cmd: "publish";
      readonly messageId: number | undefined;
      readonly topic: string;
      readonly payload: Uint8Array;
    }
  | { readonly cmd: "puback"; readonly messageId: number }
  | { readonly cmd: "pingresp" };

/** The far end broke MQTT. */
export class MqttError extends Error {}
