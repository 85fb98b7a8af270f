import { rmSync } from "node:fs";
import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import { RigType } from "../../hal/bridge/agent.js";
import { Type } from "../../hal/bridge/codes.js";
import { DeviceEnd } from "../../hal/bridge/device-end.js";
import { withoutDrivers } from "../../hal/bridge/device-io.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { Engine } from "./engine.js";
import { lockPort } from "./serial/port-lock.js";
import { type Relays, relaysBy } from "./serial/relays.js";
import { RigLine } from "./serial/rig-line.js";
import { BoardLostError, Tty } from "./serial/tty.js";

/** Of the boards' debug UART. */
const BAUD = 460_800;
/** So long the supply is off, ms: capacitors empty. */
const OFF_MS = 1_000;

export interface SerialEngineOptions {
  /** Of the port: /dev/ttyUSB0. */
  readonly path: string;
  /** Shell command that switches the board's supply (`relaysBy`); absent: the agent restarts the board. */
  readonly relay?: string | undefined;
  /** From a reset until the agent must have answered, ms; 15,000 if absent. */
  readonly startsWithinMs?: number;
}

/** The firmware on a board with a rig's agent (hal/bridge/agent.ts), at the other end of a serial line. A reset before every boot. */
export class SerialEngine implements Engine {
  /** Nobody counts on a board: there sealed messages take no virtual time. */
  readonly openingComputrons = 0;
  readonly #lock: string;
  readonly #tty: Tty;
  readonly #line: RigLine;
  readonly #relays: Relays | undefined;
  readonly #model: string;

  /** Throws NoBoardError: no port, a busy one, nobody there, or the wrong one. */
  constructor({ path, relay, startsWithinMs = 15_000 }: SerialEngineOptions) {
    this.#lock = lockPort(path);
    this.#tty = this.#open(path);
    this.#relays = relay === undefined ? undefined : relaysBy(relay);
    this.#line = new RigLine(this.#tty, startsWithinMs);
    try {
      this.#model = this.#line.identify().model;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(path: string): Tty {
    try {
      return new Tty(path, BAUD);
    } catch (error) {
      rmSync(this.#lock, { force: true });
      throw error;
    }
  }

  boot(hal: Hal): void {
    this.#run(hal);
  }

  bootOnIo(hal: BareHal, board: IoBoard): void {
    this.#run(withoutDrivers(hal, board), board);
  }

  close(): void {
    this.#tty.close();
    rmSync(this.#lock, { force: true });
  }

  #run(hal: Hal, board?: IoBoard): void {
    if (hal.board.model !== this.#model) {
      throw new BoardLostError(
        `the board on ${this.#tty.path} is an ${this.#model}, and the scenario wants an ${hal.board.model}`,
      );
    }
    this.#restart();
    const devices = new DeviceEnd({
      hal,
      ...(board && { board }),
      carry: (message, serve) => this.#carry(message, serve),
    });
    devices.boot();
  }

  #restart(): void {
    if (this.#relays === undefined) this.#line.send(Uint8Array.of(RigType.reset));
    else {
      this.#relays.supply(false);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OFF_MS);
      this.#relays.supply(true);
    }
    this.#line.identify();
  }

  #carry(message: Uint8Array, serve: (call: Uint8Array) => Uint8Array): Uint8Array {
    this.#line.send(message);
    for (;;) {
      const said = this.#line.receive();
      if (said[0] !== Type.call) return said;
      let answer: Uint8Array;
      try {
        answer = serve(said);
      } catch (error) {
        // The boot is over, or the simulator is at fault: either way the board must not wait.
        this.#line.reply(Uint8Array.of(Type.over));
        this.#line.receive();
        throw error;
      }
      this.#line.reply(answer);
    }
  }
}
