import type { LinkPort, Links, SocketPort, WifiPort } from "../ports/network.js";
import { BridgeError, Call, Event, MAX_MESSAGE_BYTES } from "./codes.js";
import type { MessageReader, MessageWriter } from "./message.js";

/** Begins an EVENT message; `deliver` sends what was begun. */
export interface EventOut {
  begin(event: number): MessageWriter;
  deliver(): void;
}

/** Bytes of an event about a socket besides its data: type, event, socket, length. */
const DATA_OVERHEAD_BYTES = 8;

/** Serves the calls about links, Wi-Fi and sockets, and tells the engine of their events. */
export class DeviceLinks {
  readonly #links: Links;
  readonly #out: EventOut;
  readonly #sockets = new Map<number, SocketPort>();
  #lastSocket = 0;
  /** Of a message that the engine takes. */
  maxMessageBytes: number = MAX_MESSAGE_BYTES;

  constructor(links: Links, out: EventOut) {
    this.#links = links;
    this.#out = out;
    links.all.forEach((link, index) => {
      link.onChange = (up) => {
        out.begin(Event.link).u8(index).flag(up);
        out.deliver();
      };
    });
  }

  serve(operation: number, reader: MessageReader, reply: MessageWriter): void {
    switch (operation) {
      case Call.linkUp:
        reply.flag(this.#link(reader).up);
        break;
      case Call.linkStart:
        this.#link(reader).start();
        break;
      case Call.linkStop:
        this.#link(reader).stop();
        break;
      case Call.wifiScan:
        this.#scan(reader.u32());
        break;
      case Call.wifiJoin:
        this.#join(reader.u32(), reader.text(), reader.text());
        break;
      case Call.wifiForget:
        this.#wifi().forget();
        break;
      case Call.connect:
        reply.u32(this.#connect(reader));
        break;
      case Call.socketWrite: {
        const socket = this.#socket(reader.u32());
        reply.u32(socket.write(reader.bytes()));
        break;
      }
      case Call.socketWritable:
        reply.u32(this.#socket(reader.u32()).writable);
        break;
      case Call.socketClose: {
        const id = reader.u32();
        const socket = this.#socket(id);
        this.#sockets.delete(id);
        socket.close();
        break;
      }
      default:
        throw new BridgeError(`unknown call ${operation}`);
    }
  }

  #link(reader: MessageReader): LinkPort {
    const index = reader.u8();
    const link = this.#links.all[index];
    if (link === undefined) throw new BridgeError(`no link ${index}`);
    return link;
  }

  #wifi(): WifiPort {
    const { wifi } = this.#links;
    if (wifi === undefined) throw new BridgeError("no Wi-Fi is fitted");
    return wifi;
  }

  #socket(id: number): SocketPort {
    const socket = this.#sockets.get(id);
    if (socket === undefined) throw new BridgeError(`no socket ${id}`);
    return socket;
  }

  #scan(request: number): void {
    this.#wifi().scan((networks, error) => {
      this.#out.begin(Event.wifiScanned).u32(request).json(networks).optionalText(error);
      this.#out.deliver();
    });
  }

  #join(request: number, ssid: string, passphrase: string): void {
    this.#wifi().join(ssid, passphrase, (error) => {
      this.#out.begin(Event.wifiJoined).u32(request).optionalText(error);
      this.#out.deliver();
    });
  }

  #connect(reader: MessageReader): number {
    const link = this.#link(reader);
    const host = reader.text();
    const port = reader.f64();
    const tlsAuthority = reader.optionalText();
    const alpn = reader.optionalText();
    const certificate = reader.optionalText();
    const key = reader.optionalText();
    const socket = this.#links.connect(link, {
      host,
      port,
      ...(tlsAuthority !== undefined && { tlsAuthority }),
      ...(alpn !== undefined && { alpn }),
      ...(certificate !== undefined && key !== undefined && { tlsIdentity: { certificate, key } }),
    });
    const id = ++this.#lastSocket;
    this.#sockets.set(id, socket);
    socket.onOpen = () => {
      const { validity } = socket;
      this.#out.begin(Event.socketOpen).u32(id).optionalF64(validity?.from).optionalF64(validity?.until);
      this.#out.deliver();
    };
    socket.onData = (bytes) => this.#data(id, bytes);
    socket.onWritable = () => this.#tell(Event.socketWritable, id);
    socket.onClose = (error) => {
      this.#sockets.delete(id);
      this.#out.begin(Event.socketClosed).u32(id).optionalText(error);
      this.#out.deliver();
    };
    return id;
  }

  #tell(event: number, id: number): void {
    this.#out.begin(event).u32(id);
    this.#out.deliver();
  }

  #data(id: number, bytes: Uint8Array): void {
    const most = this.maxMessageBytes - DATA_OVERHEAD_BYTES;
    for (let at = 0; at < bytes.length; at += most) {
      // The firmware may close the socket between two pieces.
      if (!this.#sockets.has(id)) return;
      this.#out
        .begin(Event.socketData)
        .u32(id)
        .bytes(bytes.subarray(at, at + most));
      this.#out.deliver();
    }
  }
}
