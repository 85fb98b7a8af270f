import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { UpdatePort } from "../../hal/ports/update.js";
import { sameBytes } from "../wire/envelope.js";
import { MAX_FETCH_BYTES } from "../wire/messages.js";
import { MessageError } from "../wire/shape.js";
import type { ImagePiece, Pull, Release } from "../wire/update-messages.js";
import { Deadline } from "../wiring/deadline.js";
import type { UpdateHost } from "./contract.js";
import { beginDownload, begunDownload, DigestCheck, Download } from "./download.js";
import type { ReleaseRefusal } from "./fitness.js";
import { KeyStore } from "./key-store.js";
import { KeyList, Manifest, NEXT_KEYS, SignedEnvelope } from "./manifest.js";
import type { Check, Checking } from "./threshold.js";
import { mayFetch, maySwitch, mayWork } from "./when.js";

/** From one slice of work to the next, ms: whoever comes meanwhile is heard in between. */
const SLICE_MS = 20;
/** From one sector to the next, ms: opening what is sealed takes a twentieth of the processor then. */
const SECTOR_MS = 2_000;
/** From one look whether it may work to the next, ms. */
const LOOK_MS = 10_000;
/** Wait for an answer to a pull, at first and at most, ms. */
const ANSWER_MS = 10_000;
const ANSWER_MAX_MS = 1_200_000;
/** Digests that may be wrong, and errors of the part in a row, before the release is refused. */
const FAILURES_MAX = 3;

/** What becomes of the release is told to. */
export interface FetchingHost {
  /** Why this box cannot run it; undefined: it can. */
  unfit(manifest: Manifest): ReleaseRefusal | undefined;
  begun(release: number): void;
  downloaded(release: number): void;
  refused(release: number, reason: ReleaseRefusal): void;
  /** It boots next. */
  switched(release: number): void;
}

export interface FetchingNeeds {
  readonly hal: Pick<Hal, "timers" | "hash" | "mains" | "trace">;
  readonly port: UpdatePort;
  readonly host: UpdateHost;
  readonly check: Check;
  readonly release: number;
  readonly owner: FetchingHost;
}

/** What is done next. */
type Step = "ask" | "signatures" | "keys" | "image" | "digest" | "switch";

/** One release on its way into the other slot (SPEC.md sections 5 to 8), a little at a time. */
export class Fetching {
  readonly release: number;
  readonly #needs: FetchingNeeds;
  readonly #deadline: Deadline;
  readonly #slot: FlashPort;
  #step: Step = "ask";
  #envelope = new Uint8Array(0);
  #manifest: Manifest | undefined;
  /** Signatures that are still to be verified. */
  #checks: Checking[] = [];
  #download: Download | undefined;
  #digest: DigestCheck | undefined;
  #wantsPull = false;
  #awaitsAnswer = false;
  #answerMs = ANSWER_MS;
  /** Bytes that were asked for over a cellular link. */
  #cellularBytes = 0;
  /** Errors of the part in a row. */
  #faults = 0;

  constructor(needs: FetchingNeeds) {
    this.#needs = needs;
    this.release = needs.release;
    this.#slot = needs.port.slots[needs.port.running === 0 ? 1 : 0];
    this.#deadline = new Deadline(needs.hal.timers);
    this.#resumeStored();
    this.#next(SLICE_MS);
  }

  /** A session began: what waits for an answer asks again. */
  resume(): void {
    if (!this.#awaitsAnswer) return;
    this.#answered();
    this.#next(SLICE_MS);
  }

  stop(): void {
    this.#deadline.clear();
    this.#wantsPull = false;
  }

  nextPull(): Pull | undefined {
    if (!this.#wantsPull) return undefined;
    this.#wantsPull = false;
    this.#awaitsAnswer = true;
    this.#deadline.set(this.#answerMs, () => this.#unanswered());
    const { release } = this;
    const download = this.#download;
    if (this.#step === "ask" || download === undefined) return { release, offset: 0, count: 0 };
    const { offset, sectorEnd } = download;
    const count = Math.min(MAX_FETCH_BYTES, sectorEnd - offset);
    if (this.#needs.host.link() === "cellular") this.#cellularBytes += count;
    return { release, offset, count };
  }

  takeRelease({ release, manifest, version }: Release): boolean {
    if (!this.#awaitsAnswer || this.#step !== "ask" || release !== this.release) return false;
    this.#answered();
    this.#envelope = manifest.slice();
    this.#beginSignatures(version === undefined ? "signatures" : "keys");
    return true;
  }

  takePiece({ release, offset, bytes }: ImagePiece): boolean {
    const download = this.#download;
    if (!this.#awaitsAnswer || this.#step !== "image" || release !== this.release || download === undefined)
      return false;
    const { sectorEnd } = download;
    try {
      if (!download.write(offset, bytes)) return false;
      this.#faults = 0;
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
      this.#fault(error);
      return true;
    }
    this.#answered();
    if (download.offset >= sectorEnd) this.#next(SECTOR_MS);
    else this.#awaitMore();
    return true;
  }

  #awaitMore(): void {
    this.#awaitsAnswer = true;
    this.#deadline.set(this.#answerMs, () => this.#unanswered());
  }

  #answered(): void {
    this.#awaitsAnswer = false;
    this.#answerMs = ANSWER_MS;
    this.#deadline.clear();
  }

  #unanswered(): void {
    this.#awaitsAnswer = false;
    this.#answerMs = Math.min(2 * this.#answerMs, ANSWER_MAX_MS);
    this.#next(SLICE_MS);
  }

  #next(delayMs: number): void {
    this.#deadline.set(delayMs, () => this.#work());
  }

  #work(): void {
    const { host, hal } = this.#needs;
    if (!mayWork(host, hal.mains)) {
      this.#next(LOOK_MS);
      return;
    }
    try {
      this.#do();
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
      this.#fault(error);
    }
  }

  #do(): void {
    switch (this.#step) {
      case "ask":
      case "image":
        this.#pull();
        break;
      case "signatures":
      case "keys":
        this.#verify();
        break;
      case "digest":
        this.#hash();
        break;
      case "switch":
        this.#switch();
    }
  }

