import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { SocketOptions } from "../../../hal/ports/network.js";
import type { Scheduler } from "../clock/scheduler.js";
import { describe, dial, whenOpen } from "./dial.js";
import type { Far, FarEvents, Network } from "./network.js";

/** How long the socket of a box that vanished stays open, so that its broker notices by its own means. */
const ABANDONED_MS = 120_000;

/** Real TCP and TLS connections of the host. Needs a paced driver. */
export class RealNetwork implements Network {
  readonly #scheduler: Scheduler;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #open = new Set<Socket>();
  readonly #abandoned = new Set<Socket>();

  /** `addresses`: IP addresses of host names that are not in the DNS; certificates are still checked against the names. */
  constructor(scheduler: Scheduler, options: { addresses?: Readonly<Record<string, string>> } = {}) {
    this.#scheduler = scheduler;
    this.#addresses = options.addresses ?? {};
  }

  get external(): boolean {
    return this.#open.size > 0;
  }

  connect(options: SocketOptions, events: FarEvents): Far {
    const socket = dial(options, this.#addresses[options.host]);
    this.#open.add(socket);
    const state = { over: false, error: undefined as string | undefined };
    const post = (work: () => void) =>
      this.#scheduler.post(() => {
        if (!state.over) work();
      });
    socket.setNoDelay(true);
    whenOpen(socket, options, (validity) => post(() => events.opened(validity)));
    socket.on("data", (bytes: Buffer) => post(() => events.data(new Uint8Array(bytes))));
    socket.on("drain", () => post(() => events.drained()));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      state.error = describe(error, options);
    });
    socket.on("close", () => {
      // Counted as open until the scheduler has told the box, or virtual time would jump ahead of the news.
      this.#scheduler.post(() => {
        this.#open.delete(socket);
        this.#abandoned.delete(socket);
        if (state.over) return;
        state.over = true;
        events.closed(state.error);
      });
    });
    const leave = () => {
      state.over = true;
      this.#open.delete(socket);
    };
    return {
      send: (bytes) => socket.write(bytes),
      flow: (on) => void (on ? socket.resume() : socket.pause()),
      end: () => {
        state.over = true;
        socket.resume();
        socket.end();
      },
      reset: () => {
        leave();
        // Node can reset a bare TCP socket only.
        if (socket instanceof TLSSocket) socket.destroy();
        else socket.resetAndDestroy();
      },
      abandon: () => {
        leave();
        this.#abandon(socket);
      },
    };
  }

  close(): void {
    for (const socket of [...this.#open, ...this.#abandoned]) socket.destroy();
    this.#open.clear();
    this.#abandoned.clear();
  }

  #abandon(socket: Socket): void {
    socket.pause();
    socket.unref();
    this.#abandoned.add(socket);
    setTimeout(() => {
      this.#abandoned.delete(socket);
      socket.destroy();
    }, ABANDONED_MS).unref();
  }
}
