import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What only the emulated microcontroller tells (hal/mcu/main.c); each of it since its reset. */
export interface BoardReport {
  /** Of its timer; with counted instructions a tick is 40 of them. */
  readonly ticks: number;
  readonly chunkBytes: number;
  /** At most: slots of XS's stack, bytes of the C stack, bytes of malloc. */
  readonly stackSlots: number;
  readonly stackBytes: number;
  readonly mallocBytes: number;
}

/** What the worker tells about a command that it carried out. */
export interface XsReport {
  /** Computrons: XS's own count of what the command cost. */
  readonly computrons: number;
  /** Slots in use, garbage since the last collection included. */
  readonly slots: number;
  /** Most bytes of chunks since the machine began; undefined: this worker does not tell. */
  readonly peakChunkBytes?: number | undefined;
  /** Of the emulated microcontroller. */
  readonly board?: BoardReport | undefined;
  readonly result: Uint8Array;
}

/** The worker ended: out of memory, stack overflow, or a protocol error. */
export class XsDied extends Error {}
/** It ended without a word: something killed it. */
export class XsKilled extends XsDied {}
/** What was evaluated threw an exception; the message is the exception's. */
export class XsException extends Error {}

const READ_BYTES = 65_536;
/** Characters of a worker's last words that are passed on. */
const LAST_WORDS = 400;
const COLON = 0x3a;

/**
 * Where workers come from: a shell that runs one after another on named pipes. It reaps them, which Node could not do while
 * virtual time runs, for its event loop stands still then.
 */
export class XsHost {
  /** Of the pipes. */
  readonly dir: string;
  readonly #next: number;
  /** Workers take turns on two pairs of pipes: one that is still at its end must not be taken for its successor. */
  #pair = 0;
  readonly #clean = () => this.close();

