import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { CommandKind } from "../../firmware/records/records.js";
import { isUpLane, Lane, parseTopic, topicOf } from "../../firmware/wire/lanes.js";
import {
  Ack,
  Command as CommandBody,
  Fetch,
  Hello,
  MAX_BATCH_RECORDS,
  MessageError,
  Records,
  State,
  Status,
  Welcome,
} from "../../firmware/wire/messages.js";
import { padded } from "../../firmware/wire/padding.js";
import { Pull } from "../../firmware/wire/update-messages.js";
import type { TimerId, TimersPort } from "../../hal/ports/clock.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { Acks } from "./acks.js";
import { Admin } from "./admin.js";
import { Alerts } from "./alerts.js";
import { BoxAlerts } from "./box-alerts.js";
import { Commands } from "./commands.js";
import { bytesToHex, CloudError, hexToBytes } from "./domain.js";
import { HeldUp, QUIET_SECONDS } from "./held-up.js";
import { Ingest } from "./ingest/ingest.js";
import { Knocks } from "./knocks.js";
import { paceSeconds } from "./pace.js";
import { Permissions } from "./permissions.js";
import { type BoxPower, boxPower } from "./power.js";
import { Privacy } from "./privacy/privacy.js";
import { imageIn, Releases } from "./releases/releases.js";
import type { Shelf } from "./releases/shelf.js";
import { type CloudSession, Conversation, type Drop, type Introduction, type Opened } from "./session.js";
import { Sheets } from "./sheets.js";
import { type Send, SnapshotOffers } from "./snapshot-offers.js";
import { SnapshotRounds } from "./snapshot-rounds.js";
import { Snapshots } from "./snapshots.js";
import type { BoxEntry, IssuedCommand } from "./state.js";
import type { CloudStore } from "./store.js";
import type { CloudTransport } from "./transport.js";
import { LineRules } from "./watch/line-rules.js";
import { Watch } from "./watch/watch.js";

export interface CloudNeeds {
  readonly store: CloudStore;
  /** Seconds since 1970 UTC. */
  readonly now: () => number;
  readonly timers: TimersPort;
  readonly random: (count: number) => Uint8Array;
  readonly hash?: HashPort;
  /** Told of what went wrong on the cloud's own side, such as a disk that is full, and of each alert that begins; for people. */
  readonly onProblem?: (message: string) => void;
  readonly onAlert?: ((message: string) => void) | undefined;
  /** What becomes of each snapshot file before it is offered: a cloud of later years, in trials. As it is if absent. */
  readonly snapshotFile?: (bytes: Uint8Array) => Uint8Array;
  /** Releases of the firmware to hand out; none if absent. */
  readonly shelf?: Shelf | undefined;
}

/** Within a session, a command without a receipt is sent again after this, ms. */
const COMMAND_RESEND_MS = 30_000;
/** While a box is there, it is looked whether something of it is held up, ms. */
const WATCH_MS = 60_000;

interface Peer {
  readonly conversation: Conversation;
  readonly sealingKey: string;
  resend: TimerId | undefined;
}

/**
 * The cloud's side of firmware/sync/PROTOCOL.md, for all boxes. Synchronous: everything happens inside a message, a timer or
 * a call. Whatever comes from the broker is dropped and counted when it is not genuine and in turn; it never throws.
 */
export class CloudService {
  readonly store: CloudStore;
  readonly admin: Admin;
  readonly sheets: Sheets;
  readonly ingest: Ingest;
  readonly alerts: Alerts;
  readonly permissions: Permissions;
  readonly privacy: Privacy;
  /** Somebody has it look every minute. */
  readonly watch: Watch;
  readonly releases: Releases;
  /** Messages dropped since the start, by reason. */
  readonly dropped: Record<Drop, number> = { topic: 0, box: 0, sealed: 0, session: 0, counter: 0, body: 0 };
  readonly #needs: CloudNeeds;
  readonly #snapshots: Snapshots;
  readonly #rounds: SnapshotRounds;
  readonly #offers: SnapshotOffers;
  readonly #commands: Commands;
  readonly #heldUp: HeldUp;
  readonly #knocks: Knocks;
  readonly #boxAlerts: BoxAlerts;
  readonly #peers = new Map<string, Peer>();
  readonly #acks: Acks;
  readonly #send: Send = (box, session, lane, codec, body) =>
    this.#transport?.publish(topicOf(box, lane), session.seal(lane, padded(lane, codec.encode(body))));
  #transport: CloudTransport | undefined;
  #watchTimer: TimerId | undefined;
  #isClosed = false;
  #hasPassedOverIds = false;

