/**
 * One part on an I2C bus by register (ECMA-419, 2nd edition, "SMBus"). Every call is one transaction and blocks
 * until it is over, 25 ms at most; it throws IoError when the part or the bus does not answer. Construction touches no part.
 */
export interface SMBus {
  readUint8(register: number): number;
  writeUint8(register: number, value: number): void;
  readUint16(register: number, bigEndian?: boolean): number;
  writeUint16(register: number, value: number, bigEndian?: boolean): void;
  /** Fills `into` from `register` on. */
  readBuffer(register: number, into: Uint8Array): void;
  writeBuffer(register: number, bytes: Uint8Array): void;
  close(): void;
}

export interface SMBusOptions {
  /** Pin numbers of SDA and SCL. */
  readonly data: number;
  readonly clock: number;
  readonly hz: number;
  /** I2C controller. */
  readonly port: number;
  /** Seven-bit address. */
  readonly address: number;
}

export type SMBusConstructor = new (options: SMBusOptions) => SMBus;
