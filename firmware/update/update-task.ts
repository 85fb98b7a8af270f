import { FlashError } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { UpdatePort } from "../../hal/ports/update.js";
import { Kind, UpdateEvent } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";
import { Lane } from "../wire/lanes.js";
import type { Hello } from "../wire/messages.js";
import { MessageError } from "../wire/shape.js";
import { ImagePiece, Pull, Release } from "../wire/update-messages.js";
import type { Changes } from "../wiring/changes.js";
import type { TrialHost, UpdateHost, UpdateShown } from "./contract.js";
import { Fetching, type FetchingHost } from "./fetching.js";
import { type BoxFacts, type ReleaseRefusal, whyNot } from "./fitness.js";
import { KeyStore } from "./key-store.js";
import type { Manifest } from "./manifest.js";
import type { Check } from "./threshold.js";
import { isTold, noteTold, wordOf } from "./told.js";
import { Trial } from "./trial.js";

export interface UpdateTaskNeeds {
  readonly hal: Pick<Hal, "board" | "clock" | "timers" | "hash" | "mains" | "sleep" | "trace">;
  readonly port: UpdatePort;
  readonly ledger: Pick<Ledger, "note">;
  readonly host: UpdateHost & TrialHost;
  readonly changes: Pick<Changes, "tell">;
  readonly check: Check;
}

/**
 * Takes the box from one release to another (SPEC.md). At rest it keeps nothing in RAM but what the status screen tells; what is under
 * way is on flash, and its objects are made when the cloud names a release.
 */
export class UpdateTask implements FetchingHost {
  readonly #needs: UpdateTaskNeeds;
  #fetching: Fetching | undefined;
  #trial: Trial | undefined;
  #shown: UpdateShown;
  /** Refused or given up in this boot or before: not asked for again. */
  #refused: number | undefined;

  constructor(needs: UpdateTaskNeeds) {
    this.#needs = needs;
    const { release, isTrial, returned } = needs.port.boot.facts();
    this.#refused = returned?.release;
    const next = returned && ({ release: returned.release, state: "returned", reason: wordOf(returned.why) } as const);
    this.#shown = { release, isTrial, next };
  }

  /** Behind the boot record. */
  start(): void {
    const { hal, port, host } = this.#needs;
    if (!this.#shown.isTrial) {
      this.#tellReturned();
      return;
    }
    this.#trial = new Trial({ hal, port, host, confirmed: () => this.#confirmed() });
  }

  get shown(): UpdateShown {
    return this.#shown;
  }

  /** What `hello` says of it. */
  hello(): Pick<Hello, "release" | "room" | "list" | "trial"> {
    const { port } = this.#needs;
    const { release, isTrial } = this.#shown;
    return {
      release,
      room: port.slots[0].sizeBytes,
      list: new KeyStore(port.store).read()?.version ?? 0,
      ...(isTrial && { trial: 1 }),
    };
  }

  /** The cloud wants `release` on this box; undefined: it wants nothing. */
  welcomed(release: number | undefined): void {
    const isNews = release !== undefined && release > this.#shown.release && release !== this.#refused;
    if (!isNews || this.#trial !== undefined) {
      this.#fetching?.stop();
      this.#fetching = undefined;
      return;
    }
    if (this.#fetching?.release === release) {
      this.#fetching.resume();
      return;
    }
    this.#fetching?.stop();
    const { hal, port, host, check } = this.#needs;
    this.#fetching = new Fetching({ hal, port, host, check, release, owner: this });
    this.#show({ release, state: "fetching" });
  }

  /** The body of the next `pull`, which the caller sends now. */
  nextPull(): Uint8Array | undefined {
    const pull = this.#fetching?.nextPull();
    return pull && Pull.encode(pull);
  }

  /** Takes the body of a `release` or an `image`. False: malformed, not asked for, or not the one that comes next; nothing was done. */
  take(lane: Lane, body: Uint8Array): boolean {
    const fetching = this.#fetching;
    if (fetching === undefined) return false;
    try {
      return lane === Lane.release
        ? fetching.takeRelease(Release.decode(body))
        : fetching.takePiece(ImagePiece.decode(body));
    } catch (error) {
      if (error instanceof MessageError) return false;
      throw error;
    }
  }

  /** `FetchingHost`. */
  unfit(manifest: Manifest): ReleaseRefusal | undefined {
    const { hal, port } = this.#needs;
    const box: BoxFacts = {
      ...port.boot.facts(),
      model: hal.board.model,
      room: port.slots[0].sizeBytes,
      now: hal.clock.wallSeconds(),
    };
    return whyNot(manifest, box);
  }

  /** `FetchingHost`. */
  begun(release: number): void {
    this.#note(UpdateEvent.begun, release);
  }

  /** `FetchingHost`. */
  downloaded(release: number): void {
    this.#note(UpdateEvent.downloaded, release);
    this.#show({ release, state: "waiting" });
  }

  /** `FetchingHost`. */
  refused(release: number, reason: ReleaseRefusal): void {
    this.#fetching?.stop();
    this.#fetching = undefined;
    this.#refused = release;
    this.#note(UpdateEvent.refused, release, reason);
    this.#show({ release, state: "refused", reason });
  }

  /** `FetchingHost`. */
  switched(release: number): void {
    this.#note(UpdateEvent.trial, release);
    this.#needs.hal.sleep.restart();
  }

  #confirmed(): void {
    this.#trial = undefined;
    const { release } = this.#shown;
    this.#shown = { release, isTrial: false, next: undefined };
    this.#note(UpdateEvent.confirmed, release);
    this.#needs.changes.tell();
  }

  #tellReturned(): void {
    const { port, hal } = this.#needs;
    const { returned } = port.boot.facts();
    if (returned === undefined || isTold(port.store, returned)) return;
    this.#note(UpdateEvent.returned, returned.release, wordOf(returned.why));
    try {
      noteTold(port.store, returned);
    } catch (error) {
      // It is told again at the next boot.
      if (!(error instanceof FlashError)) throw error;
      hal.trace.line(`update: ${error.message}`.slice(0, 200));
    }
  }

  #show(next: UpdateShown["next"]): void {
    this.#shown = { ...this.#shown, next };
    this.#needs.changes.tell();
  }

  #note(event: UpdateEvent, release: number, reason?: string): void {
    this.#needs.ledger.note({ kind: Kind.update, event, release, ...(reason !== undefined && { reason }) });
  }
}
