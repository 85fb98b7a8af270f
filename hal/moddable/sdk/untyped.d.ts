/** Modules and globals of the SDK that its own typings do not have. */

/** Called by the engine before it ends the program, where somebody has set it. */
declare var abort: ((why: string, exception: unknown) => void) | undefined;

/** The SDK's screen; there is none on a board without a display. */
declare const screen: import("commodetto/PixelsOut").default & {
  context: { onTouchBegan?: (id: number, x: number, y: number) => void };
};

declare module "embedded:io/socket/tcp/tls" {
  export interface TLSOptions {
    /** Made with all of these options, and with callbacks of the session in place of those below. */
    readonly TCP: { readonly io: new (options: never) => Transport };
    readonly host: string;
    readonly address: string;
    readonly port: number;
    readonly nodelay: boolean;
    readonly secure: {
      readonly certificate: ArrayBuffer;
      readonly cache: boolean;
      readonly applicationLayerProtocolNegotiation?: readonly string[];
      /** Not of the SDK: it hands what it is given here on to `ssl/cert`, and so this reaches ours. */
      readonly seen: (validity: import("../../ports/network").Validity) => void;
    };
    /** Not of the SDK: it hands all options on to `TCP.io`, and so these reach ours. */
    readonly plain: unknown;
    readonly failed: (reason: string) => void;
    readonly onReadable: () => void;
    readonly onWritable: (bytes: number) => void;
    readonly onError: () => void;
  }
  /** What the session does with it; it keeps `readable` and `writable` there. */
  export interface Transport {
    readable: number;
    writable: number;
    read(into: Uint8Array): number;
    write(bytes: Uint8Array | ArrayBuffer): void;
    close(): void;
  }
  export default class TLSSocket {
    constructor(options: TLSOptions);
    read(): ArrayBuffer | undefined;
    write(bytes: Uint8Array): number;
    close(): void;
  }
}

declare module "ili9341" {
  import PixelsOut from "commodetto/PixelsOut";

  export default class ILI9341 extends PixelsOut {
    constructor(options: object);
  }
}

declare module "x509" {
  import type { Curve } from "ecdsa";

  export type PublicKey =
    | { readonly modulus: bigint; readonly exponent: bigint }
    | { readonly curve: Curve; readonly pub: object };
  const X509: { decodeSPKI(certificate: Uint8Array): PublicKey };
  export default X509;
}

declare module "ecdsa" {
  export interface Curve {
    readonly orderSize: number;
  }
  export default class ECDSA {
    constructor(key: object, curve: Curve);
    verify(hash: ArrayBuffer, signature: Uint8Array, der: true): boolean;
  }
}

declare module "pkcs1_5" {
  export default class PKCS1_5 {
    constructor(key: { readonly modulus: bigint; readonly exponent: bigint }, isPrivate: false, oid: readonly number[]);
    verify(hash: ArrayBuffer, signature: Uint8Array): boolean;
  }
}
