/**
 * What this folder uses of the SDK, for the project's own type checks. `mcconfig` checks the same sources against the SDK's
 * typings, which have much more.
 */

declare function native(name: string): (...args: unknown[]) => never;
declare function Native(name: string): new () => object;
declare function trace(text: string): void;

interface ArrayBufferConstructor {
  fromString(text: string): ArrayBuffer;
}
interface StringConstructor {
  fromArrayBuffer(bytes: ArrayBuffer): string;
}

declare module "timer" {
  class Timer {
    static set(callback: () => void, delayMs?: number): Timer;
    static clear(timer: Timer): void;
    /** Holds everything up. */
    static delay(ms: number): void;
    private brand: boolean;
  }
  export default Timer;
}

declare module "crypt" {
  export class Digest {
    constructor(type: "SHA256" | "SHA384" | "SHA512");
    write(bytes: ArrayBuffer): void;
    close(): ArrayBuffer;
  }
}

declare module "debug" {
  const Debug: { gc(): void };
  export default Debug;
}

declare module "instrumentation" {
  const Instrumentation: {
    map(name: "XS Slot Heap Used" | "XS Chunk Heap Used" | "XS Keys Used"): number | undefined;
    get(what: number | undefined): number | undefined;
  };
  export default Instrumentation;
}

declare module "net" {
  const Net: { resolve(host: string, done: (name: string, address?: string) => void): void };
  export default Net;
}

declare module "preference" {
  const Preference: {
    get(domain: string, key: string): string | boolean | number | ArrayBuffer | undefined;
    set(domain: string, key: string, value: string): void;
    delete(domain: string, key: string): void;
  };
  export default Preference;
}

declare module "Resource" {
  const Resource: new (path: string) => ArrayBuffer;
  export default Resource;
}

declare module "commodetto/PixelsOut" {
  export default class PixelsOut {
    private brand: boolean;
  }
}

declare module "commodetto/Bitmap" {
  export default class Bitmap {
    static readonly Gray16: number;
    constructor(width: number, height: number, format: number, bytes: ArrayBuffer, offset: number);
    private brand: boolean;
  }
}

declare module "commodetto/Poco" {
  import type Bitmap from "commodetto/Bitmap";
  import type PixelsOut from "commodetto/PixelsOut";

  export interface PocoPrototype {
    readonly width: number;
    readonly height: number;
    begin(x?: number, y?: number, width?: number, height?: number): void;
    end(): void;
    makeColor(red: number, green: number, blue: number): number;
    fillRectangle(color: number, x: number, y: number, width: number, height: number): void;
    drawGray(
      bits: Bitmap,
      color: number,
      x: number,
      y: number,
      sourceX: number,
      sourceY: number,
      sourceWidth: number,
      sourceHeight: number,
    ): void;
  }
  const Poco: new (screen: PixelsOut, options: { displayListLength: number }) => PocoPrototype;
  export default Poco;
}

declare module "embedded:io/socket/tcp" {
  export interface Options {
    readonly address: string;
    readonly port: number;
    readonly nodelay?: boolean;
    readonly onReadable?: (this: TCP, bytes: number) => void;
    readonly onWritable?: (this: TCP, bytes: number) => void;
    readonly onError?: (this: TCP) => void;
  }
  export default class TCP {
    constructor(options: Options);
    /** Into `into`: the count of bytes. Without it: the byte or the buffer that is there. */
    read(into?: Uint8Array): number | ArrayBuffer;
    write(bytes: Uint8Array | ArrayBuffer): void;
    close(): void;
  }
}

declare module "embedded:storage/flash" {
  export interface Flash {
    eraseBlock(block: number): void;
    read(into: Uint8Array, offset: number): number;
    write(bytes: Uint8Array, offset: number): void;
    status(): { readonly size: number; readonly blockLength: number };
  }
  const FlashStorage: { open(options: { path: string; mode?: "r" | "r+" }): Flash };
  export default FlashStorage;
}

declare module "embedded:network/interface/wifi" {
  export default class WiFi {
    constructor(options: { onChanged?: (property: "connection" | "address") => void });
    readonly connection: number;
    scan(options: {
      onFound?: (result: { SSID: string; channel: number; RSSI: number }) => void;
      onComplete?: () => void;
    }): void;
    connect(options: { SSID: string; password?: string }): void;
    disconnect(): void;
    close(): void;
  }
}

declare module "embedded:io/digital" {
  export default class Digital {
    static readonly Input: number;
    static readonly InputPullUp: number;
    static readonly Output: number;
    static readonly Rising: number;
    static readonly Falling: number;
    constructor(options: { pin: number; mode: number; edge?: number; onReadable?: () => void });
    read(): 0 | 1;
    write(level: 0 | 1): void;
    close(): void;
  }
}

declare module "embedded:io/smbus" {
  export default class SMBus {
    private brand: boolean;
  }
}

declare module "embedded:io/serial" {
  export default class Serial {
    constructor(options: {
      receive: number;
      transmit: number;
      baud: number;
      port: number;
      format: "buffer";
      onReadable?: () => void;
      onWritable?: (bytes: number) => void;
    });
    read(): number | ArrayBuffer | undefined;
    write(bytes: Uint8Array): void;
    close(): void;
  }
}

declare module "embedded:io/pwm" {
  export default class PWM {
    constructor(options: { pin: number; hz?: number });
    readonly resolution: number;
    write(value: number): void;
  }
}

declare module "hal/moddable/net/certificate-manager" {
  const CertificateManager: unknown;
  export default CertificateManager;
}
