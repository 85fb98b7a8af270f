import type { Ending } from "./mqtt/connection.js";
import type { MqttVersion } from "./mqtt/packets.js";

/** For so long a broker that took 3.1.1 is asked for no other, ms; then MQTT 5 is tried once more. */
const KEPT_MS = 6 * 3_600_000;
/** Without an answer it may as well be the network: only so many in a row are taken for the version's. */
const MUTES = 2;
/**
 * A broker that took a version in this boot, and now closes or says nothing, is most likely one that is down: only every so many of
 * these are taken for the version's. Odd, so that on a board with two links each of them has its turn.
 */
const SILENCES_OF_A_KNOWN = 7;

/**
 * MQTT 5 where the broker has it, 3.1.1 otherwise. A broker without one of them says so in four ways: by a code, by CONNACK in the
 * other form, by closing, or not at all. So the other version is tried after each of them; what the broker took is what the next
 * connections begin with.
 */
export class VersionForm {
  #first: MqttVersion = 5;
  #next: MqttVersion = 5;
  /** The broker took `#first` in this boot. */
  #isKnown = false;
  #silences = 0;
  /** When a broker that took 3.1.1 did so, or was last asked for MQTT 5; monotonic ms. */
  #askedAtMs = 0;
  #isQuestion = false;

  /** For the next CONNECT. */
  at(nowMs: number): MqttVersion {
    if (this.#first === 4 && nowMs - this.#askedAtMs >= KEPT_MS) {
      this.#askedAtMs = nowMs;
      this.#next = 5;
      this.#isQuestion = true;
    }
    return this.#next;
  }

  accepted(nowMs: number): void {
    if (this.#next !== this.#first) this.#askedAtMs = nowMs;
    this.#first = this.#next;
    this.#isKnown = true;
    this.#isQuestion = false;
    this.#silences = 0;
  }

  /** A connection ended before CONNACK took the box. True: the other version, over the same link, may fare better at once. */
  ended({ refusal, unanswered, isMute = false }: Ending): boolean {
    const isClosed = unanswered === "connect";
    // Else nobody was asked.
    if (refusal === undefined && !isClosed && !isMute) return false;
    const isRefused = refusal?.cause === "version";
    if (this.#next !== this.#first) {
      this.#next = this.#first;
      const wasQuestion = this.#isQuestion;
      this.#isQuestion = false;
      return wasQuestion && (isRefused || isClosed);
    }
    if (!isRefused && !this.#isSilenceMeant(isClosed, isMute)) return false;
    this.#silences = 0;
    this.#next = this.#first === 5 ? 4 : 5;
    return !isMute;
  }

  #isSilenceMeant(isClosed: boolean, isMute: boolean): boolean {
    if (!isClosed && !isMute) return false;
    this.#silences++;
    if (this.#isKnown) return this.#silences >= SILENCES_OF_A_KNOWN;
    return isClosed || this.#silences >= MUTES;
  }
}
