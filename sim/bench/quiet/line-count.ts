import type { Endpoint } from "../../broker/virtual/endpoint.js";

/** RFC 8446: header, content type and the authenticator of AES-GCM, for each record. */
const TLS_RECORD_BYTES = 5 + 1 + 16;
/** IPv4 and TCP, each without options. */
const SEGMENT_BYTES = 20 + 20;

export const OVER_TLS = `TLS 1.3 with ${TLS_RECORD_BYTES} bytes a record, IPv4 and TCP with ${SEGMENT_BYTES} a segment, a bare ACK for each segment down; handshakes apart`;

const PUBLISH = 3;
const [PINGREQ, PINGRESP] = [12, 13] as const;

/** Counts what goes over a box's connections, as the broker sees it: one write is a packet of MQTT, a TLS record and a segment. */
export class LineCount {
  #counts = { bytes: 0, lineBytes: 0, pingBytes: 0, publishes: 0, connections: 0 };

  begin(): void {
    this.#counts = { bytes: 0, lineBytes: 0, pingBytes: 0, publishes: 0, connections: 0 };
  }

  get counted(): { bytes: number; lineBytes: number; pingBytes: number; publishes: number; connections: number } {
    return { ...this.#counts };
  }

  over(endpoint: Endpoint): Endpoint {
    this.#counts.connections++;
    const wrapped: Endpoint = {
      onData: undefined,
      onClose: undefined,
      write: (bytes) => {
        this.#count(bytes, 2 * SEGMENT_BYTES);
        endpoint.write(bytes);
      },
      close: () => endpoint.close(),
    };
    endpoint.onData = (bytes) => {
      this.#count(bytes, SEGMENT_BYTES);
      wrapped.onData?.(bytes);
    };
    endpoint.onClose = () => wrapped.onClose?.();
    return wrapped;
  }

  #count(bytes: Uint8Array, segmentBytes: number): void {
    const type = bytes[0]! >> 4;
    this.#counts.bytes += bytes.length;
    this.#counts.lineBytes += bytes.length + TLS_RECORD_BYTES + segmentBytes;
    if (type === PUBLISH) this.#counts.publishes++;
    if (type === PINGREQ || type === PINGRESP) this.#counts.pingBytes += bytes.length;
  }
}
