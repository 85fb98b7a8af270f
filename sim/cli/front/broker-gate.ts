import type { SocketOptions } from "../../../hal/ports/network.js";
import type { Scheduler } from "../../world/clock/scheduler.js";
import type { Far, FarEvents, Network } from "../../world/net/network.js";

/**
 * The boxes' way to their broker, which can be taken away: connections break and new ones are refused, as by a server whose
 * broker was stopped.
 */
export class BrokerGate implements Network {
  readonly #network: Network;
  readonly #scheduler: Scheduler;
  readonly #open = new Map<Far, FarEvents>();
  #isUp = true;

  constructor(network: Network, scheduler: Scheduler) {
    this.#network = network;
    this.#scheduler = scheduler;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  set isUp(isUp: boolean) {
    this.#isUp = isUp;
    if (isUp) return;
    for (const [far, events] of [...this.#open]) {
      far.reset();
      this.#scheduler.post(() => events.closed("connection reset"));
    }
  }

  get external(): boolean {
    return this.#network.external;
  }

  connect(options: SocketOptions, events: FarEvents): Far {
    if (!this.#isUp) {
      const refused = this.#scheduler.post(() => events.closed("connection refused"));
      const none = () => this.#scheduler.cancel(refused);
      return { send: () => true, flow: () => {}, end: none, reset: none, abandon: none };
    }
    const far = this.#network.connect(options, {
      opened: (validity) => events.opened(validity),
      data: (bytes) => events.data(bytes),
      drained: () => events.drained(),
      closed: (error) => {
        if (this.#open.delete(handle)) events.closed(error);
      },
    });
    const forgetting = (end: () => void) => () => {
      this.#open.delete(handle);
      end();
    };
    const handle: Far = {
      send: (bytes) => far.send(bytes),
      flow: (on) => far.flow(on),
      end: forgetting(() => far.end()),
      reset: forgetting(() => far.reset()),
      abandon: forgetting(() => far.abandon()),
    };
    this.#open.set(handle, events);
    return handle;
  }

  close(): void {
    this.#network.close();
  }
}
