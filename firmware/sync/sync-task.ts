import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { LinkKind, LinkPort, Links, SocketPort } from "../../hal/ports/network.js";
import type { PartFault } from "../../hal/ports/parts.js";
import type { TracePort } from "../../hal/ports/trace.js";
import { downFilter, Lane, topicOf } from "../wire/lanes.js";
import { State } from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import { Attempt, type AttemptHost } from "./attempt.js";
import { BrokerBounds } from "./broker-bounds.js";
import { brokerSocket } from "./broker-socket.js";
import { CertificateDates } from "./certificate-dates.js";
import type { SyncHost } from "./contract.js";
import { Failback, type FailbackHost } from "./failback.js";
import { KeepAlive } from "./keep-alive.js";
import { type Behind, Lag } from "./lag.js";
import type { Lasting } from "./lasting.js";
import type { ConnectionOptions, Ending } from "./mqtt/connection.js";
import type { Will } from "./mqtt/packets.js";
import { OpeningBudget } from "./opening-budget.js";
import { jitterSeed, newSession } from "./randomness.js";
import { ReconnectPolicy } from "./reconnect.js";
import { SessionSeal } from "./session-seal.js";
import { SignInProbe, type SignInProbeHost } from "./sign-in-probe.js";
import { SnapshotPull, type SnapshotPullHost } from "./snapshot-pull.js";
import { Standing } from "./standing.js";
import { VersionForm } from "./version-form.js";
import { WillForm } from "./will-form.js";

/** Reason codes of MQTT 5: receive maximum exceeded; packet too large. */
const TOO_MANY_AT_ONCE = 0x93;
const TOO_LONG = 0x95;
const SIGN_IN_WANTED = "a web page answers in the broker's place: sign in to this network, or use another";

export interface SyncTaskNeeds {
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

/**
 * Keeps the box in sync with the cloud: over the first link that reaches the broker, again and again, for as long as the
 * program runs (PROTOCOL.md section 8).
 */
export class SyncTask implements AttemptHost, FailbackHost, SignInProbeHost, SnapshotPullHost {
  readonly #needs: SyncTaskNeeds;
  readonly #policy: ReconnectPolicy;
  readonly #failback: Failback;
  readonly #signIn: SignInProbe;
  readonly #version = new VersionForm();
  readonly #will = new WillForm();
  readonly #keepAlive = new KeepAlive();
  readonly #budget: OpeningBudget;
  readonly #lasting: Lasting;
  #running = false;
  #attempt: Attempt | undefined;
  readonly #retryDeadline: Deadline;
  #retryAtMs = 0;
  /** The session was ended to go on over this link. */
  #movesTo: number | undefined;
  #connections = 0;

  constructor(needs: SyncTaskNeeds) {
    this.#needs = needs;
    const { clock, timers, entropy, trace, host, lastSyncWallSeconds } = needs;
    this.#retryDeadline = new Deadline(timers);
    this.#budget = new OpeningBudget(clock);
    this.#policy = new ReconnectPolicy(jitterSeed(entropy, host.identity.box));
    this.#failback = new Failback(clock, timers, this);
    this.#signIn = new SignInProbe(needs.links, timers, this);
    const standing = new Standing({ host, clock, trace, lastSyncWallSeconds });
    const pull = new SnapshotPull({ slots: host, timers, standing, host: this });
    const lag = new Lag(host.journal, clock, pull);
    const dates = new CertificateDates(clock);
    const bounds = new BrokerBounds(clock);
    this.#lasting = { host, clock, timers, pull, standing, lag, dates, bounds };
  }

  /** Starts the links and connects. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#lasting.lag.begin(this.secondsSinceSync() ?? 0);
    this.#needs.links.all.forEach((link) => {
      link.onChange = (up) => this.#linkChanged(link, up);
      link.start();
    });
    this.#tryFrom(0);
  }

  /** Ends the session, so that the broker publishes the will, and stops the links. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#retryDeadline.clear();
    this.#failback.stop();
    this.#signIn.stop();
    this.#attempt?.connection.close("stopped");
    this.#needs.links.all.forEach((link) => {
      link.onChange = undefined;
      link.stop();
    });
  }

  /** Whether the cloud has welcomed this session and answers. */
  get online(): boolean {
    return this.#attempt?.session.online ?? false;
  }

  /** Of the present session; undefined: there is none. */
  get link(): LinkKind | undefined {
    return this.online ? this.#attempt?.link.kind : undefined;
  }

