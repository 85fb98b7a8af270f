import { createHash, createHmac } from "node:crypto";
import type { HashPort } from "../../../hal/ports/hash.js";
import type { Life } from "./life.js";

/** The board's hash unit; the host's library computes it. */
export function hashPort(life: Life): HashPort {
  return {
    sha512(bytes) {
      life.check();
      return new Uint8Array(createHash("sha512").update(bytes).digest());
    },
    hmacSha512(key, message) {
      life.check();
      return new Uint8Array(createHmac("sha512", key).update(message).digest());
    },
  };
}