  #pull(): void {
    if (this.#download?.isWhole === true) {
      this.#begin("digest");
      return;
    }
    if (!mayFetch(this.#needs.host, this.#cellularBytes)) {
      this.#next(LOOK_MS);
      return;
    }
    this.#wantsPull = true;
    // Where nobody calls for it, it is wanted again.
    this.#next(this.#answerMs);
    this.#needs.host.wantsToSend();
  }

  #begin(step: Step): void {
    this.#step = step;
    this.#next(SLICE_MS);
  }

  /** What a boot before has begun: its manifest is on flash, and is verified anew. */
  #resumeStored(): void {
    const begun = begunDownload(this.#needs.port.store);
    if (begun === undefined) return;
    try {
      if (Manifest.decode(SignedEnvelope.decode(begun.envelope).manifest).release !== this.release) return;
    } catch (error) {
      if (error instanceof MessageError) return;
      throw error;
    }
    this.#envelope = begun.envelope.slice();
    this.#beginSignatures("signatures");
  }

  #beginSignatures(step: "signatures" | "keys"): void {
    const list = new KeyStore(this.#needs.port.store).read();
    if (list === undefined) {
      this.#refuse("signatures");
      return;
    }
    try {
      const envelope = SignedEnvelope.decode(this.#envelope);
      const { check } = this.#needs;
      if (step === "signatures") {
        this.#manifest = Manifest.decode(envelope.manifest);
        this.#checks = [check(envelope, "smartbox-release", list, 0)];
      } else {
        const next = KeyList.decode(envelope.manifest);
        if (next.version !== list.version + 1 || next.threshold > next.keys.length) {
          this.#refuse("signatures");
          return;
        }
        this.#checks = [check(envelope, "smartbox-keys", list, 0), check(envelope, "smartbox-keys", next, NEXT_KEYS)];
      }
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.#refuse("malformed");
      return;
    }
    this.#begin(step);
  }

  #verify(): void {
    const check = this.#checks.at(-1);
    const verdict = check === undefined ? true : check.step();
    if (verdict === false) {
      this.#refuse("signatures");
      return;
    }
    if (verdict === true) this.#checks.pop();
    if (this.#checks.length > 0) this.#next(SLICE_MS);
    else if (this.#step === "keys") this.#takeKeys();
    else this.#takeManifest();
  }

  #takeKeys(): void {
    new KeyStore(this.#needs.port.store).write(this.#envelope);
    this.#begin("ask");
  }

  #takeManifest(): void {
    const { owner, port } = this.#needs;
    const manifest = this.#manifest!;
    const reason = manifest.release === this.release ? owner.unfit(manifest) : "malformed";
    if (reason !== undefined) {
      this.#refuse(reason);
      return;
    }
    const begun = begunDownload(port.store);
    if (begun === undefined || !sameBytes(begun.envelope, this.#envelope)) {
      beginDownload(port.store, { envelope: this.#envelope, failures: 0 });
      owner.begun(this.release);
    } else if (begun.failures >= FAILURES_MAX) {
      this.#refuse("digest");
      return;
    }
    this.#download = new Download(this.#place());
    this.#begin("image");
  }

  #hash(): void {
    const { hal, owner } = this.#needs;
    this.#digest ??= new DigestCheck(this.#place(), hal.hash);
    const verdict = this.#digest.step(this.#manifest!.digest);
    if (verdict === undefined) {
      this.#next(SLICE_MS);
      return;
    }
    this.#digest = undefined;
    if (!verdict) {
      this.#startOver();
      return;
    }
    this.#download!.complete();
    owner.downloaded(this.release);
    this.#begin("switch");
  }

  /** The image is not the one that was signed. */
  #startOver(): void {
    const { store } = this.#needs.port;
    const failures = (begunDownload(store)?.failures ?? 0) + 1;
    beginDownload(store, { envelope: this.#envelope, failures });
    if (failures >= FAILURES_MAX) {
      this.#refuse("digest");
      return;
    }
    this.#download = new Download(this.#place());
    this.#begin("image");
  }

  #switch(): void {
    const { host, hal, port, owner } = this.#needs;
    if (!maySwitch(host, hal.mains)) {
      this.#next(LOOK_MS);
      return;
    }
    // It may have expired while it waited.
    const reason = owner.unfit(this.#manifest!);
    if (reason !== undefined) {
      this.#refuse(reason);
      return;
    }
    port.boot.tryOther(this.release);
    owner.switched(this.release);
  }

  #place() {
    return { slot: this.#slot, store: this.#needs.port.store, total: this.#manifest!.total };
  }

  #fault(error: FlashError): void {
    this.#needs.hal.trace.line(`update: ${error.message}`.slice(0, 200));
    this.#faults++;
    this.#awaitsAnswer = false;
    if (this.#faults >= FAILURES_MAX) {
      this.#refuse("slot-fault");
      return;
    }
    this.#download?.restartSector();
    this.#next(LOOK_MS);
  }

  #refuse(reason: ReleaseRefusal): void {
    this.stop();
    this.#needs.owner.refused(this.release, reason);
  }
}
