/** An asynchronous serial port, 8N1 (ECMA-419, 2nd edition, "Serial"), with the data format `buffer`. */
export interface Serial {
  /** What has come in and was not read yet; undefined when there is nothing. Bytes that nobody reads are lost in the end. */
  read(): ArrayBuffer | undefined;
  /** Queues `bytes`, at most 64, for sending. Throws IoError when they do not fit. */
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface SerialOptions {
  /** Pin numbers. */
  readonly receive: number;
  readonly transmit: number;
  readonly baud: number;
  /** UART. */
  readonly port: number;
  readonly format: "buffer";
  /** Called from the loop when bytes have come in. */
  readonly onReadable?: () => void;
}

export type SerialConstructor = new (options: SerialOptions) => Serial;