  constructor(needs: CloudNeeds) {
    this.#needs = needs;
    this.store = needs.store;
    this.ingest = new Ingest(needs.store);
    const { store, now, random } = needs;
    const onProblem = (message: string) => needs.onProblem?.(message);
    this.alerts = new Alerts(store, now, needs.onAlert);
    this.admin = new Admin({ store, inventory: this.ingest.log.inventory, now, random });
    this.privacy = new Privacy({ store, admin: this.admin, timers: needs.timers, now, onProblem });
    this.sheets = new Sheets(store, needs.hash ?? TWEETNACL_HASH);
    this.permissions = new Permissions(store, this.ingest.log);
    this.#snapshots = new Snapshots(store, this.ingest.log, this.permissions, this.alerts, now, needs.snapshotFile);
    this.#offers = new SnapshotOffers(this.#snapshots, this.#send);
    this.#acks = new Acks({
      store,
      timers: needs.timers,
      through: (box, epoch) => this.ingest.through(box, epoch),
      acknowledge: (box, { session, epoch }, through) => {
        this.#send(box, session, Lane.ack, Ack, { epoch: hexToBytes(epoch), through });
        if (this.#snapshots.isBehind(box)) this.#rounds.soon();
      },
      onProblem,
    });
    this.#rounds = new SnapshotRounds({
      snapshots: this.#snapshots,
      timers: needs.timers,
      boxes: () => store.organisation.boxes.map(({ id }) => id),
      whenDurable: (then) => this.#whenDurable(then),
      offer: (box) => this.#offerCurrent(box),
      onProblem,
    });
    this.#commands = new Commands(store, now);
    const knock = (box: string) => this.#transport?.publish(topicOf(box, Lane.offer), new Uint8Array(0));
    this.releases = new Releases({ store, alerts: this.alerts, shelf: needs.shelf, now, recall: knock });
    this.#boxAlerts = new BoxAlerts(this.alerts);
    const hears = () => this.#transport?.hears?.() ?? true;
    this.#heldUp = new HeldUp({
      store,
      alerts: this.alerts,
      now,
      newest: (box) => this.#snapshots.newest(box)?.version,
      hears,
      lags: () => this.#transport?.lags?.() ?? false,
    });
    const { alerts, permissions } = this;
    this.watch = new Watch({ store, alerts, permissions, now, hears, missing: (box) => this.recordsMissing(box) });
    const rules = new LineRules(alerts);
    store.onLine = (line) => rules.take(line);
    // Presence is what a box says in a session; none has been welcomed yet.
    const there = Object.entries(store.document.boxes).filter(([, { online }]) => online);
    const missed = there.map(([box]) => box);
    this.#knocks = new Knocks(missed, needs.timers, knock);
    for (const [, state] of there) state.online = false;
    store.onPermissions = () => this.#rounds.soon();
  }

  /** From here on it answers. One transport at a time. */
  attach(transport: CloudTransport): void {
    this.#transport = transport;
    transport.onMessage = (topic, payload) => this.#onMessage(topic, payload);
    if (this.#knocks.pending) this.#watch();
  }

  /** Another cloud answered these boxes until now, and is gone: those that wait for an answer are told to ask this one. */
  tookOver(): void {
    this.#knocks.all();
  }

  /** Writes what is not yet written and forgets the transport. Throws CloudError when it cannot be written. */
  close(): void {
    this.#isClosed = true;
    const { timers } = this.#needs;
    for (const timer of [this.#watchTimer, ...[...this.#peers.values()].map((p) => p.resend)]) {
      if (timer !== undefined) timers.clear(timer);
    }
    this.#acks.close();
    this.privacy.close();
    this.#knocks.close();
    this.#rounds.close();
    this.store.onPermissions = undefined;
    this.store.onLine = undefined;
    if (this.#transport !== undefined) {
      this.#transport.onMessage = undefined;
      this.#transport.close();
    }
    this.store.commit();
  }

  /** Arms a bin of a box for one press of its reset button; dropped when the box has not taken it within a minute. */
  oneTouchUnlock(box: string, label: string): IssuedCommand {
    return this.#command(box, CommandKind.oneTouchUnlock, { bin: this.admin.binNumber(box, label) });
  }

  setBinEnabled(box: string, label: string, enabled: boolean): IssuedCommand {
    this.admin.setBinEnabled(box, label, enabled);
    const bin = this.admin.binNumber(box, label);
    return this.#command(box, enabled ? CommandKind.enableBin : CommandKind.disableBin, { bin });
  }

  reboot(box: string): IssuedCommand {
    return this.#command(box, CommandKind.reboot, {});
  }

  /** Closes the offline-code sheets below the one in force, at once if the box is online. */
  closeSheets(box: string): IssuedCommand {
    return this.#command(box, CommandKind.closeSheets, { sheet: this.sheets.revoke(box) });
  }

  /** Somebody has done what those alerts of a box ask for that do not end by themselves; `kinds`: only those. Answers which it were. */
  seen(box: string, kinds?: string[]): readonly string[] {
    const over = this.#boxAlerts.seen(box, kinds);
    const state = this.store.boxState(box);
    if (over.includes("unread")) state.unread = 0;
    if (over.includes("crash")) state.crashes = 0;
    this.store.touch();
    this.store.commit();
    return over;
  }

  /** Mains, battery and temperature of a box as it last told; undefined: never yet. Throws CloudError for an unknown box. */
  power(box: string): BoxPower | undefined {
    return boxPower(this.store.boxState(box));
  }

  /** Records that the box says it has written, and that are not here. */
  recordsMissing(box: string): number {
    return this.#heldUp.missing(box);
  }

  /** Newest snapshot that was made for the box; for tests and for people who want to see it. */
  snapshot(box: string): { readonly version: number; readonly bytes: Uint8Array } | undefined {
    return this.#snapshots.newest(box);
  }

  #command(box: string, kind: CommandKind, fields: { bin?: number; sheet?: number }): IssuedCommand {
    const command = this.#commands.issue(box, kind, fields);
    this.#whenDurable(() => this.#sendCommands(box));
    return command;
  }

  #onMessage(topic: string, payload: Uint8Array): void {
    const target = parseTopic(topic);
    const peer = target === undefined ? undefined : this.#peer(target.box);
    if (target === undefined || !isUpLane(target.lane)) this.#drop("topic");
    else if (peer === undefined) this.#drop("box");
    else this.#onBoxMessage(target.box, peer, target.lane, peer.conversation.open(target.lane, payload));
  }

  #onBoxMessage(box: string, peer: Peer, lane: Lane, opened: Opened): void {
    try {
      if (opened.drop !== undefined) this.#drop(opened.drop, box);
      else if (opened.kind === "hello") this.#hello(box, peer, opened);
      else if (opened.kind === "will") this.#setOnline(box, State.decode(opened.body).online);
      else this.#inSession(box, lane, opened);
    } catch (error) {
      if (error instanceof MessageError) this.#drop("body");
      else if (error instanceof CloudError) this.#needs.onProblem?.(error.message);
      else throw error;
    }
  }

  /** It knows more than this database. */
  #putBack(box: string): void {
    if (!this.#hasPassedOverIds) this.admin.passOverIds();
    this.#hasPassedOverIds = true;
    this.#boxAlerts.putBack(box);
  }

  #hello(box: string, peer: Peer, opened: { body: Uint8Array; id: Uint8Array; counter: number }): void {
    const hello = Hello.decode(opened.body);
    const epoch = hello.epoch === undefined ? undefined : bytesToHex(hello.epoch);
    const isBehind = this.#snapshots.continueAbove(box, hello.version);
    const isForgetful = epoch !== undefined && hello.acked > this.ingest.through(box, epoch);
    if (this.#commands.continueAbove(box, hello.id ?? 0) || isBehind || isForgetful) this.#putBack(box);
    const made = this.#snapshots.newest(box) === undefined ? this.#rounds.tryMake(box) : undefined;
    const { next, version, bins, reads = 0 } = hello;
    const acked = epoch === undefined ? 0 : this.ingest.through(box, epoch);
    // `acked` and the version promise what is durable: the welcome comes after the commit, not before.
    this.#whenDurable(() => {
      if (made !== undefined) this.#snapshots.install(box, made);
      const snapshot = this.#snapshots.newest(box);
      const told = { epoch, next, version, bins, reads, image: imageIn(hello) };
      const session = peer.conversation.welcome(opened.id, this.#needs.random, told, opened.counter);
      this.#send(box, session, Lane.welcome, Welcome, {
        of: opened.counter,
        acked,
        version: snapshot?.version ?? 0,
        total: snapshot?.bytes.length ?? 0,
        time: Math.floor(this.#needs.now()),
        count: MAX_BATCH_RECORDS,
        quiet: QUIET_SECONDS,
        pace: paceSeconds(this.store.organisation.boxes.length),
        release: this.releases.wanted(box, imageIn(hello)),
      });
    });
  }

  #inSession(box: string, lane: Lane, message: { session: CloudSession; body: Uint8Array; isFirst: boolean }): void {
    const { session, body, isFirst } = message;
    const state = this.store.boxState(box);
    state.lastSeen = Math.floor(this.#needs.now());
    if (isFirst) this.#proven(box, session);
    if (lane === Lane.records) this.#records(box, session, Records.decode(body));
    else if (lane === Lane.fetch) this.#offers.fetch(box, session, Fetch.decode(body));
    else if (lane === Lane.status) this.#status(box, state, Status.decode(body));
    else if (lane === Lane.pull)
      this.releases.pull(box, Pull.decode(body), (down, codec, what) => this.#send(box, session, down, codec, what));
    else this.#setOnline(box, State.decode(body).online);
    if (isFirst) this.#sendCommands(box);
  }

  #status(box: string, state: BoxEntry, status: Status): void {
    state.status = { ...status };
    state.statusAt = Math.floor(this.#needs.now());
    this.#boxAlerts.storesPermissions(box, !status.faults.includes("snapshot"));
    this.#heldUp.told(box, { epoch: state.epoch, next: status.next, version: status.version });
  }

  /** The box is in this session: only now is what its hello said worth anything. */
  #proven(box: string, session: CloudSession): void {
    const state = this.store.boxState(box);
    this.#described(box, state, session.told);
    this.releases.told(box, session.told.image);
    this.#knocks.heard(box);
    this.#setOnline(box, true);
    const { epoch } = session.told;
    if (epoch !== undefined && epoch !== state.epoch) {
      if (this.ingest.keeps(box, epoch)) this.#boxAlerts.lostJournal(box);
      state.epoch = epoch;
      this.store.touch();
      this.#rounds.soon();
    }
    this.#heldUp.told(box, session.told);
  }

  /** What the box is and can read, as its hello says. */
  #described(box: string, state: BoxEntry, { bins, reads }: Introduction): void {
    if ((state.reads ?? 0) !== reads) {
      state.reads = reads;
      this.store.touch();
      this.#rounds.soon();
    }
    this.#boxAlerts.bins(box, bins, this.ingest.log.index.boxes.get(box)!.bins.length);
  }

  #records(box: string, session: CloudSession, batch: Records): void {
    const epoch = bytesToHex(batch.epoch);
    if (this.ingest.keeps(box, epoch)) this.#boxAlerts.lostJournal(box);
    const taken = this.ingest.take(box, batch);
    this.#heldUp.look(box);
    const state = this.store.boxState(box);
    this.#boxAlerts.unread(box, state.unread ?? 0);
    this.#boxAlerts.crashed(box, state);
    if (taken > 0 && state.epoch !== epoch) {
      // A journal that began after the hello.
      state.epoch = epoch;
      this.#rounds.soon();
    }
    this.#acks.owe(box, { epoch, session });
  }

  /** A box asks again for what could not be made durable. */
  #whenDurable(then: () => void): void {
    this.store.durable(then, (error) => this.#needs.onProblem?.(error.message));
  }

  #offerCurrent(box: string): void {
    const session = this.#peers.get(box)?.conversation.current;
    if (session !== undefined) this.#offers.offer(box, session);
  }

  #sendCommands(box: string): void {
    const peer = this.#peers.get(box);
    const session = peer?.conversation.current;
    if (peer === undefined || session === undefined || this.#isClosed) return;
    const waiting = this.#commands.waiting(box);
    for (const one of waiting) {
      this.#commands.sending(one);
      const { id, command, bin, sheet, issued } = one;
      const time = command === CommandKind.oneTouchUnlock ? issued : undefined;
      const sent = Math.floor(this.#needs.now());
      this.#send(box, session, Lane.command, CommandBody, { id, command, bin, sheet, time, sent });
    }
    if (this.store.dirty) this.#acks.soon();
    if (peer.resend !== undefined) this.#needs.timers.clear(peer.resend);
    peer.resend = undefined;
    // A box that is away gets them in its next session.
    if (waiting.length === 0 || !this.store.boxState(box).online) return;
    peer.resend = this.#needs.timers.set(COMMAND_RESEND_MS, () => this.#sendCommands(box));
  }

  #setOnline(box: string, online: boolean): void {
    const state = this.store.boxState(box);
    if (state.online === online) return;
    this.#heldUp.look(box);
    state.online = online;
    this.store.touch();
    if (online) this.#watch();
  }

  #watch(): void {
    if (this.#isClosed) return;
    this.#watchTimer ??= this.#needs.timers.set(WATCH_MS, () => {
      this.#watchTimer = undefined;
      const there = Object.keys(this.store.document.boxes).filter((box) => this.store.boxState(box).online);
      for (const box of there) this.#heldUp.look(box);
      this.releases.look();
      if (this.store.dirty) this.#acks.soon();
      this.#knocks.next();
      if (there.length > 0 || this.#knocks.pending) this.#watch();
    });
  }

  #peer(box: string): Peer | undefined {
    const found = this.ingest.log.index.boxes.get(box);
    if (found === undefined) return undefined;
    const there = this.#peers.get(box);
    if (there !== undefined && there.sealingKey === found.sealingKey) return there;
    const conversation = new Conversation(hexToBytes(found.sealingKey));
    const made: Peer = { conversation, sealingKey: found.sealingKey, resend: undefined };
    this.#peers.set(box, made);
    return made;
  }

  #drop(reason: Drop, box?: string): void {
    this.dropped[reason]++;
    if (reason === "session" && box !== undefined) this.#knocks.strayed(box);
  }
}
