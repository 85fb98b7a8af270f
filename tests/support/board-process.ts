/**
 * A board with a rig's agent, as far as a serial line shows it: a process with the firmware at one end of a pseudo-terminal.
 *
 *   board-process.ts PATH '{"kind":"sound","noise":0.0001,"seed":1}'
 */
import { writeSync } from "node:fs";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { boot } from "../../firmware/main.js";
import { boardPorts } from "../../hal/boards/board-ports.js";
import { type ByteLine, RigAgent, RigType } from "../../hal/bridge/agent.js";
import { FrameLine } from "../../hal/bridge/frame.js";
import { Tty } from "../../sim/engines/serial/tty.js";

export interface Board {
  /** `hangs`: after some messages; `old`: an agent of another version; `babbles`: other firmware. */
  readonly kind: "sound" | "hangs" | "old" | "babbles" | "silent";
  readonly model?: string;
  /** Of bytes that are spoilt or lost, each way. */
  readonly noise?: number;
  readonly seed?: number;
}

class Reset extends Error {}

const LOOK_MS = 1;
const HANGS_AT = 100;

const [path, json] = process.argv.slice(2);
const { kind, model = "MS5", noise = 0, seed = 1 } = JSON.parse(json!) as Board;
const tty = new Tty(path!, 460_800);

let state = seed;
/** xorshift32. */
function chance(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

let spoils = 0;

function spoilt(bytes: Uint8Array): Uint8Array {
  if (noise === 0) return bytes;
  const left: number[] = [];
  for (const byte of bytes) {
    if (chance() >= noise) {
      left.push(byte);
      continue;
    }
    writeSync(1, `spoilt ${++spoils}\n`);
    if (chance() < 0.5) left.push(byte ^ (1 << Math.floor(chance() * 8)));
  }
  return Uint8Array.from(left);
}

let reads = 0;
const line: ByteLine = {
  read() {
    const bytes = tty.read(LOOK_MS);
    if (bytes !== undefined && kind === "hangs" && ++reads > HANGS_AT) for (;;) tty.read(1_000);
    return bytes && spoilt(bytes);
  },
  write: (bytes) => tty.write(spoilt(bytes)),
};

function agent(): RigAgent {
  return new RigAgent({
    line,
    monotonicMs: () => performance.now(),
    model,
    firmware: "0.1.0",
    engine: { boot, hash: TWEETNACL_HASH, drivers: boardPorts },
    reset: () => {
      throw new Reset();
    },
  });
}

function serve(): never {
  for (let one = agent(); ; ) {
    try {
      one.look();
    } catch (error) {
      if (!(error instanceof Reset)) throw error;
      one = agent();
    }
  }
}

function answerAsOld(): never {
  const frames = new FrameLine((bytes) => line.write(bytes));
  const about = JSON.stringify({ agent: 99, model, firmware: "9.0.0" });
  const answer = Buffer.concat([Buffer.of(RigType.agent), Buffer.from(about)]);
  for (;;) {
    const bytes = line.read();
    if (bytes !== undefined) frames.feed(bytes, () => frames.send(answer));
  }
}

function babble(): never {
  for (;;) {
    tty.read(100);
    tty.write(Buffer.from("I (312) cpu_start: Starting scheduler.\n"));
  }
}

function sleep(): never {
  for (;;) tty.read(1_000);
}

writeSync(1, "ready\n");
const LIVES = { sound: serve, hangs: serve, old: answerAsOld, babbles: babble, silent: sleep } as const;
LIVES[kind]();
