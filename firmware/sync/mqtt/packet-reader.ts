import mqtt from "mqtt-packet";
import { type IncomingPacket, MqttError } from "./packets.js";

/** Bytes given to the parser at a time; see `feed`. */
const SLICE_BYTES = 1024;

/** A packet as mqtt-packet's parser gives it: nothing about it is certain. */
interface RawPacket {
  readonly cmd?: unknown;
  readonly length?: unknown;
  readonly qos?: unknown;
  readonly messageId?: unknown;
  readonly returnCode?: unknown;
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
  readonly #parser = mqtt.parser({ protocolVersion: 4 });
  #parsed: RawPacket[] = [];
  #error: Error | undefined;

  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
    this.#parser.on("packet", (packet: RawPacket) => this.#parsed.push(packet));
    this.#parser.on("error", (error: Error) => {
      this.#error ??= error;
    });
  }

  /**
   * Takes more of the stream and hands every packet that is complete to `visit`. Throws MqttError on anything that is not
   * a packet a client may get, or that announces more than the bound; the reader is of no use after that.
   */
  feed(bytes: Uint8Array, visit: (packet: IncomingPacket) => void): void {
    // In slices, so that an announced length is seen before as much has been buffered.
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      this.#parse(bytes.subarray(at, at + SLICE_BYTES));
      const parsed = this.#parsed;
      this.#parsed = [];
      for (const packet of parsed) visit(this.#checked(packet));
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
    const { cmd, length, payload, topic, granted, returnCode } = raw;
    switch (cmd) {
      case "connack":
        if (length === 2 && typeof returnCode === "number") return { cmd, returnCode };
        break;
      case "suback":
        if (Array.isArray(granted)) return { cmd, messageId: messageIdOf(raw), granted };
        break;
      case "puback":
        if (length === 2) return { cmd, messageId: messageIdOf(raw) };
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
}

function messageIdOf(raw: RawPacket): number {
  const { messageId } = raw;
  if (typeof messageId !== "number" || messageId < 1 || messageId > 0xffff) {
    throw new MqttError(`${String(raw.cmd)} without a message identifier`);
  }
  return messageId;
}