  /**
   * `command`: the worker, a program that has its ways in and out as files 3 and 4, and its arguments; `option`: what stands before an
   * image that it is given.
   */
  constructor(command: readonly string[], option: "-r" | "-kernel" = "-r") {
    this.dir = mkdtempSync(join(tmpdir(), "smartbox-xs-"));
    const pipe = (name: string) => join(this.dir, name);
    const next = pipe("next");
    const all = [next, pipe("to0"), pipe("to1"), pipe("from0"), pipe("from1")];
    const made = spawnSync("mkfifo", ["-m", "600", ...all], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`no named pipes: ${made.error?.message ?? made.stderr}`);
    // Opened for both directions, a pipe waits for nobody; the shell gets an end of its own, so that its input ends with this.
    const held = openSync(next, constants.O_RDWR);
    const shellEnd = openSync(next, constants.O_RDONLY);
    this.#next = openSync(next, constants.O_WRONLY);
    closeSync(held);
    const said = openSync(join(this.dir, "said"), "w");
    spawn("sh", ["-c", ONE_AFTER_ANOTHER, "sh", this.dir, option, ...command], {
      stdio: [shellEnd, "ignore", said],
    }).unref();
    closeSync(shellEnd);
    closeSync(said);
    process.once("exit", this.#clean);
  }

  /** Starts the next worker, when the one before has ended; `image`: a heap that `XsWorker.save` wrote, to go on from, or what QEMU loads. */
  start(image = ""): { readonly write: number; readonly read: number } {
    this.#pair = 1 - this.#pair;
    writeSync(this.#next, `${this.#pair} ${image}\n`);
    // Each open waits for the far end's.
    const write = openSync(join(this.dir, `to${this.#pair}`), constants.O_WRONLY);
    const read = openSync(join(this.dir, `from${this.#pair}`), constants.O_RDONLY);
    return { write, read };
  }

  /** What workers have said of themselves so far: last words are why one ended. */
  get said(): string {
    const path = join(this.dir, "said");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Idempotent. */
  close(): void {
    if (!process.listeners("exit").includes(this.#clean)) return;
    process.off("exit", this.#clean);
    closeSync(this.#next);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const ONE_AFTER_ANOTHER = [
  "pipes=$1; option=$2; shift 2",
  "while read -r n image; do",
  // Without an image there are no such arguments.
  '  (if [ -n "$image" ]; then set -- "$@" "$option" "$image"; fi; exec "$@" 3<"$pipes/to$n" 4>"$pipes/from$n" </dev/null)',
  "done",
].join("\n");

/**
 * One XS machine in a process of its own, driven without the host's event loop: every command blocks until it is done, and
 * what the worker asks meanwhile is answered in place. The simulator stays a plain chain of calls.
 */
export class XsWorker {
  readonly #host: XsHost;
  readonly #write: number;
  readonly #read: number;
  readonly #serve: (request: Uint8Array) => Uint8Array;
  #buffer = Buffer.alloc(READ_BYTES);
  #from = 0;
  #to = 0;
  #alive = true;
  /** Characters that workers before this one have said. */
  readonly #saidBefore: number;

  /** `serve` answers what the machine asks with `issueCommand`. The worker before it on this host must have been killed. */
  constructor(host: XsHost, serve: (request: Uint8Array) => Uint8Array, image?: string) {
    this.#host = host;
    this.#serve = serve;
    this.#saidBefore = host.said.length;
    const { write, read } = host.start(image);
    this.#write = write;
    this.#read = read;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Evaluates a script. Throws XsException with what it throws. */
  evaluate(source: string): XsReport {
    return this.#command("e", Buffer.from(source));
  }

  /** Writes the whole heap to the file `path`. */
  save(path: string): void {
    this.#command("w", Buffer.from(path));
  }

  /** Calls the machine's global function `handleCommand`. */
  command(message: Uint8Array): XsReport {
    return this.#command("?", message);
  }

  /**
   * Ends the machine in the middle of whatever it waits for: at the end of its input the worker leaves without running another
   * line of the script. Idempotent.
   */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    closeSync(this.#write);
    closeSync(this.#read);
  }

  #command(kind: string, body: Uint8Array): XsReport {
    if (!this.#alive) throw new XsDied("the XS worker is gone");
    this.#send(kind, body);
    for (;;) {
      const message = this.#receive();
      const rest = message.subarray(1);
      switch (String.fromCharCode(message[0]!)) {
        case "?":
          this.#send("/", this.#answer(rest));
          break;
        case ".":
          return report(rest);
        case "!":
          throw new XsException(Buffer.from(rest).toString());
        default:
          this.kill();
          throw new XsDied(`the XS worker sends ${Buffer.from(message.subarray(0, 40)).toString("latin1")}`);
      }
    }
  }

  #answer(request: Uint8Array): Uint8Array {
    try {
      return this.#serve(request);
    } catch (error) {
      // The caller waits for an answer that will not come: the boot is over, or the simulator is at fault.
      this.kill();
      throw error;
    }
  }

  #send(kind: string, body: Uint8Array): void {
    const frame = Buffer.concat([Buffer.from(`${body.length + 1}:${kind}`), body, Buffer.from(",")]);
    try {
      for (let at = 0; at < frame.length; ) at += writeSync(this.#write, frame, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
      this.#died();
    }
  }

  /** The content of the next netstring, a copy. */
  #receive(): Uint8Array {
    let colon = this.#buffer.subarray(this.#from, this.#to).indexOf(COLON);
    while (colon < 0) {
      this.#fill(1);
      colon = this.#buffer.subarray(this.#from, this.#to).indexOf(COLON);
    }
    const length = Number(this.#buffer.toString("latin1", this.#from, this.#from + colon));
    const start = colon + 1;
    while (this.#to - this.#from < start + length + 1) this.#fill(start + length + 1 - (this.#to - this.#from));
    const content = new Uint8Array(this.#buffer.subarray(this.#from + start, this.#from + start + length));
    this.#from += start + length + 1;
    return content;
  }

  /** Reads at least one byte more; makes room for `wanted`. */
  #fill(wanted: number): void {
    if (this.#from > 0 && this.#to + wanted > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    if (this.#to + wanted > this.#buffer.length) {
      const grown = Buffer.alloc(2 * (this.#to + wanted));
      this.#buffer.copy(grown, 0, 0, this.#to);
      this.#buffer = grown;
    }
    if (this.#from === this.#to) {
      this.#from = 0;
      this.#to = 0;
    }
    const count = readSync(this.#read, this.#buffer, this.#to, this.#buffer.length - this.#to, null);
    if (count === 0) this.#died();
    this.#to += count;
  }

  #died(): never {
    this.kill();
    const said = this.#host.said.slice(this.#saidBefore);
    if (said === "") throw new XsKilled("the XS worker ended: out of memory, stack overflow, or killed");
    throw new XsDied(`the XS worker ended: ${said.slice(-LAST_WORDS).trim()}`);
  }
}

/** `{"currentHeapCount":…,"compute":…,…}\x01result`. */
function report(message: Uint8Array): XsReport {
  const split = message.indexOf(1);
  const head = JSON.parse(Buffer.from(message.subarray(0, split)).toString()) as {
    currentHeapCount: number;
    compute: number;
    peakChunkBytes?: number;
  } & Partial<BoardReport>;
  const { currentHeapCount: slots, compute: computrons, peakChunkBytes } = head;
  const board = head.ticks === undefined ? undefined : (head as BoardReport);
  return { computrons, slots, peakChunkBytes, board, result: message.subarray(split + 1) };
}
