/** Modules and globals of the SDK that its own typings do not have. */

/** The SDK's screen; there is none on a board without a display. */
declare const screen: import("commodetto/PixelsOut").default & {
  context: { onTouchBegan?: (id: number, x: number, y: number) => void };
};

declare module "embedded:io/socket/tcp/tls" {
  import type TCP from "embedded:io/socket/tcp";
  import type { Options as TCPOptions } from "embedded:io/socket/tcp";

  export interface TLSOptions {
    readonly TCP: { readonly io: new (options: TCPOptions) => TCP };
    readonly host: string;
    readonly address: string;
    readonly port: number;
    readonly nodelay: boolean;
    readonly secure: { readonly certificate: ArrayBuffer };
    readonly onReadable: () => void;
    readonly onWritable: (bytes: number) => void;
    readonly onError: () => void;
  }
  export default class TLSSocket {
    constructor(options: TLSOptions);
    read(): ArrayBuffer | undefined;
    write(bytes: Uint8Array): number;
    close(): void;
  }
}
