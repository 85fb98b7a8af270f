import mqtt from "mqtt-packet";
import { utf8Length, writeUtf8 } from "../../../hal/bytes/utf8.js";
import { MAX_PACKET_BYTES } from "../limits.js";
import type { MqttVersion, OutgoingPacket } from "./packets.js";

// Without this the first packet makes 65,536 buffers: 14 s on a board.
mqtt.writeToStream.cacheNumbers = false;

/** Encodes one packet for a connection of `version`. Throws RangeError when a field is out of range. */
export function encodePacket(packet: OutgoingPacket, version: MqttVersion): Uint8Array {
  const sink = new ChunkSink();
  // mqtt-packet's own types ask for a Node stream; it calls `write` and `destroy` only.
  mqtt.writeToStream(fullPacket(packet, version) as never, sink as never, { protocolVersion: version } as never);
  return sink.joined();
}

function fullPacket(packet: OutgoingPacket, version: MqttVersion): object {
  switch (packet.cmd) {
    case "connect":
      return {
        ...packet,
        protocolVersion: version,
        clean: true,
        will: packet.will && { ...packet.will, qos: 1 },
        // Without a session expiry interval the session ends with the connection, as in 3.1.1.
        ...(version === 5 && { properties: { maximumPacketSize: MAX_PACKET_BYTES } }),
      };
    case "subscribe":
      return { cmd: "subscribe", messageId: packet.messageId, subscriptions: [{ topic: packet.topic, qos: 1 }] };
    case "publish":
      return { ...packet, qos: 1 };
    default:
      return packet;
  }
}

/** Stands in for a stream: keeps the chunks of one packet. */
class ChunkSink {
  readonly #chunks: (Uint8Array | string)[] = [];
  #length = 0;
  #error: Error | undefined;

  write(chunk: Uint8Array | string): boolean {
    const length = typeof chunk === "string" ? utf8Length(chunk) : chunk.length;
    this.#chunks.push(chunk);
    this.#length += length;
    return true;
  }

  destroy(error: Error): void {
    this.#error ??= error;
  }

  joined(): Uint8Array {
    if (this.#error !== undefined) throw new RangeError(this.#error.message);
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    this.#chunks.forEach((chunk) => {
      if (typeof chunk === "string") {
        at = writeUtf8(chunk, bytes, at);
      } else {
        bytes.set(chunk, at);
        at += chunk.length;
      }
    });
    return bytes;
  }
}
