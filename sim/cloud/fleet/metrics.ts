import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { CloudService } from "../service.js";

interface MetricsNeeds {
  /** Those of the organisations that this process has. */
  readonly clouds: () => Iterable<CloudService>;
  /** Whether it can do its work now. */
  readonly isReady: () => boolean;
}

/**
 * What this process does, for Prometheus: sums over its organisations. No name of an organisation, a box or a person is in it; how many
 * numbers there are does not depend on how many of those there are.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #lines: Counter;
  readonly #commits: Counter;

  constructor({ clouds, isReady }: MetricsNeeds) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, count: () => number) => {
      new Gauge({
        name: `smartbox_${name}`,
        help,
        registers,
        collect() {
          this.set(count());
        },
      });
    };
    const sum = (of: (cloud: CloudService) => number) => [...clouds()].reduce((total, cloud) => total + of(cloud), 0);
    gauge("ready", "1: database and broker are there", () => (isReady() ? 1 : 0));
    gauge("organisations", "Organisations that this process answers for", () => sum(() => 1));
    gauge("boxes", "Boxes of those", () => sum(({ store }) => store.organisation.boxes.length));
    gauge("boxes_online", "Boxes that are in a session", () =>
      sum(({ store }) => Object.values(store.document.boxes).filter(({ online }) => online).length),
    );
    gauge("hooks_failing", "Webhooks that do not take what they are told", () =>
      sum(
        ({ store }) => Object.values(store.document.hooks ?? {}).filter(({ failing }) => failing !== undefined).length,
      ),
    );
    gauge("letters_unsent", "Alerts of which a letter could not be sent yet", () =>
      sum(({ store }) => Object.values(store.document.mailed ?? {}).filter(({ isSent }) => !isSent).length),
    );
    new Gauge({
      name: "smartbox_alerts",
      help: "Alerts that last, by kind",
      labelNames: ["kind"],
      registers,
      collect() {
        this.reset();
        for (const { alerts } of clouds()) for (const { id } of alerts.all) this.inc({ kind: id.split("/")[0]! });
      },
    });
    new Gauge({
      name: "smartbox_dropped_messages",
      help: "Messages that were not genuine or not in turn, since this process has the organisation, by reason",
      labelNames: ["reason"],
      registers,
      collect() {
        this.reset();
        for (const { dropped } of clouds()) {
          for (const [reason, count] of Object.entries(dropped)) this.inc({ reason }, count);
        }
      },
    });
    this.#lines = new Counter({
      name: "smartbox_lines_total",
      help: "Lines of the log that were committed",
      registers,
    });
    this.#commits = new Counter({ name: "smartbox_commits_total", help: "Groups that were committed", registers });
  }

  /** A group was committed, with so many lines. */
  committed(lines: number): void {
    this.#commits.inc();
    this.#lines.inc(lines);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
