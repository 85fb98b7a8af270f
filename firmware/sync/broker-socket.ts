import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { LinkPort, Links, SocketPort } from "../../hal/ports/network.js";
import type { Identity } from "../identity/contract.js";
import { WebSocketStream } from "./websocket/web-socket.js";

/** Opens what MQTT goes over to the broker of the identity: TCP, TLS, or a WebSocket inside either. */
export function brokerSocket(
  links: Links,
  link: LinkPort,
  broker: Identity["broker"],
  entropy: EntropyPort,
): SocketPort {
  const { host, port, authority, path, alpn, certificate, certificateKey } = broker;
  const socket = links.connect(link, {
    host,
    port,
    ...(authority === undefined ? {} : { tlsAuthority: authority }),
    ...(alpn === undefined ? {} : { alpn }),
    ...(certificate === undefined || certificateKey === undefined
      ? {}
      : { tlsIdentity: { certificate, key: certificateKey } }),
  });
  return path === undefined ? socket : new WebSocketStream(socket, { host, port, path }, entropy);
}
