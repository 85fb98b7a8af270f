import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { boot } from "../../../firmware/main.js";
import type { Updates } from "../../../firmware/updates.js";
import { boardPorts } from "../../../hal/boards/board-ports.js";
import { EngineEnd, type EngineEndOptions } from "../../../hal/bridge/engine-end.js";
import { countOpenings, OPENED, openingComputrons } from "../opening-cost.js";

declare function issueCommand(message: ArrayBufferLike): ArrayBuffer;
declare function gc(): void;

/**
 * Makes the global function that whoever runs the machine calls: the firmware on the engine's end of the bridge, which is made at the
 * first call: what is made here may lie in flash, where nothing can be changed.
 */
export function serveMachine(
  own: Pick<EngineEndOptions, "text" | "maxMessageBytes" | "chipFlash">,
  updates?: Updates,
): void {
  let engine: EngineEnd | undefined;
  const options: EngineEndOptions = {
    boot: (hal) => {
      // For whoever measures; the firmware gets it as an argument.
      Object.assign(globalThis, { hal });
      boot(hal, updates);
    },
    call: (message) => new Uint8Array(issueCommand(message.buffer)),
    drivers: boardPorts,
    hash: TWEETNACL_HASH,
    ...own,
  };

  countOpenings();
  let told = 0;
  const tellOpened = () => {
    const computrons = openingComputrons() - told;
    if (computrons === 0) return;
    told += computrons;
    issueCommand(Uint8Array.of(OPENED, computrons, computrons >>> 8, computrons >>> 16, computrons >>> 24).buffer);
  };
  Object.assign(globalThis, {
    handleCommand: (message: ArrayBuffer) => {
      engine ??= new EngineEnd(options);
      if (message.byteLength > 0) {
        const answer = engine.take(new Uint8Array(message)).buffer;
        tellOpened();
        return answer;
      }
      // No message of the bridge: whoever measures wants the garbage out. Evaluating a script for that would leave a slot behind.
      gc();
      return message;
    },
  });
}
