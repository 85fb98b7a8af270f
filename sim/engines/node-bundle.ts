import { type Context, createContext, Script } from "node:vm";
import { DeviceEnd } from "../../hal/bridge/device-end.js";
import type { Hal } from "../../hal/ports/hal.js";
import { OPENED } from "./opening-cost.js";

/** A turn that takes longer never ends: the watchdog of a board would bite, real ms. */
const TURN_MS = 20_000;
/** In the machine's own realm, so that what it makes is what its code takes for bytes. */
const PRELUDE = `
  globalThis.TextEncoder = class { encode(text) { return Uint8Array.from(encodeText(text)); } };
  globalThis.gc = () => {};
`;
const turn = new Script("handleCommand(message)");

/**
 * Boots the program that `npm run release -- build` makes, on the engine's end of the bridge as on XS, in a realm of its own in this process:
 * it has nothing but what XS has. Throws what the program throws as it is evaluated.
 */
export function bootNodeBundle(hal: Hal, payload: Uint8Array): void {
  let serve: (call: Uint8Array) => Uint8Array = nobody;
  /** What ended this boot: it passes through whatever the program does about it. */
  let over: { readonly why: unknown } | undefined;
  const served = (call: Uint8Array) => {
    if (over !== undefined) throw over.why;
    try {
      return serve(call);
    } catch (error) {
      over = { why: error };
      throw error;
    }
  };
  const encoder = new TextEncoder();
  const realm = createContext({
    TextDecoder,
    encodeText: (text: string) => encoder.encode(text),
    issueCommand: (call: ArrayBuffer) => {
      const bytes = new Uint8Array(call);
      // What sealed messages cost, XS counts: here they take what they take.
      return bytes[0] === OPENED ? new ArrayBuffer(0) : bufferOf(served(bytes));
    },
  });
  new Script(PRELUDE).runInContext(realm);
  try {
    new Script(Buffer.from(payload).toString("utf8"), { filename: "image.js" }).runInContext(realm, {
      timeout: TURN_MS,
    });
  } catch (error) {
    throw new Error(`the image is no program: ${(error as Error).message}`);
  }
  const devices = new DeviceEnd({
    hal,
    carry: (message, serveTurn) => {
      serve = serveTurn;
      realm.message = bufferOf(message);
      try {
        const answer = turnOf(realm);
        if (over === undefined) return answer;
      } catch (error) {
        if (over === undefined) throw error;
      }
      throw over.why;
    },
  });
  devices.boot();
}

/** The message that ends a turn. Throws what the program throws out of it, and Error where it never ends. */
function turnOf(realm: Context): Uint8Array {
  return new Uint8Array(turn.runInContext(realm, { timeout: TURN_MS }) as ArrayBuffer);
}

function nobody(): never {
  throw new Error("the image calls its board before it was booted");
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}
