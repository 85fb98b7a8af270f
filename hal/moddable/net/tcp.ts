import TCP from "embedded:io/socket/tcp";
import type { OpenStream } from "../../io/stream.js";
import { enter } from "../crash.js";

/** Plain TCP. */
export function tcp(port: number): OpenStream {
  return (address, events) => {
    const socket = new TCP({
      address,
      port,
      nodelay: true,
      onReadable: () => enter(() => events.streamReadable()),
      onWritable: (bytes) => enter(() => events.streamWritable(bytes)),
      onError: () => enter(() => events.streamFailed()),
    });
    return {
      write: (bytes) => socket.write(bytes),
      read: () => socket.read() as ArrayBuffer | undefined,
      close: () => socket.close(),
    };
  };
}
