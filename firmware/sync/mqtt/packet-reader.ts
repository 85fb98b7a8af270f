import mqtt from "mqtt-packet";
import { type BrokerLimits, type IncomingPacket, MqttError, type MqttVersion } from "./packets.js";
import { StreamStart } from "./stream-start.js";

/** Bytes given to the parser at a time; see `feed`. */
const SLICE_BYTES = 1024;

/** A packet as mqtt-packet's parser gives it: nothing about it is certain. */
interface RawPacket {
  readonly cmd?: unknown;
  readonly length?: unknown;
  readonly qos?: unknown;
  readonly messageId?: unknown;
  readonly returnCode?: unknown;
  readonly reasonCode?: unknown;
  readonly properties?: unknown;
  readonly granted?: unknown;
  readonly topic?: unknown;
  readonly payload?: unknown;
}

/**
 * Cuts a broker's byte stream into packets and checks them. mqtt-packet reads past the end of a packet whose own length is
 * too small, lets a message identifier of -1 pass, and buffers up to 256 MiB: all that is caught here.
 */
export class PacketReader {
  readonly #maxPacketBytes: number;
  readonly #version: MqttVersion;
  readonly #start = new StreamStart();
  readonly #parser;
  #parsed: RawPacket[] = [];
  #error: Error | undefined;

  /** `version`: what CONNECT asks for. */
  constructor(version: MqttVersion, maxPacketBytes: number) {
    this.#version = version;
    this.#maxPacketBytes = maxPacketBytes;
    this.#parser = mqtt.parser({ protocolVersion: version });
    this.#parser.on("packet", (packet: RawPacket) => this.#parsed.push(packet));
    this.#parser.on("error", (error: Error) => {
      this.#error ??= error;
    });
  }

  /**
   * Takes more of the stream and hands every packet that is complete to `visit`. Throws MqttError on anything that is not
   * a packet a client may get, or that announces more than the bound, NoBrokerError where it is no MQTT from its first byte on;
   * the reader is of no use after that.
   */
  feed(arrived: Uint8Array, visit: (packet: IncomingPacket) => void): void {
    const bytes = this.#start.feed(arrived);
    if (bytes === undefined) return;
    const older = this.#version === 5 ? this.#start.olderConnack : undefined;
    if (older !== undefined) {
      visit({ cmd: "connack", version: 4, code: older, limits: {} });
      return;
    }
    // In slices, so that an announced length is seen before as much has been buffered.
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      this.#parse(bytes.subarray(at, at + SLICE_BYTES));
      const parsed = this.#parsed;
      this.#parsed = [];
      parsed.forEach((packet) => {
        visit(this.#checked(packet));
      });
      if (this.#error !== undefined) throw new MqttError(this.#error.message);
      const pending = (this.#parser as unknown as { readonly packet: { readonly length: number } }).packet;
      if (pending.length > this.#maxPacketBytes) throw new MqttError(`packet of ${pending.length} bytes announced`);
    }
  }

  #parse(slice: Uint8Array): void {
    try {
      // mqtt-packet's own types ask for a Buffer; it takes any bytes.
      this.#parser.parse(slice as never);
    } catch (error) {
      // Pure decoding: the events only fill fields of this object. The parser throws RangeErrors on short packets.
      this.#error ??= error instanceof Error ? error : new MqttError("malformed packet");
    }
  }

  #checked(raw: RawPacket): IncomingPacket {
    const { cmd, length, payload, topic, granted } = raw;
    switch (cmd) {
      case "connack":
        return this.#connack(raw);
      case "suback":
        if (Array.isArray(granted)) return { cmd, messageId: messageIdOf(raw), granted };
        break;
      case "puback":
        if (this.#version === 5) return { cmd, messageId: messageIdOf(raw), code: codeOf(raw) };
        if (length === 2) return { cmd, messageId: messageIdOf(raw), code: 0 };
        break;
      case "disconnect":
        if (this.#version === 5) return { cmd, code: codeOf(raw) };
        break;
      case "pingresp":
        if (length === 0) return { cmd };
        break;
      case "publish":
        if (raw.qos !== 0 && raw.qos !== 1) throw new MqttError("publish of a QoS that was not asked for");
        if (typeof topic === "string" && payload instanceof Uint8Array) {
          return { cmd, messageId: raw.qos === 1 ? messageIdOf(raw) : undefined, topic, payload };
        }
        break;
      default:
        throw new MqttError(`unexpected packet ${String(cmd)}`);
    }
    throw new MqttError(`malformed ${cmd}`);
  }

  #connack(raw: RawPacket): IncomingPacket {
    if (this.#version === 5) return { cmd: "connack", version: 5, code: codeOf(raw), limits: limitsOf(raw.properties) };
    const { length, returnCode } = raw;
    if (length !== 2 || typeof returnCode !== "number") throw new MqttError("malformed connack");
    return { cmd: "connack", version: 4, code: returnCode, limits: {} };
  }
}

function codeOf({ cmd, reasonCode }: RawPacket): number {
  if (typeof reasonCode !== "number" || reasonCode < 0) throw new MqttError(`malformed ${String(cmd)}`);
  return reasonCode;
}

/** What makes no sense is taken for absent: it limits nothing that the box does not limit itself. */
function limitsOf(properties: unknown): BrokerLimits {
  if (typeof properties !== "object" || properties === null) return {};
  const of = properties as Readonly<Record<string, unknown>>;
  const count = (name: string) => {
    const value = of[name];
    return typeof value === "number" && value >= 0 ? value : undefined;
  };
  const flag = (name: string) => {
    const value = of[name];
    return typeof value === "boolean" ? value : typeof value === "number" ? value !== 0 : undefined;
  };
  return {
    receiveMaximum: count("receiveMaximum") || undefined,
    maximumPacketSize: count("maximumPacketSize") || undefined,
    maximumQoS: count("maximumQoS"),
    retainAvailable: flag("retainAvailable"),
    wildcardSubscriptionAvailable: flag("wildcardSubscriptionAvailable"),
    serverKeepAlive: count("serverKeepAlive") || undefined,
  };
}

function messageIdOf(raw: RawPacket): number {
  const { messageId } = raw;
  if (typeof messageId !== "number" || messageId < 1 || messageId > 0xffff) {
    throw new MqttError(`${String(raw.cmd)} without a message identifier`);
  }
  return messageId;
}