  /** Whether the cloud lacks records, or a snapshot is under way. */
  get busy(): boolean {
    const { journal } = this.#needs.host;
    const resending = this.#attempt?.session.outstanding ?? false;
    return resending || journal.acknowledged < journal.nextSeq - 1 || this.#lasting.pull.busy;
  }

  /** Why the last connection failed or ended: a line of ASCII for whoever looks at the device. */
  get lastFailure(): string {
    return this.#lasting.standing.lastFailure;
  }

  /** What the broker does not take or do, and a snapshot that cannot be taken, as faults that are told like a part's; at most two. */
  faults(): readonly PartFault[] {
    const { acceptedAtMs } = this.#attempt ?? {};
    if (acceptedAtMs !== undefined) this.#policy.lasts(this.#needs.clock.monotonicMs() - acceptedAtMs);
    const reason = this.#policy.rivalSuspected
      ? "closes sessions at once: client id in use twice?"
      : (this.#lasting.dates.failure ?? this.#lasting.bounds.lacks ?? this.#lasting.pull.lacks ?? this.#will.lacks);
    return [
      ...(reason === undefined ? [] : [{ name: "broker", reason: reason.slice(0, 64) }]),
      ...(this.#lasting.pull.failure === undefined
        ? []
        : [{ name: "snapshot", reason: this.#lasting.pull.failure.slice(0, 64) }]),
    ];
  }

  /** Messages dropped since boot: malformed, forged, replayed, out of turn. */
  get droppedMessages(): number {
    return this.#lasting.standing.droppedMessages;
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
    return this.#lasting.standing.secondsSinceSync();
  }

  /** What is held up, whether or not the cloud answers. */
  get behind(): Behind {
    return this.#lasting.lag.behind;
  }

  /** To be called after each append to the journal. */
  recordsAdded(): void {
    this.#lasting.lag.look();
    this.#attempt?.session.wantsToSend();
  }

  /** Something that `status` tells has changed. */
  statusChanged(): void {
    this.#attempt?.session.statusChanged();
  }

  /** The snapshot in force is not whole any more. */
  snapshotRotted(): void {
    this.#lasting.pull.again();
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
    const best = this.#needs.links.all.findIndex((link) => link.up);
    return best >= 0 && best < this.#attempt.linkIndex ? best : undefined;
  }

  probe(link: number): SocketPort {
    const { links, host } = this.#needs;
    const { host: name, port } = host.identity.broker;
    return links.connect(links.all[link]!, { host: name, port });
  }

  /** `SignInProbeHost`. */
  signInWanted(link: LinkPort): void {
    if (this.#attempt?.acceptedAtMs === undefined) this.#fail(`${link.kind}: ${SIGN_IN_WANTED}`);
  }

  moveTo(link: number): void {
    const { kind } = this.#needs.links.all[link]!;
    this.#trace(`${kind} reaches the broker again`);
    this.#movesTo = link;
    this.#attempt?.connection.close(`moves to ${kind}`);
  }

  /** Connects over the first link that is up, from the `index`th on; when there is none, waits and starts over. */
  #tryFrom(index: number): void {
    this.#retryDeadline.clear();
    const { links } = this.#needs;
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
    const { host, entropy, links } = this.#needs;
    const { identity, journal } = host;
    this.#connections++;
    const name = newSession(entropy, {
      epoch: journal.epoch,
      boot: host.recordedBoot(),
      connection: this.#connections,
    });
    if (name === undefined) {
      this.#fail("no random numbers, and this boot is not on record: it does not talk");
      this.#retryIn(this.#policy.afterRound());
      return;
    }
    const seal = new SessionSeal(identity.sealingKey, name, this.#budget);
    const socket = brokerSocket(links, link, identity.broker, entropy);
    const route = { link, linkIndex, socket, seal };
    this.#attempt = new Attempt(this.#lasting, route, this.#connectionOptions(seal), this);
    this.#trace(`connecting over ${link.kind}`);
  }

  #connectionOptions(seal: SessionSeal): ConnectionOptions {
    const { clock, host } = this.#needs;
    const { box, broker } = host.identity;
    const nowMs = clock.monotonicMs();
    const form = this.#will.at(nowMs);
    const isRetained = form === "retained";
    return {
      version: this.#version.at(nowMs),
      clientId: `smartbox-${box}`,
      username: broker.username,
      password: broker.password,
      will: form === "none" ? undefined : offlineWill(box, seal, isRetained),
      mayRetain: isRetained,
      filter: downFilter(box),
      inFlightMax: this.#lasting.bounds.inFlight,
      pingIntervalMs: this.#keepAlive.at(nowMs),
    };
  }

  /** `AttemptHost`. */
  accepted({ link }: Attempt): void {
    const nowMs = this.#needs.clock.monotonicMs();
    this.#policy.accepted();
    this.#signIn.opened(link);
    this.#version.accepted(nowMs);
    this.#will.accepted(nowMs);
    if (this.#will.lacks !== undefined) this.#trace(`broker takes ${this.#will.lacks}`);
    this.#failback.look();
  }

  /** `SessionHost`. */
  paced(seconds: number | undefined): void {
    this.#policy.paced(seconds);
  }

  /** `AttemptHost`. */
  closed(attempt: Attempt, reason: string, how: Ending): void {
    const wasOnline = attempt.session.online;
    this.#learn(attempt, how);
    const isSignInWanted = how.isUnopened === true && this.#signIn.isWantedOn(attempt.link);
    this.#attempt = undefined;
    attempt.session.end();
    this.#fail(`${attempt.link.kind}: ${isSignInWanted ? SIGN_IN_WANTED : reason}`);
    if (this.#running) this.#goOn(attempt, reason, how);
    if (wasOnline) this.#lasting.standing.wentOffline();
  }

  /** What a session that brought the cloud nothing tells of the broker. Here it is still as it was when it ended. */
  #learn({ session, connection, link }: Attempt, { refusal }: Ending): void {
    const { bounds } = this.#lasting;
    if (refusal?.code === TOO_MANY_AT_ONCE) bounds.tooMany(connection.inFlight, true);
    const longestBytes = session.stuckBytes;
    if (longestBytes === undefined || !this.#running || !link.up) return;
    if (refusal?.code === TOO_LONG) bounds.tooLong(longestBytes, true);
    else bounds.stuck({ longestBytes, inFlight: connection.inFlight });
  }

  /** `SnapshotPullHost`. */
  wantsToSend(): void {
    this.#attempt?.session.wantsToSend();
  }

  /** `SnapshotPullHost`. */
  unanswered(): void {
    this.#attempt?.session.hello();
  }

  #goOn(attempt: Attempt, reason: string, how: Ending): void {
    const { acceptedAtMs, link, linkIndex, spokeAtMs } = attempt;
    const isOtherVersionDue = acceptedAtMs === undefined && this.#version.ended(how);
    // Whoever does not speak the version has not looked at the will.
    const mayFareBetter = isOtherVersionDue || this.#will.ended(reason, how);
    if (acceptedAtMs === undefined) {
      // Behind a name that nobody resolves there is no page either.
      if (how.isUnopened === true && !reason.startsWith("cannot resolve"))
        this.#signIn.look(link, this.#needs.host.identity.broker.host);
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
    const nowMs = this.#needs.clock.monotonicMs();
    const lastedMs = nowMs - acceptedAtMs;
    const { isFarEnd, isPingLost = false } = how;
    this.#keepAlive.ended({ lastedMs, silentMs: nowMs - spokeAtMs, isFarEnd, isPingLost }, nowMs);
    const waitMs = this.#policy.afterSession(lastedMs, how, !link.up);
    if (this.#policy.rivalSuspected && isFarEnd) this.#fail("another client seems to use this box's client id");
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
    const sooner = this.#needs.clock.monotonicMs() + delayMs < this.#retryAtMs;
    if (!this.#retryDeadline.pending || sooner) this.#retryIn(delayMs);
  }

  #retryIn(delayMs: number): void {
    this.#retryAtMs = this.#needs.clock.monotonicMs() + delayMs;
    this.#retryDeadline.set(delayMs, () => this.#tryFrom(0));
  }

  #fail(reason: string): void {
    this.#lasting.standing.failed(reason);
  }

  #trace(text: string): void {
    this.#lasting.standing.trace(text);
  }
}

/** Sealed when CONNECT is written: most connections of an outage never open, and sealing is work. */
function offlineWill(box: string, seal: SessionSeal, retain: boolean): Will {
  return {
    topic: topicOf(box, Lane.state),
    get payload() {
      return seal.sealWill(State.encode({ online: false }));
    },
    retain,
  };
}
