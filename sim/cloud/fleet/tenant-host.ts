import { randomBytes } from "node:crypto";
import type { TimersPort } from "../../../hal/ports/clock.js";
import type { SendLetter } from "../outward/mailer.js";
import { Outward } from "../outward/outward.js";
import { poster } from "../outward/post.js";
import type { Shelf } from "../releases/shelf.js";
import { CloudService } from "../service.js";
import type { StoreEngine } from "../store/engine.js";
import { CloudStore } from "../store.js";
import type { CloudTransport } from "../transport.js";

export interface TenantNeeds {
  readonly tenant: string;
  readonly engine: StoreEngine;
  readonly timers: TimersPort;
  /** The broker, which all tenants of this process share. */
  readonly line: CloudTransport;
  readonly onProblem: (message: string) => void;
  /** Told of each alert that begins. */
  readonly onAlert?: ((message: string) => void) | undefined;
  /** Webhooks may lead to this machine and to private networks. */
  readonly reachesInside?: boolean;
  /** Absent: nobody is written to of alerts. */
  readonly send?: SendLetter | undefined;
  /** Firmware, the same for all tenants. Absent: boxes keep what they have. */
  readonly shelf?: Shelf | undefined;
  readonly onCommitted?: ((lines: number) => void) | undefined;
}

const now = (): number => Date.now() / 1_000;

/** One organisation's cloud in a process that has many. */
export class TenantHost {
  readonly tenant: string;
  readonly #service: CloudService;
  readonly #transport: CloudTransport;
  readonly #outward: Outward;

  constructor({
    tenant,
    engine,
    timers,
    line,
    onProblem,
    onAlert,
    reachesInside = false,
    send,
    shelf,
    onCommitted,
  }: TenantNeeds) {
    this.tenant = tenant;
    this.#service = new CloudService({
      store: new CloudStore(engine),
      now,
      timers,
      random: (count) => new Uint8Array(randomBytes(count)),
      onProblem,
      onAlert,
      shelf,
    });
    this.#transport = {
      onMessage: undefined,
      publish: (topic, payload) => line.publish(topic, payload),
      hears: () => line.hears?.() ?? true,
      // The line is not this tenant's.
      close: () => {},
    };
    this.#service.attach(this.#transport);
    this.#outward = new Outward({
      cloud: this.#service,
      post: poster(reachesInside),
      send,
      now,
      chance: Math.random,
      onFault: onProblem,
      onCommitted,
    });
  }

  get cloud(): CloudService {
    return this.#service;
  }

  get boxes(): readonly string[] {
    return this.#service.store.organisation.boxes.map(({ id }) => id);
  }

  receive(topic: string, payload: Uint8Array): void {
    this.#transport.onMessage?.(topic, payload);
  }

  /** Says nothing more, and resolves when what it knew is durable, or cannot be made so by this process any more. */
  async close(): Promise<void> {
    this.#outward.close();
    this.#service.close();
    const { store } = this.#service;
    await new Promise<void>((resolve) => {
      store.durable(resolve, () => resolve());
    });
    store.close();
  }
}
