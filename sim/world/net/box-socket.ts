import type { SocketOptions, SocketPort, Validity } from "../../../hal/ports/network.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import type { Backhaul } from "./backhaul.js";
import { Flow } from "./flow.js";
import type { Far, Network } from "./network.js";
import { SignInPage } from "./sign-in-page.js";

/** The box's TCP send buffer (lwIP on the reference boards). */
const SEND_BYTES = 8_192;
/** Bytes on their way to the box at which the far end is held back. */
const RECEIVE_BYTES = 16_384;
/** A SYN without an answer is given up after this, as lwIP's retransmissions do. */
const CONNECT_MS = 21_000;

export interface BoxSocketOptions {
  readonly site: Site;
  readonly life: Life;
  readonly network: Network;
  readonly backhaul: Backhaul | undefined;
  readonly linkName: string;
  readonly target: SocketOptions;
  /** Bytes that may be on their way until the far end has acknowledged them; undefined: only what waits for the link is counted. */
  readonly sendWindowBytes: number | undefined;
  readonly onGone: (socket: BoxSocket) => void;
}

/** One socket of one boot over one backhaul. */
export class BoxSocket {
  readonly port: SocketPort;
  #validity: Validity | undefined;
  readonly #options: BoxSocketOptions;
  readonly #name: string;
  #state: "connecting" | "open" | "closed" = "connecting";
  #far: Far | undefined;
  #out: Flow | undefined;
  #in: Flow | undefined;
  /** Arrived, with the acknowledgement still on its way back. */
  #unacknowledgedBytes = 0;
  /** `write` took less than it was given, and the box waits for `onWritable`. */
  #short = false;
  #closedByBox = false;
  #writableDue = false;
  #giveUp: ScheduledEvent | undefined;
  #leaveBackhaul: (() => void) | undefined;

