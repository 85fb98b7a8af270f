import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { LinkPort, Links, SocketPort } from "../../hal/ports/network.js";
import type { PartFault } from "../../hal/ports/parts.js";
import type { TracePort } from "../../hal/ports/trace.js";
import { downFilter, Lane, topicOf } from "../wire/lanes.js";
import { State } from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import { brokerSocket } from "./broker-socket.js";
import { CertificateDates, secondsLeft } from "./certificate-dates.js";
import type { SyncHost } from "./contract.js";
import { Failback, type FailbackHost } from "./failback.js";
import { KeepAlive } from "./keep-alive.js";
import { type Behind, Lag } from "./lag.js";
import { type Ending, MqttConnection } from "./mqtt/connection.js";
import { OpeningBudget } from "./opening-budget.js";
import { jitterSeed, newSession } from "./randomness.js";
import { ReconnectPolicy } from "./reconnect.js";
import { Session } from "./session.js";
import { SessionSeal } from "./session-seal.js";
import { SnapshotPull } from "./snapshot-pull.js";
import { VersionForm } from "./version-form.js";
import { WillForm } from "./will-form.js";

export interface SyncTaskOptions {
  /** The task sets `onChange` of every link. */
  readonly links: Links;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly entropy: EntropyPort;
  readonly trace: TracePort;
  readonly host: SyncHost;
  /** When the last sync before this boot was, s since 1970 UTC, where that is known. */
  readonly lastSyncWallSeconds?: number | undefined;
}

/** A connection, from the moment its socket is opened. */
interface Attempt {
  readonly link: LinkPort;
  readonly linkIndex: number;
  readonly connection: MqttConnection;
  readonly session: Session;
  /** Monotonic ms of CONNACK. */
  acceptedAtMs: number | undefined;
  /** When something of the cloud last came, which the box acknowledged and mostly answered; pings apart, monotonic ms. */
  spokeAtMs: number;
}

/**
 * Keeps the box in sync with the cloud: over the first link that reaches the broker, again and again, for as long as the
 * program runs (PROTOCOL.md section 8).
 */
export class SyncTask implements FailbackHost {
  readonly #options: SyncTaskOptions;
  readonly #policy: ReconnectPolicy;
  readonly #failback: Failback;
  readonly #pull: SnapshotPull;
  readonly #version = new VersionForm();
  readonly #will = new WillForm();
  readonly #keepAlive = new KeepAlive();
  readonly #budget: OpeningBudget;
  readonly #lag: Lag;
  readonly #dates: CertificateDates;
  #running = false;
  #attempt: Attempt | undefined;
  readonly #retryDeadline: Deadline;
  #retryAtMs = 0;
  /** The session was ended to go on over this link. */
  #movesTo: number | undefined;
  #connections = 0;
  #dropped = 0;
  #lastSyncMs: number | undefined;
  #lastFailure = "not started";

