import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { boot as bootFirmware } from "../../../firmware/main.js";
import { type BareHal, boardPorts, type IoBoard } from "../../../hal/boards/board-ports.js";
import { Type } from "../../../hal/bridge/codes.js";
import { type Carrier, DeviceEnd } from "../../../hal/bridge/device-end.js";
import { withoutDrivers } from "../../../hal/bridge/device-io.js";
import { EngineEnd } from "../../../hal/bridge/engine-end.js";
import type { Hal } from "../../../hal/ports/hal.js";
import type { Engine } from "../../../sim/engines/engine.js";
import { openingComputrons } from "../../../sim/engines/opening-cost.js";

export interface LoopbackOptions {
  readonly boot?: (hal: Hal) => void;
  readonly offerHash?: boolean;
  /** Looks at, or changes, each message on its way to the engine and back. */
  readonly toEngine?: (message: Uint8Array) => Uint8Array;
  readonly fromEngine?: (message: Uint8Array) => Uint8Array;
}

/** Both ends of the bridge in one process: every message is copied, as a wire does, and the engine lives as an object. */
export class Loopback implements Engine {
  /** The firmware runs in this process. */
  get openingComputrons(): number {
    return openingComputrons();
  }

  readonly #options: LoopbackOptions;
  /** Messages that ended a turn, and calls. */
  turns = 0;
  calls = 0;

  constructor(options: LoopbackOptions = {}) {
    this.#options = options;
  }

  boot(hal: Hal): void {
    this.#run(hal);
  }

  bootOnIo(hal: BareHal, board: IoBoard): void {
    this.#run(withoutDrivers(hal, board), board);
  }

  #run(hal: Hal, board?: IoBoard): void {
    const { boot = bootFirmware, offerHash, toEngine = same, fromEngine = same } = this.#options;
    let serve: (call: Uint8Array) => Uint8Array = () => new Uint8Array();
    const engine = new EngineEnd({
      boot,
      drivers: boardPorts,
      call: (message) => serve(message.slice()).slice(),
      hash: TWEETNACL_HASH,
    });
    const carry: Carrier = (message, answer) => {
      let ended: { readonly error: unknown } | undefined;
      serve = (call) => {
        this.calls++;
        try {
          return answer(call);
        } catch (error) {
          ended = { error };
          return Uint8Array.of(Type.over);
        }
      };
      this.turns++;
      const end = fromEngine(engine.take(toEngine(message.slice())));
      if (ended !== undefined) {
        if (end[0] !== Type.stopped) throw new Error("the engine went on after OVER");
        throw ended.error;
      }
      return end;
    };
    new DeviceEnd({ hal, carry, ...(board && { board }), ...(offerHash !== undefined && { offerHash }) }).boot();
  }

  close(): void {}
}

function same(message: Uint8Array): Uint8Array {
  return message;
}