  constructor(options: BoxSocketOptions) {
    this.#options = options;
    this.#name = `${options.target.host}:${options.target.port}`;
    const socket = this;
    this.port = {
      get validity() {
        options.life.check();
        return socket.#validity;
      },
      onOpen: undefined,
      onData: undefined,
      onWritable: undefined,
      onClose: undefined,
      write: (bytes) => {
        options.life.check();
        return this.#write(bytes);
      },
      get writable() {
        options.life.check();
        return socket.#room;
      },
      close: () => {
        options.life.check();
        this.#close();
      },
    };
    this.#trace("connect");
    const { backhaul, site } = options;
    if (backhaul === undefined) this.#fail(`${options.linkName} is down`);
    else {
      this.#leaveBackhaul = backhaul.use({
        changed: () => this.#backhaulChanged(),
        broken: (error) => this.#broken(error),
      });
      this.#giveUp = site.scheduler.after(CONNECT_MS, () => this.#fail(`connect to ${this.#name} timed out`));
      site.scheduler.after(2 * backhaul.latencyMs, () => this.#dial(backhaul));
    }
  }

  /** The link under the socket is gone: the box sees an error, the far end hears nothing. */
  linkLost(error: string): void {
    if (this.#state === "closed" && this.#far === undefined) return;
    this.#far?.abandon();
    this.#far = undefined;
    if (this.#state !== "closed") this.#fail(error);
    else this.#letGo();
  }

  get #room(): number {
    if (this.#state !== "open") return 0;
    const used = (this.#out?.queuedBytes ?? 0) + this.#unacknowledgedBytes;
    return Math.max(0, (this.#options.sendWindowBytes ?? SEND_BYTES) - used);
  }

  #write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#room);
    if (taken < bytes.length) this.#short = true;
    if (taken > 0) this.#out?.push(bytes.subarray(0, taken));
    return taken;
  }

  #close(): void {
    this.#closedByBox = true;
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#trace("close");
    this.#options.site.scheduler.cancel(this.#giveUp);
    this.#in?.discard();
    const far = this.#far;
    if (!wasOpen || far === undefined) {
      far?.reset();
      this.#letGo();
      return;
    }
    const mode = this.#options.backhaul?.mode;
    if (mode === "blackHole" || mode === "noInternet") {
      // Neither the rest nor the end gets through, and the connection would not live through the fault.
      far.abandon();
      this.#letGo();
      return;
    }
    // What was written goes out before the end of the stream does.
    far.flow(true);
    this.#out?.finish(() => {
      far.end();
      this.#letGo();
    });
  }

  #dial(backhaul: Backhaul): void {
    if (this.#state !== "connecting" || this.#far !== undefined || !this.#options.life.running) return;
    if (backhaul.mode === "noInternet") {
      this.#fail(`cannot resolve ${this.#options.target.host}: no internet behind ${this.#options.linkName}`);
      return;
    }
    if (!backhaul.flowing) return;
    const { scheduler } = this.#options.site;
    const random = this.#options.site.random(`socket ${scheduler.nowMs}`);
    this.#in = new Flow({ scheduler, backhaul, random, take: (bytes) => this.#arrive(bytes) });
    this.#out = new Flow({ scheduler, backhaul, random, take: (bytes) => this.#leave(bytes, backhaul) });
    this.#in.onSpace = () => {
      if ((this.#in?.queuedBytes ?? 0) <= RECEIVE_BYTES / 2) this.#far?.flow(true);
    };
    this.#out.onSpace = () => this.#tellWritable();
    const network = backhaul.mode === "signIn" ? new SignInPage(scheduler) : this.#options.network;
    this.#far = network.connect(this.#options.target, {
      opened: (validity) => this.#opened(validity),
      data: (bytes) => this.#incoming(bytes),
      drained: () => this.#out?.release(),
      closed: (error) => this.#farClosed(error),
    });
  }

  /** What has reached the far end takes up the send buffer until the acknowledgement is back. */
  #leave(bytes: Uint8Array, backhaul: Backhaul): boolean {
    if (this.#options.sendWindowBytes !== undefined) {
      this.#unacknowledgedBytes += bytes.length;
      this.#options.site.scheduler.after(backhaul.latencyMs, () => {
        this.#unacknowledgedBytes -= bytes.length;
        this.#tellWritable();
      });
    }
    return this.#far?.send(bytes) ?? true;
  }

  #opened(validity: Validity | undefined): void {
    if (this.#state !== "connecting") return;
    this.#validity = validity;
    this.#options.site.scheduler.cancel(this.#giveUp);
    this.#state = "open";
    this.#trace("open");
    this.#options.life.call(() => {
      if (this.#state === "open") this.port.onOpen?.();
    });
  }

  #incoming(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#in?.push(bytes);
    if ((this.#in?.queuedBytes ?? 0) >= RECEIVE_BYTES) this.#far?.flow(false);
  }

  /** A busy box reads nothing: the rest waits on its way, and at last at the far end. */
  #arrive(bytes: Uint8Array): boolean {
    const { life } = this.#options;
    const isAtOnce = life.idle;
    life.call(() => {
      if (this.#state === "open") this.port.onData?.(bytes);
      if (!isAtOnce) this.#in?.release();
    });
    return isAtOnce;
  }

  #tellWritable(): void {
    if (!this.#short || this.#writableDue || this.#state !== "open") return;
    this.#writableDue = true;
    this.#options.site.scheduler.after(0, () => {
      this.#writableDue = false;
      this.#options.life.call(() => {
        if (this.#state !== "open" || this.#room === 0) return;
        this.#short = false;
        this.port.onWritable?.();
      });
    });
  }

  #farClosed(error?: string): void {
    this.#far = undefined;
    if (this.#state === "closed") this.#letGo();
    else if (error !== undefined || this.#state === "connecting") this.#fail(error ?? "closed before it was open");
    // Bytes that are still on their way arrive before the end of the stream does.
    else this.#in?.finish(() => this.#fail(undefined));
  }

  /** Broken on the way, by the network: both ends learn it. */
  #broken(error: string): void {
    if (this.#state === "connecting" && this.#far === undefined) return;
    this.#far?.reset();
    this.#far = undefined;
    if (this.#state === "closed") this.#letGo();
    else this.#fail(error);
  }

  #backhaulChanged(): void {
    this.#in?.kick();
    this.#out?.kick();
    const backhaul = this.#options.backhaul;
    if (backhaul !== undefined && this.#state === "connecting") {
      this.#options.site.scheduler.after(2 * backhaul.latencyMs, () => this.#dial(backhaul));
    }
  }

  /** Ends the socket and tells the firmware, from the loop. `error` undefined: the far end closed cleanly. */
  #fail(error: string | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#trace(error === undefined ? "closed by the far end" : `error ${error}`);
    this.#far?.reset();
    this.#letGo();
    this.#options.site.scheduler.after(0, () => {
      // The box closed its end between the error and now: no callback may follow that.
      this.#options.life.call(() => {
        if (!this.#closedByBox) this.port.onClose?.(error);
      });
    });
  }

  #letGo(): void {
    this.#far = undefined;
    this.#options.site.scheduler.cancel(this.#giveUp);
    this.#in?.discard();
    this.#out?.discard();
    this.#leaveBackhaul?.();
    this.#leaveBackhaul = undefined;
    this.#options.onGone(this);
  }

  #trace(event: string): void {
    this.#options.site.trace("net", `${this.#options.linkName} ${this.#name} ${event}`);
  }
}
