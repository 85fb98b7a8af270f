import type {
  LinkKind,
  LinkPort,
  Links,
  SocketOptions,
  SocketPort,
  Validity,
  WifiNetwork,
  WifiPort,
} from "../ports/network.js";
import type { Caller } from "./caller.js";
import { BridgeError, Call, Event } from "./codes.js";
import type { MessageReader } from "./message.js";

type Scanned = (networks: readonly WifiNetwork[], error?: string) => void;
type Joined = (error?: string) => void;

/** A socket whose `validity` comes with the event that opens it. */
type MachineSocket = SocketPort & { validity: Validity | undefined };

/** Links, Wi-Fi and sockets made of calls. */
export class EngineLinks implements Links {
  readonly all: readonly LinkPort[];
  readonly wifi: WifiPort | undefined;
  readonly #caller: Caller;
  readonly #sockets = new Map<number, MachineSocket>();
  readonly #scans = new Requests<Scanned>();
  readonly #joins = new Requests<Joined>();

  constructor(caller: Caller, kinds: readonly LinkKind[]) {
    this.#caller = caller;
    const wifi = kinds.indexOf("wifi");
    if (wifi >= 0) this.wifi = this.#wifi(wifi);
    this.all = kinds.map((kind, index) => (kind === "wifi" ? this.wifi! : this.#link(index, kind)));
  }

  connect(link: LinkPort, { host, port, tlsAuthority, tlsIdentity, alpn }: SocketOptions): SocketPort {
    const index = this.all.indexOf(link);
    if (index < 0) throw new RangeError("the link is not one of this boot's");
    this.#caller
      .begin(Call.connect)
      .u8(index)
      .text(host)
      .f64(port)
      .optionalText(tlsAuthority)
      .optionalText(alpn)
      .optionalText(tlsIdentity?.certificate)
      .optionalText(tlsIdentity?.key);
    const id = this.#caller.ask().u32();
    const socket = this.#socket(id);
    this.#sockets.set(id, socket);
    return socket;
  }

  /** Takes an event of links, Wi-Fi or sockets. */
  take(event: number, reader: MessageReader): void {
    switch (event) {
      case Event.link: {
        const link = this.all[reader.u8()];
        link?.onChange?.(reader.flag());
        break;
      }
      case Event.wifiScanned: {
        const done = this.#scans.take(reader.u32());
        const networks = reader.json() as readonly WifiNetwork[];
        const error = reader.optionalText();
        // As the port has it: on success there is no second argument.
        if (error === undefined) done?.(networks);
        else done?.(networks, error);
        break;
      }
      case Event.wifiJoined:
        this.#joins.take(reader.u32())?.(reader.optionalText());
        break;
      case Event.socketOpen:
        this.#opened(reader.u32(), reader.optionalF64(), reader.optionalF64());
        break;
      case Event.socketData:
        // The firmware owns what it is given; the message belongs to the bridge.
        this.#sockets.get(reader.u32())?.onData?.(reader.bytes().slice());
        break;
      case Event.socketWritable:
        this.#sockets.get(reader.u32())?.onWritable?.();
        break;
      case Event.socketClosed: {
        const id = reader.u32();
        const socket = this.#sockets.get(id);
        this.#sockets.delete(id);
        socket?.onClose?.(reader.optionalText());
        break;
      }
      default:
        throw new BridgeError(`unknown event ${event}`);
    }
  }

  #opened(id: number, from: number | undefined, until: number | undefined): void {
    const socket = this.#sockets.get(id);
    if (socket === undefined) return;
    if (from !== undefined && until !== undefined) socket.validity = { from, until };
    socket.onOpen?.();
  }

  #link<K extends LinkKind>(index: number, kind: K): LinkPort & { readonly kind: K } {
    const caller = this.#caller;
    return {
      kind,
      get up() {
        caller.begin(Call.linkUp).u8(index);
        return caller.ask().flag();
      },
      onChange: undefined,
      start() {
        caller.begin(Call.linkStart).u8(index);
        caller.tell();
      },
      stop() {
        caller.begin(Call.linkStop).u8(index);
        caller.tell();
      },
    };
  }

  #wifi(index: number): WifiPort {
    const caller = this.#caller;
    const scans = this.#scans;
    const joins = this.#joins;
    // Object.assign keeps the object, and with it the getter.
    return Object.assign(this.#link(index, "wifi"), {
      scan(done: Scanned) {
        caller.begin(Call.wifiScan).u32(scans.add(done));
        caller.tell();
      },
      join(ssid: string, passphrase: string, done: Joined) {
        caller.begin(Call.wifiJoin).u32(joins.add(done)).text(ssid).text(passphrase);
        caller.tell();
      },
      forget() {
        caller.begin(Call.wifiForget);
        caller.tell();
      },
    });
  }

  #socket(id: number): MachineSocket {
    const caller = this.#caller;
    const sockets = this.#sockets;
    return {
      validity: undefined,
      onOpen: undefined,
      onData: undefined,
      onWritable: undefined,
      onClose: undefined,
      write(bytes) {
        if (!sockets.has(id)) return 0;
        caller.begin(Call.socketWrite).u32(id).bytes(bytes);
        return caller.ask().u32();
      },
      get writable() {
        if (!sockets.has(id)) return 0;
        caller.begin(Call.socketWritable).u32(id);
        return caller.ask().u32();
      },
      close() {
        if (!sockets.delete(id)) return;
        caller.begin(Call.socketClose).u32(id);
        caller.tell();
      },
    };
  }
}

/** Callbacks that wait for one answer each. An answer also ends the requests before it: a newer one has replaced them. */
class Requests<T> {
  readonly #waiting = new Map<number, T>();
  #last = 0;

  add(done: T): number {
    this.#last++;
    this.#waiting.set(this.#last, done);
    return this.#last;
  }

  take(request: number): T | undefined {
    const done = this.#waiting.get(request);
    for (const id of [...this.#waiting.keys()]) if (id <= request) this.#waiting.delete(id);
    return done;
  }
}
