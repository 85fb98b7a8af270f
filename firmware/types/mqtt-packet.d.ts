/** The part of mqtt-packet that the firmware uses, without Node's types. The package's own need Buffer and EventEmitter. */

/** What `writeToStream` needs of a stream. Chunks are bytes, or text to be written as UTF-8. */
export interface PacketSink {
  write(chunk: Uint8Array | string): boolean;
  /** Called instead of writing when the packet cannot be encoded. */
  destroy(error: Error): void;
}

export interface Parser {
  on(event: string, callback: (value: never) => void): unknown;
  /** Takes more bytes; `packet` and `error` events come from inside. Returns how many bytes wait for more. */
  parse(bytes: Uint8Array): number;
}

declare const mqtt: {
  parser(options?: object): Parser;
  writeToStream: {
    (packet: object, sink: PacketSink, options?: object): boolean;
    /** False: two-byte numbers are made when needed instead of 65,536 of them at the first packet. */
    cacheNumbers: boolean;
  };
};
export default mqtt;
