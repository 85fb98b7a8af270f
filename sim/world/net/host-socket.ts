import type { SocketOptions, SocketPort, Validity } from "../../../hal/ports/network.js";
import { describe, dial, whenOpen } from "./dial.js";

/** The box's TCP send buffer (lwIP on the reference boards). */
const SEND_BYTES = 8_192;

/** A socket of the host as the firmware sees one, in real time and without a simulated link. */
export interface HostSocket extends SocketPort {
  /** Stops reading and writing, as a box that lost its network: the far end is not told. */
  silence(): void;
  /** The connection breaks: the far end is told by a reset, where TCP can, and the box's code is not. */
  cut(): void;
}

export function hostSocket(options: SocketOptions): HostSocket {
  const socket = dial(options);
  const isTls = options.tlsAuthority !== undefined;
  let open = false;
  let closed = false;
  let silent = false;
  let short = false;
  let error: string | undefined;
  let validity: Validity | undefined;
  const port: HostSocket = {
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    get validity() {
      return validity;
    },
    get writable() {
      return open && !closed && !silent ? Math.max(0, SEND_BYTES - socket.writableLength) : 0;
    },
    write(bytes) {
      const taken = Math.min(bytes.length, this.writable);
      short ||= taken < bytes.length;
      // A copy: the firmware may use the buffer again.
      if (taken > 0) socket.write(bytes.slice(0, taken));
      return taken;
    },
    close() {
      closed = true;
      socket.destroy();
    },
    silence() {
      silent = true;
      socket.pause();
    },
    cut() {
      closed = true;
      if (isTls) socket.destroy();
      else socket.resetAndDestroy();
    },
  };
  socket.setNoDelay(true);
  const tell = (work: () => void) => {
    if (!closed && !silent) work();
  };
  whenOpen(socket, options, (certificates) =>
    tell(() => {
      open = true;
      validity = certificates;
      port.onOpen?.();
    }),
  );
  socket.on("data", (bytes: Buffer) => tell(() => port.onData?.(new Uint8Array(bytes))));
  socket.on("drain", () =>
    tell(() => {
      if (!short) return;
      short = false;
      port.onWritable?.();
    }),
  );
  socket.on("error", (cause: NodeJS.ErrnoException) => {
    error = describe(cause, options);
  });
  // The far end has ended its half; the box keeps no half-open streams.
  socket.on("end", () => socket.destroy());
  socket.on("close", () =>
    tell(() => {
      closed = true;
      port.onClose?.(error);
    }),
  );
  return port;
}
