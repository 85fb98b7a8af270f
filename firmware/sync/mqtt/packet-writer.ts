import mqtt from "mqtt-packet";
import { utf8Length, writeUtf8 } from "../../../hal/bytes/utf8.js";
import type { OutgoingPacket } from "./packets.js";

// Without this the first packet makes 65,536 buffers: 14 s on a board.
mqtt.writeToStream.cacheNumbers = false;

/** Encodes one packet. Throws RangeError when a field is out of range. */
export function encodePacket(packet: OutgoingPacket): Uint8Array {
  const sink = new ChunkSink();
  // mqtt-packet's own types ask for a Node stream; it calls `write` and `destroy` only.
  mqtt.writeToStream(fullPacket(packet) as never, sink as never);
  return sink.joined();
}

function fullPacket(packet: OutgoingPacket): object {
  switch (packet.cmd) {
    case "connect":
      return { ...packet, protocolVersion: 4, clean: true, will: packet.will && { ...packet.will, qos: 1 } };
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
    for (const chunk of this.#chunks) {
      if (typeof chunk === "string") {
        at = writeUtf8(chunk, bytes, at);
      } else {
        bytes.set(chunk, at);
        at += chunk.length;
      }
    }
    return bytes;
  }
}