  constructor(options: SyncTaskOptions) {
    this.#options = options;
    const { entropy, host, timers } = options;
    this.#retryDeadline = new Deadline(timers);
    this.#budget = new OpeningBudget(options.clock);
    this.#dates = new CertificateDates(options.clock);
    this.#policy = new ReconnectPolicy(jitterSeed(entropy, host.identity.box));
    this.#failback = new Failback(options.clock, timers, this);
    this.#pull = new SnapshotPull(host, timers, {
      wantsToSend: () => this.#attempt?.session.pump(),
      unanswered: () => this.#attempt?.session.hello(),
      trace: (text) => this.#trace(text),
    });
    this.#lag = new Lag(host.journal, options.clock, () => this.#pull.hasNewer);
  }

  /** Starts the links and connects. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#lag.begin(this.secondsSinceSync() ?? 0);
    for (const link of this.#options.links.all) {
      link.onChange = (up) => this.#linkChanged(link, up);
      link.start();
    }
    this.#tryFrom(0);
  }

  /** Ends the session, so that the broker publishes the will, and stops the links. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#retryDeadline.clear();
    this.#failback.stop();
    this.#attempt?.connection.close("stopped");
    for (const link of this.#options.links.all) {
      link.onChange = undefined;
      link.stop();
    }
  }

  /** Whether the cloud has welcomed this session and answers. */
  get online(): boolean {
    return this.#attempt?.session.online ?? false;
  }

  /** Whether the cloud lacks records, or a snapshot is under way. */
  get busy(): boolean {
    const { journal } = this.#options.host;
    const resending = this.#attempt?.session.outstanding ?? false;
    return resending || journal.acknowledged < journal.nextSeq - 1 || this.#pull.busy;
  }

  /** Why the last connection failed or ended: a line of ASCII for whoever looks at the device. */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  /** What the broker does not take or do, and a snapshot that cannot be taken, as faults that are told like a part's; at most two. */
  faults(): readonly PartFault[] {
    const { acceptedAtMs } = this.#attempt ?? {};
    if (acceptedAtMs !== undefined) this.#policy.lasts(this.#options.clock.monotonicMs() - acceptedAtMs);
    const reason = this.#policy.rivalSuspected
      ? "closes sessions at once: client id in use twice?"
      : (this.#dates.failure ?? this.#will.lacks);
    return [
      ...(reason === undefined ? [] : [{ name: "broker", reason: reason.slice(0, 64) }]),
      ...(this.#pull.failure === undefined ? [] : [{ name: "snapshot", reason: this.#pull.failure.slice(0, 64) }]),
    ];
  }

  /** Messages dropped since boot: malformed, forged, replayed, out of turn. */
  get droppedMessages(): number {
    return this.#dropped;
  }

  /** What is held in RAM for the broker; for checks that it stays bounded. */
  get load(): {
    readonly outstandingBatches: number;
    readonly outstandingBytes: number;
    readonly inFlight: number;
    readonly queuedBytes: number;
  } {
    const attempt = this.#attempt;
    return {
      outstandingBatches: attempt?.session.load.batches ?? 0,
      outstandingBytes: attempt?.session.load.bytes ?? 0,
      inFlight: attempt?.connection.inFlight ?? 0,
      queuedBytes: attempt?.connection.queuedBytes ?? 0,
    };
  }

  /** s since a genuine message of the cloud last came; undefined: never, as far as is known. */
  secondsSinceSync(): number | undefined {
    const { clock, lastSyncWallSeconds } = this.#options;
    if (this.#lastSyncMs !== undefined) return Math.floor((clock.monotonicMs() - this.#lastSyncMs) / 1000);
    const now = clock.wallSeconds();
    if (now === undefined || lastSyncWallSeconds === undefined) return undefined;
    return Math.max(0, now - lastSyncWallSeconds);
  }

  /** What is held up, whether or not the cloud answers. */
  get behind(): Behind {
    return this.#lag.behind;
  }

  /** To be called after each append to the journal. */
  recordsAdded(): void {
    this.#lag.look();
    this.#attempt?.session.pump();
  }

  /** Something that `status` tells has changed. */
  statusChanged(): void {
    this.#attempt?.session.statusChanged();
  }

  /** Somebody is at the box. */
  somebodyCame(): void {
    this.#attempt?.session.attend();
  }

  /** Somebody waits for a connection: a hotspot was joined, or the button pressed. */
  reconnectNow(): void {
    if (!this.#running) return;
    this.#policy.hurry();
    if (this.#attempt === undefined) this.#tryFrom(0);
  }

  betterLink(): number | undefined {
    if (this.#attempt?.acceptedAtMs === undefined) return undefined;
    const best = this.#options.links.all.findIndex((link) => link.up);
    return best >= 0 && best < this.#attempt.linkIndex ? best : undefined;
  }

  probe(link: number): SocketPort {
    const { links, host } = this.#options;
    const { host: name, port } = host.identity.broker;
    return links.connect(links.all[link]!, { host: name, port });
  }

  moveTo(link: number): void {
    const { kind } = this.#options.links.all[link]!;
    this.#trace(`${kind} reaches the broker again`);
    this.#movesTo = link;
    this.#attempt?.connection.close(`moves to ${kind}`);
  }

  /** Connects over the first link that is up, from the `index`th on; when there is none, waits and starts over. */
  #tryFrom(index: number): void {
    this.#retryDeadline.clear();
    const { links } = this.#options;
    for (let i = index; i < links.all.length; i++) {
      const link = links.all[i]!;
      if (link.up) {
        this.#connect(link, i);
        return;
      }
    }
    // With every link down there is nothing to try: `onChange` starts again.
    if (!links.all.some((link) => link.up)) this.#fail("no link is up");
    else this.#retryIn(this.#policy.afterRound());
  }

  #connect(link: LinkPort, linkIndex: number): void {
    const { host, entropy, links, timers, clock } = this.#options;
    const { identity } = host;
    const { broker } = identity;
    const nowMs = this.#options.clock.monotonicMs();
    const form = this.#will.at(nowMs);
    this.#connections++;
    const { epoch } = host.journal;
    const name = newSession(entropy, { epoch, boot: host.recordedBoot(), connection: this.#connections });
    if (name === undefined) {
      this.#fail("no random numbers, and this boot is not on record: it does not talk");
      this.#retryIn(this.#policy.afterRound());
      return;
    }
    const seal = new SessionSeal(identity.sealingKey, name, this.#budget);
    const socket = brokerSocket(links, link, broker, entropy);
    const connection = new MqttConnection(
      socket,
      timers,
      {
        version: this.#version.at(nowMs),
        clientId: `smartbox-${identity.box}`,
        username: broker.username,
        password: broker.password,
        will:
          form === "none"
            ? undefined
            : {
                topic: topicOf(identity.box, Lane.state),
                payload: seal.sealWill(State.encode({ online: false })),
                retain: form === "retained",
              },
        mayRetain: form === "retained",
        filter: downFilter(identity.box),
        objection: () => this.#dates.beforeWriting(socket.validity),
        pingIntervalMs: this.#keepAlive.at(clock.monotonicMs()),
      },
      {
        accepted: () => this.#accepted(attempt),
        subscribed: () => attempt.session.hello(),
        message: (topic, payload) => {
          attempt.spokeAtMs = clock.monotonicMs();
          attempt.session.message(topic, payload);
          this.#lag.look();
        },
        room: () => attempt.session.pump(),
        closed: (reason, how) => this.#closed(attempt, reason, how),
      },
    );
    const attempt: Attempt = {
      link,
      linkIndex,
      connection,
      session: this.#newSession(link, socket, connection, seal),
      acceptedAtMs: undefined,
      spokeAtMs: 0,
    };
    this.#attempt = attempt;
    this.#trace(`connecting over ${link.kind}`);
  }

  #newSession(link: LinkPort, socket: SocketPort, connection: MqttConnection, seal: SessionSeal): Session {
    const { host, clock, timers } = this.#options;
    return new Session({
      host,
      clock,
      timers,
      outlet: connection,
      seal,
      pull: this.#pull,
      link: link.kind,
      // Never synced, as far as is known: the time since boot is the least it can be.
      stalenessSeconds: this.secondsSinceSync() ?? Math.floor(clock.monotonicMs() / 1000),
      droppedCount: () => this.#dropped,
      behind: () => this.#lag.behind,
      objection: (seconds) => this.#dates.atWelcome(socket.validity, seconds),
      certifiedSeconds: (seconds) => secondsLeft(socket.validity, seconds),
      events: {
        heard: () => {
          this.#lastSyncMs = clock.monotonicMs();
        },
        dropped: () => {
          this.#dropped++;
        },
        paced: (seconds) => this.#policy.paced(seconds),
        online: () => {
          this.#trace(`online over ${link.kind}`);
          host.online(link.kind);
        },
        offline: (reason) => {
          this.#fail(reason);
          host.offline(this.#lastFailure, this.secondsSinceSync() ?? 0);
        },
        unanswered: (reason) => this.#fail(reason),
        fail: (reason) => connection.close(reason),
        trace: (text) => this.#trace(text),
      },
    });
  }

  #accepted(attempt: Attempt): void {
    const nowMs = this.#options.clock.monotonicMs();
    attempt.acceptedAtMs = nowMs;
    this.#policy.accepted();
    this.#version.accepted(nowMs);
    this.#will.accepted(nowMs);
    if (this.#will.lacks !== undefined) this.#trace(`broker takes ${this.#will.lacks}`);
    this.#failback.look();
  }

  #closed(attempt: Attempt, reason: string, how: Ending): void {
    const { host } = this.#options;
    const wasOnline = attempt.session.online;
    this.#attempt = undefined;
    attempt.session.end();
    this.#fail(`${attempt.link.kind}: ${reason}`);
    if (this.#running) this.#goOn(attempt, reason, how);
    if (wasOnline) host.offline(this.#lastFailure, this.secondsSinceSync() ?? 0);
  }

  #goOn(attempt: Attempt, reason: string, how: Ending): void {
    const { acceptedAtMs, link, linkIndex, spokeAtMs } = attempt;
    const isOtherVersionDue = acceptedAtMs === undefined && this.#version.ended(how);
    // Whoever does not speak the version has not looked at the will.
    const mayFareBetter = isOtherVersionDue || this.#will.ended(reason, how);
    if (acceptedAtMs === undefined) {
      this.#policy.failed(how);
      this.#tryFrom(mayFareBetter ? linkIndex : linkIndex + 1);
      return;
    }
    const movesTo = this.#movesTo;
    this.#movesTo = undefined;
    if (movesTo !== undefined) {
      this.#tryFrom(movesTo);
      return;
    }
    this.#failback.ended();
    this.#failback.look();
    const nowMs = this.#options.clock.monotonicMs();
    const lastedMs = nowMs - acceptedAtMs;
    const { isFarEnd, isPingLost = false } = how;
    this.#keepAlive.ended({ lastedMs, silentMs: nowMs - spokeAtMs, isFarEnd, isPingLost }, nowMs);
    const waitMs = this.#policy.afterSession(lastedMs, how, !link.up);
    if (this.#policy.rivalSuspected) this.#fail("another client seems to use this box's client id");
    this.#retryIn(waitMs);
  }

  #linkChanged(link: LinkPort, up: boolean): void {
    if (!up && this.#attempt?.link === link) this.#attempt.connection.close("link is down");
    this.#failback.look();
    if (!up || this.#attempt !== undefined) return;
    // A new link deserves a try before a long wait is over, but not at once: the mains that came back brought it to every
    // box of the house, and a link that flaps would be tried without end.
    const delayMs = this.#policy.afterLinkUp();
    // Never later than planned, or a link that flaps would keep the others from being tried.
    const sooner = this.#options.clock.monotonicMs() + delayMs < this.#retryAtMs;
    if (!this.#retryDeadline.pending || sooner) this.#retryIn(delayMs);
  }

  #retryIn(delayMs: number): void {
    this.#retryAtMs = this.#options.clock.monotonicMs() + delayMs;
    this.#retryDeadline.set(delayMs, () => this.#tryFrom(0));
  }

  #fail(reason: string): void {
    this.#lastFailure = printable(reason);
    this.#trace(this.#lastFailure);
  }

  #trace(text: string): void {
    this.#options.trace.line(printable(`sync: ${text}`));
  }
}

/** At most 120 characters of printable ASCII: texts of sockets and brokers may hold anything. */
function printable(text: string): string {
  return text.slice(0, 120).replace(/[^ -~]/g, "?");
}
