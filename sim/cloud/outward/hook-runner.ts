import { Webhook } from "standardwebhooks";
import type { Hook } from "../state.js";
import type { Placed } from "../store/lines.js";
import type { CloudStore } from "../store.js";
import { happeningOf } from "./happening.js";
import type { HookBook } from "./hook-book.js";
import type { Post } from "./post.js";

/** Of one hook, what is read at a time: so far boxes that are told quickly may be ahead of one that is not. */
const PAGE = 200;
/** Boxes that one hook is told of at the same time. */
const AT_ONCE = 4;
/** Between tries, s; the last for all that follow. A quarter more or less, so that hooks of one server do not come together. */
const RETRY_SECONDS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600];
/** For so long after a commit it is sure that this process still has the organisation, ms: shorter than a lease. */
const SURE_MS = 3_000;

export interface RunnerNeeds {
  readonly store: CloudStore;
  readonly book: HookBook;
  readonly post: Post;
  /** s since 1970 UTC. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly chance: () => number;
  /** In place of those of `RETRY_SECONDS`. */
  readonly retrySeconds?: readonly number[] | undefined;
  /** Told when it begins to fail, when it fails on, and when that is over. */
  readonly onState: (hook: Hook) => void;
  readonly onFault: (message: string) => void;
}

/**
 * Tells one hook what happened: of each box in order, one message after the other; several boxes at once. Nothing is left out: what it
 * does not take is sent again, for as long as it takes, and then what came after it. It waits for nobody, and nobody for it.
 */
export class HookRunner {
  readonly #needs: RunnerNeeds;
  readonly #id: string;
  /** Places above the cursor that it has taken, or is not told of. */
  #taken = new Set<number>();
  #turn = -1;
  #isRunning = false;
  #isWanted = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #sureUntilMs = 0;

  constructor(id: string, needs: RunnerNeeds) {
    this.#id = id;
    this.#needs = needs;
  }

  /** Something may have happened, or the hook was changed. */
  look(): void {
    this.#isWanted = true;
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .catch((error: Error) => {
        this.#needs.onFault(`webhook ${this.#id}: ${error.message}`);
        this.#later(RETRY_SECONDS.at(-1)! / 60);
      })
      .finally(() => {
        this.#isRunning = false;
      });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  get #hook(): Hook | undefined {
    const hook = this.#needs.book.find(this.#id);
    return hook?.enabled ? hook : undefined;
  }

  async #run(): Promise<void> {
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false;
      const hook = this.#hook;
      if (hook === undefined) return;
      if (hook.turn !== this.#turn) this.#begin(hook);
      const waitSeconds = (hook.failing?.nextAt ?? 0) - this.#needs.now();
      if (waitSeconds > 0) this.#later(waitSeconds);
      else await this.#page(hook);
    }
  }

  /** Somebody has changed it: nothing of before counts. */
  #begin({ turn }: Hook): void {
    this.#turn = turn;
    this.#taken = new Set();
    clearTimeout(this.#timer);
  }

  async #page(hook: Hook): Promise<void> {
    const lines = await this.#needs.store.history.after(hook.cursor, PAGE);
    if (lines.length === 0) return;
    const boxes = new Map<string, Placed[]>();
    for (const placed of lines) {
      const { box } = placed.line.source;
      if (!this.#taken.has(placed.at)) boxes.set(box, [...(boxes.get(box) ?? []), placed]);
    }
    const queues = [...boxes.values()];
    let why: string | undefined;
    const next = async (): Promise<void> => {
      for (let queue = queues.shift(); queue !== undefined; queue = queues.shift()) {
        const failure = await this.#tell(hook, queue);
        why ??= failure;
        // It does not take anything now: the others would only wait for the same.
        if (failure !== undefined) queues.length = 0;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (this.#isClosed) return;
    await this.#note(hook, lines, why);
    if (why === undefined) this.#isWanted = true;
  }

  /** One box's, in order, until one is not taken: answers why. */
  async #tell(hook: Hook, queue: readonly Placed[]): Promise<string | undefined> {
    for (const placed of queue) {
      const happening = happeningOf(placed);
      const isMeant = hook.types.length === 0 || hook.types.some((type) => happening.type.startsWith(type));
      if (isMeant) {
        if (!(await this.#isOurs(hook))) return "it is told by another process now";
        const { type, ...data } = happening;
        // Where the box's clock was unknown, only the data say so.
        const timestamp = new Date((data.time ?? Math.floor(this.#needs.now())) * 1_000).toISOString();
        const body = JSON.stringify({ type, timestamp, data });
        const failure = await this.#send(hook, `evt_${placed.at}`, body);
        if (failure !== undefined) return failure;
      }
      this.#taken.add(placed.at);
    }
    return undefined;
  }

  #send({ url, secret }: Hook, id: string, body: string): Promise<string | undefined> {
    const at = new Date(Math.floor(this.#needs.now()) * 1_000);
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(at.getTime() / 1_000),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    };
    return this.#needs.post(url, headers, body);
  }

  /** A process that was held up for longer than its lease must not tell what happened long ago after what another one has told. */
  async #isOurs({ id, turn }: Hook): Promise<boolean> {
    if (this.#isClosed || this.#hook?.turn !== turn) return false;
    if (performance.now() < this.#sureUntilMs) return true;
    const { store } = this.#needs;
    const askedMs = performance.now();
    await store.together(() => store.changed(`hooks/${id}`));
    this.#sureUntilMs = askedMs + SURE_MS;
    return !this.#isClosed && this.#hook?.turn === turn && performance.now() < this.#sureUntilMs;
  }

  async #note(hook: Hook, lines: readonly Placed[], why: string | undefined): Promise<void> {
    const { store, book, now, chance, onState, retrySeconds = RETRY_SECONDS } = this.#needs;
    const open = lines.findIndex(({ at }) => !this.#taken.has(at));
    const through = open < 0 ? lines : lines.slice(0, open);
    for (const { at } of through) this.#taken.delete(at);
    const cursor = through.at(-1)?.at ?? hook.cursor;
    const attempts = (hook.failing?.attempts ?? 0) + 1;
    const waitSeconds = retrySeconds[Math.min(attempts, retrySeconds.length) - 1]! * (0.75 + chance() / 2);
    const since = hook.failing?.since ?? Math.floor(now());
    const failing = why === undefined ? undefined : { since, attempts, why, nextAt: now() + waitSeconds };
    await store.together(() => {
      book.note(hook, { cursor, failing });
      const noted = book.find(hook.id);
      if (noted !== undefined) onState(noted);
    });
    if (failing !== undefined) this.#later(failing.nextAt - now());
  }

  #later(seconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.look(), Math.max(0, seconds) * 1_000);
    this.#timer.unref();
  }
}
