import type { CloudService } from "../service.js";
import type { Hook } from "../state.js";
import { HookBook } from "./hook-book.js";
import { HookRunner } from "./hook-runner.js";
import { Mailer, type SendLetter } from "./mailer.js";
import type { Post } from "./post.js";

/** Boxes are looked at so often, ms. */
const LOOK_MS = 60_000;
const MAIL_MS = 15_000;
/** A hook that takes nothing for so long is somebody's business, s. */
const FAILING_SECONDS = 600;

export interface OutwardNeeds {
  readonly cloud: CloudService;
  readonly post: Post;
  /** Absent: nobody is written to. */
  readonly send?: SendLetter | undefined;
  /** s since 1970 UTC. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly chance: () => number;
  /** Between tries of a webhook, s; the last for all that follow. Those of `hook-runner.ts` if absent. */
  readonly retrySeconds?: readonly number[];
  readonly onFault: (message: string) => void;
  /** Told of each group that was committed, with how many lines. */
  readonly onCommitted?: ((lines: number) => void) | undefined;
}

/** What an organisation's cloud tells others by itself, while this process has it: each of them in its own time. */
export class Outward {
  readonly #needs: OutwardNeeds;
  readonly #book: HookBook;
  readonly #runners = new Map<string, HookRunner>();
  readonly #looking: readonly NodeJS.Timeout[];
  readonly #mailer: Mailer | undefined;

  constructor(needs: OutwardNeeds) {
    this.#needs = needs;
    const { store } = needs.cloud;
    this.#book = new HookBook(store);
    store.onCommitted = ({ lines, changed }) => {
      const areHooks = [...changed].some((key) => key.startsWith("hooks/"));
      if (areHooks) this.#reconcile();
      needs.onCommitted?.(lines);
      if (lines > 0 || areHooks) for (const runner of this.#runners.values()) runner.look();
    };
    this.#reconcile();
    for (const runner of this.#runners.values()) runner.look();
    const { cloud, send, now, onFault } = needs;
    this.#mailer = send && new Mailer({ cloud, send, now, onFault });
    this.#looking = [setInterval(() => this.#look(), LOOK_MS), setInterval(() => void this.#mailer?.look(), MAIL_MS)];
    for (const timer of this.#looking) timer.unref();
  }

  /** Tells nobody anything more. */
  close(): void {
    for (const timer of this.#looking) clearInterval(timer);
    this.#mailer?.close();
    this.#needs.cloud.store.onCommitted = undefined;
    for (const runner of this.#runners.values()) runner.close();
    this.#runners.clear();
  }

  #look(): void {
    const { cloud, onFault } = this.#needs;
    cloud.watch.look();
    cloud.releases.look();
    cloud.store.durable(
      () => {},
      (error) => onFault(error.message),
    );
  }

  /** A runner for each hook that there is. */
  #reconcile(): void {
    const { cloud, post, now, chance, retrySeconds, onFault } = this.#needs;
    for (const [id, runner] of this.#runners) {
      if (this.#book.find(id) !== undefined) continue;
      runner.close();
      this.#runners.delete(id);
      cloud.alerts.clear(`hook/${id}`);
    }
    for (const { id } of this.#book.all) {
      if (this.#runners.has(id)) continue;
      const onState = (hook: Hook) => this.#tellOf(hook);
      const needs = { store: cloud.store, book: this.#book, post, now, chance, retrySeconds, onState, onFault };
      this.#runners.set(id, new HookRunner(id, needs));
    }
  }

  #tellOf({ id, url, failing }: Hook): void {
    const { cloud, now } = this.#needs;
    if (failing === undefined) cloud.alerts.clear(`hook/${id}`);
    else if (now() - failing.since >= FAILING_SECONDS) {
      cloud.alerts.raise({
        id: `hook/${id}`,
        box: "",
        what: `the webhook at ${new URL(url).host} takes nothing: ${failing.why}`,
        wayOut: "nothing is lost, and it is told all of it once it answers; or switch it off",
      });
    }
  }
}
