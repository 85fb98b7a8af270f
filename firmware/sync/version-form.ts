import type { Ending } from "./mqtt/connection.js";
import type { MqttVersion } from "./mqtt/packets.js";

/** What a broker took is asked of it again for so long, ms; then MQTT 5 is tried once more. */
const KEPT_MS = 6 * 3_600_000;
/** Without an answer it may as well be the network: only so many in a row are taken for the version's. */
const MUTES = 2;

/**
 * MQTT 5 where the broker has it, 3.1.1 otherwise. A broker without it says so in four ways: by a code, by CONNACK in the older
 * form, by closing, or not at all. So 3.1.1 is tried after each of them, and kept once the broker has taken it.
 */
export class VersionForm {
  #version: MqttVersion = 5;
  #mutes = 0;
  /** When the broker took 3.1.1, monotonic ms. */
  #takenAtMs: number | undefined;

  /** For the next CONNECT. */
  at(nowMs: number): MqttVersion {
    if (this.#takenAtMs !== undefined && nowMs - this.#takenAtMs >= KEPT_MS) {
      this.#takenAtMs = undefined;
      this.#version = 5;
    }
    return this.#version;
  }

  accepted(nowMs: number): void {
    this.#mutes = 0;
    if (this.#version === 4) this.#takenAtMs ??= nowMs;
  }

  /** A connection ended before CONNACK took the box. True: the other version, over the same link, may fare better at once. */
  ended({ refusal, unanswered, isMute }: Ending): boolean {
    if (this.#takenAtMs !== undefined) return false;
    if (this.#version === 4) {
      // That was not it: the next round begins with MQTT 5 again.
      this.#version = 5;
      return false;
    }
    if (isMute === true && ++this.#mutes >= MUTES) {
      this.#mutes = 0;
      this.#version = 4;
    }
    if (refusal?.cause !== "version" && unanswered !== "connect") return false;
    this.#version = 4;
    return true;
  }
}
