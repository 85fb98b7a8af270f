import type { Random } from "../../world/random.js";
import type { Message } from "./connection.js";
import type { Scheduler } from "./endpoint.js";
import type { VirtualBroker } from "./virtual-broker.js";

/** The last part of a topic of firmware/sync/PROTOCOL.md, such as `up/records`. */
export type LaneName = `${"up" | "down"}/${string}`;

type Rule =
  | { readonly kind: "drop" }
  | { readonly kind: "hold"; readonly held: Message[] }
  /** One message in `everyMs`; what cannot go at once waits in order. */
  | { readonly kind: "drip"; readonly everyMs: number; readonly waiting: Message[] };

/** Messages kept for replays, of each lane; and those that are held or dripped, so that a long attack stays bounded. */
const KEPT_MAX = 64;
const WAITING_MAX = 4_096;
/** Bytes of version, session, challenge and counter, which anybody can read (PROTOCOL.md section 2). */
const HEAD_BYTES = 21;

/**
 * A broker gone bad. It reads what anybody can, knows no key, and does to each lane what it is told: drops, holds, drips, replays,
 * reorders, or makes messages up. Everything follows from the calls and the seed.
 */
export class HostileBroker {
  readonly #broker: VirtualBroker;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #rules = new Map<LaneName, Rule>();
  readonly #kept = new Map<LaneName, Message[]>();
  /** Called for each message that is handed on; for what is to follow on it. */
  onPassed: ((lane: LaneName, message: Message) => void) | undefined;

  constructor(broker: VirtualBroker, scheduler: Scheduler, random: Random) {
    this.#broker = broker;
    this.#scheduler = scheduler;
    this.#random = random;
    broker.tamper = (message) => this.#take(message);
  }

  drop(...lanes: readonly LaneName[]): void {
    for (const lane of lanes) this.#rules.set(lane, { kind: "drop" });
  }

  /** Keeps what comes until `release`. */
  hold(...lanes: readonly LaneName[]): void {
    for (const lane of lanes) this.#rules.set(lane, { kind: "hold", held: [] });
  }

  drip(lane: LaneName, everyMs: number): void {
    const rule: Rule = { kind: "drip", everyMs, waiting: [] };
    this.#rules.set(lane, rule);
    const next = (): void => {
      if (this.#rules.get(lane) !== rule) return;
      const message = rule.waiting.shift();
      if (message !== undefined) this.#pass(lane, message);
      this.#scheduler.set(everyMs, next);
    };
    next();
  }

  /** Hands on what a lane held back, in order or reordered, and is honest about that lane again. */
  release(lane: LaneName, order: "in order" | "reordered" = "in order"): number {
    const rule = this.#rules.get(lane);
    this.#rules.delete(lane);
    const waiting = rule?.kind === "hold" ? rule.held : rule?.kind === "drip" ? rule.waiting : [];
    const count = waiting.length;
    while (waiting.length > 0) {
      const at = order === "in order" ? 0 : this.#random.int(waiting.length);
      this.#pass(lane, waiting.splice(at, 1)[0]!);
    }
    return count;
  }

  /** An honest broker from here on; what it held back is lost. */
  reform(): void {
    this.#rules.clear();
    this.onPassed = undefined;
  }

  /** Hands on once more what it has seen of a lane, the newest last; at most `count` of them. */
  replay(lane: LaneName, count = KEPT_MAX): void {
    for (const message of (this.#kept.get(lane) ?? []).slice(-count)) this.#broker.forward(message);
  }

  /**
   * Makes up a message on `lane` with the head of the last one on `like` and a later counter: nothing tells it from a genuine one but
   * the key. `of` another session: the head tells.
   */
  forge(
    lane: LaneName,
    like: LaneName,
    bodyBytes = 100,
    of: "this session" | "another session" = "this session",
  ): void {
    const model = this.#kept.get(like)?.at(-1);
    if (model === undefined) return;
    const payload = new Uint8Array(HEAD_BYTES + 16 + bodyBytes);
    for (let i = HEAD_BYTES; i < payload.length; i++) payload[i] = this.#random.int(256);
    payload.set(model.payload.subarray(0, HEAD_BYTES));
    payload[HEAD_BYTES - 4] = 1;
    if (of === "another session") payload[1] = payload[1]! ^ 1;
    const topic = model.topic.slice(0, -like.length) + lane;
    this.#broker.forward({ topic, payload, qos: 1, retain: false });
  }

  #take(message: Message): readonly Message[] {
    const [direction, name] = message.topic.split("/").slice(-2);
    const lane = `${direction}/${name}` as LaneName;
    const kept = this.#kept.get(lane) ?? [];
    kept.push({ ...message, payload: message.payload.slice() });
    if (kept.length > KEPT_MAX) kept.shift();
    this.#kept.set(lane, kept);
    const rule = this.#rules.get(lane);
    if (rule === undefined) {
      // What follows on a message comes after it.
      this.#scheduler.set(0, () => this.onPassed?.(lane, message));
      return [message];
    }
    if (rule.kind === "drop") return [];
    const waiting = rule.kind === "hold" ? rule.held : rule.waiting;
    waiting.push(kept.at(-1)!);
    if (waiting.length > WAITING_MAX) waiting.shift();
    return [];
  }

  #pass(lane: LaneName, message: Message): void {
    this.#broker.forward(message);
    this.onPassed?.(lane, message);
  }
}
