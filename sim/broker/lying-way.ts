import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import mqtt, { type Packet } from "mqtt-packet";
import type { TlsIdentity } from "../../hal/ports/network.js";
import { listenOnLoopback } from "../cloud/listen.js";

/** One connection between a box and its broker, as whoever stands between them sees it. */
export interface Between {
  /** MQTT's protocol level that the box asked for: 4 is 3.1.1. */
  readonly version: number;
  toBox(packet: Packet): void;
  toBroker(packet: Packet): void;
  /** Both ends are closed, after what was sent before. */
  end(): void;
}

/** What becomes of a packet: nothing more than what this does with it. */
export type Lie = (packet: Packet, from: "box" | "broker", between: Between) => void;

/** Each connection is lied to anew. */
export type Liar = () => Lie;

export const HONEST: Liar = () => (packet, from, between) =>
  from === "box" ? between.toBroker(packet) : between.toBox(packet);

/**
 * A proxy on loopback that reads MQTT and tells a box other things than its broker does: the broker that is seen through it keeps less than
 * it says. With `tls` it has the broker's own certificate, as that broker would.
 */
export class LyingWay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  liar = HONEST;

  private constructor(
    targetPort: number,
    tls: { readonly identity: TlsIdentity; readonly authority: string } | undefined,
  ) {
    const accept = (near: Socket) => {
      const target = { host: "127.0.0.1", port: targetPort, noDelay: true };
      const far = tls ? connectTls({ ...target, ca: tls.authority, servername: "localhost" }) : connect(target);
      near.setNoDelay(true);
      this.#join(near, far);
    };
    this.#server = tls
      ? createTlsServer({ cert: tls.identity.certificate, key: tls.identity.key }, accept)
      : createServer(accept);
  }

  static async start(
    targetPort: number,
    tls?: { readonly identity: TlsIdentity; readonly authority: string },
  ): Promise<LyingWay> {
    const way = new LyingWay(targetPort, tls);
    await listenOnLoopback(way.#server, 0);
    return way;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends every connection that there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket, far: Socket): void {
    const lie = this.liar();
    let version = 4;
    const between: Between = {
      get version() {
        return version;
      },
      toBox: (packet) => void (near.writable && near.write(mqtt.generate(packet, { protocolVersion: version }))),
      toBroker: (packet) => void (far.writable && far.write(mqtt.generate(packet, { protocolVersion: version }))),
      end: () => {
        near.end();
        far.destroy();
      },
    };
    const parsers = [near, far].map((socket) => {
      const from = socket === near ? "box" : "broker";
      const parser = mqtt.parser({ protocolVersion: 4 });
      parser.on("packet", (packet: Packet) => {
        if (packet.cmd === "connect" && packet.protocolVersion === 5) speak5();
        lie(packet, from, between);
      });
      // What is no MQTT comes from nobody here; whoever sent it is not understood.
      parser.on("error", () => between.end());
      socket.on("data", (bytes: Buffer) => {
        if (from === "broker" && version === 5 && isOlderConnack(bytes)) near.write(bytes);
        else parser.parse(bytes);
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
      this.#sockets.add(socket);
      return parser;
    });
    const speak5 = (): void => {
      version = 5;
      for (const parser of parsers) {
        (parser as unknown as { readonly settings: { protocolVersion: number } }).settings.protocolVersion = 5;
      }
    };
  }
}

/** CONNACK of 3.1.1, with which a broker without MQTT 5 answers: it has no properties. */
function isOlderConnack(bytes: Buffer): boolean {
  return bytes[0] === 0x20 && bytes[1] === 2;
}
