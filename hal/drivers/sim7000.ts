import type { Digital, DigitalConstructor } from "../io/digital.js";
import type { SerialConstructor, SerialOptions } from "../io/serial.js";
import type { OpenStream } from "../io/stream.js";
import type { TimerId, TimersPort } from "../ports/clock.js";
import type { LinkPort } from "../ports/network.js";
import type { PartFault } from "../ports/parts.js";
import { type AtAnswer, AtChannel } from "./at-channel.js";
import { Sim7000Stream } from "./sim7000-stream.js";

/** Connections that the firmware uses at a time: one, and one that is going. The module has eight. */
const CONNECTIONS = 4;
/** SIM7000 Hardware Design V1.04, tables 8 and 9: PWRKEY low for 1 s switches on, for 1.2 s off. */
const KEY_MS = 1_300;
/** Its UART answers 4.5 s after that; with a margin. */
const WAKE_MS = 12_000;
/** Switching off takes 1.8 to 6.9 s. */
const OFF_MS = 8_000;
const POLL_MS = 1_000;
/** What AT+CIPSEND may have announced. */
const MAX_SEND_BYTES = 1_460;
const ANSWER_MS = 5_000;
/** AT+CIICR, AT+CIPSHUT (AT Command Manual V1.03, section 8.2): 85 s and 65 s at most. */
const DATA_MS = 85_000;
const SHUT_MS = 65_000;
/** A first registration in a new country looks through all bands. */
const REGISTER_MS = 180_000;
/** Without registration so long, the connections are given up. */
const LOST_MS = 20_000;
/** Between one attempt and the next when something is wrong that does not heal by itself. */
const AGAIN_MS = 60_000;

/** What a subscription may ask for; a SIM for things mostly needs none of it. */
export interface CellularSettings {
  /** Access point's name; absent: what the network says. */
  readonly apn?: string;
  readonly user?: string;
  readonly password?: string;
  /** Of the SIM, 4 to 8 digits. */
  readonly pin?: string;
}

export interface Sim7000Options {
  readonly serial: Omit<SerialOptions, "onReadable" | "format"> & { io: SerialConstructor };
  readonly io: DigitalConstructor;
  /** Pin of the transistor that pulls PWRKEY down: high presses the key. */
  readonly powerKey: number;
  readonly timers: TimersPort;
  readonly settings: CellularSettings;
}

/**
 * LTE-M and GSM module SIM7000 as a link: on and off by its key, SIM and PIN, registration, and connections by its own TCP/IP
 * (SIM7000 Series AT Command Manual V1.03; 3GPP TS 27.007). It carries bytes only: TLS stays on the box.
 */
export class Sim7000 implements LinkPort {
  readonly kind = "cellular";
  onChange: ((up: boolean) => void) | undefined;
  readonly #timers: TimersPort;
  readonly #settings: CellularSettings;
  readonly #key: Digital;
  readonly #channel: AtChannel;
  readonly #streams: (Sim7000Stream | undefined)[] = [];
  #isStarted = false;
  #up = false;
  /** Told up or down by `onChange`. */
  #told = false;
  #timer: TimerId | undefined;
  #registerBy: TimerId | undefined;
  #trouble: string | undefined;
  /** The SIM has refused it, or would lock itself: not tried again before the next boot. */
  #isPinRefused = false;
  #keyPresses = 0;

  constructor({ serial, io, powerKey, timers, settings }: Sim7000Options) {
    this.#timers = timers;
    this.#settings = settings;
    this.#key = new io({ pin: powerKey, mode: io.Output });
    this.#key.write(0);
    this.#channel = new AtChannel({ serial, timers, unsolicited: (line) => this.#heard(line) });
    // The boot before may have left it on, when its end came by surprise: nobody would switch it off for months.
    this.#after(OFF_MS, () => this.#switchOff());
  }

  get up(): boolean {
    return this.#up;
  }

  /** What is wrong with it, for as long as it is started. */
  faults(): readonly PartFault[] {
    return this.#trouble === undefined ? [] : [{ name: "modem", reason: this.#trouble }];
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#keyPresses = 0;
    this.#channel.reset();
    this.#greet();
  }

  stop(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#trouble = undefined;
    this.#key.write(0);
    this.#lose("the link was stopped");
    // At once: the box may be asleep in a moment. Once more later: a module that was still starting has not heard it.
    this.#channel.farewell("AT+CPOWD=1");
    this.#after(OFF_MS, () => this.#switchOff());
  }

  /** Connections by the module's own TCP/IP. */
  open(host: string, port: number): OpenStream {
    return (_address, events) => {
      const id = this.#freeConnection();
      const stream = new Sim7000Stream({
        channel: this.#channel,
        id,
        host,
        port,
        events,
        freed: () => {
          if (this.#streams[id] === stream) this.#streams[id] = undefined;
        },
        silent: () => this.#restart(SILENT, 0),
      });
      this.#streams[id] = stream;
      return stream;
    };
  }

  #freeConnection(): number {
    if (!this.#up) throw new Error("the modem has no network");
    for (let id = 0; id < CONNECTIONS; id++) if (this.#streams[id] === undefined) return id;
    throw new Error("the modem has no connection left");
  }

  /** Is it on already? A reset of the processor does not switch it off. */
  #greet(): void {
    this.#ask("AT", POLL_MS, ({ ok }) => {
      if (ok === true) this.#prepare();
      else this.#wakeFromData();
    });
  }

  /** Cut off in AT+CIPSEND it still waits for bytes, and takes every command for them. Empty lines fill it up. */
  #wakeFromData(): void {
    this.#ask(`${"\r".repeat(MAX_SEND_BYTES)}AT`, POLL_MS, ({ ok }) => {
      if (ok === true) this.#prepare();
      else this.#press();
    });
  }

  #press(): void {
    if (this.#keyPresses++ >= 2) this.#trouble = SILENT;
    this.#key.write(1);
    this.#after(KEY_MS, () => {
      this.#key.write(0);
      this.#awaitReady(Math.floor(WAKE_MS / POLL_MS));
    });
  }

  #awaitReady(polls: number): void {
    this.#ask("AT", POLL_MS, ({ ok }) => {
      if (ok === true) this.#prepare();
      else if (polls > 0) this.#awaitReady(polls - 1);
      else if (this.#trouble === undefined) this.#press();
      else this.#after(AGAIN_MS, () => this.#greet());
    });
  }

  #prepare(): void {
    this.#keyPresses = 0;
    this.#all(["ATE0", "AT+CMEE=1", "AT+CEREG=1", "AT+CGREG=1"], () => this.#askSim());
  }

  #askSim(): void {
    this.#ask("AT+CPIN?", ANSWER_MS, ({ ok, lines }) => {
      const said = lines.join(" ");
      if (ok === undefined) this.#restart(SILENT, 0);
      else if (said.includes("READY")) this.#register();
      else if (said.includes("SIM PIN")) this.#unlock();
      else if (said.includes("SIM PUK")) this.#restart("the SIM asks for its PUK", AGAIN_MS);
      // 3GPP TS 27.007, section 9.2: SIM busy.
      else if (/ERROR: 14$/.test(said)) this.#after(POLL_MS, () => this.#askSim());
      else this.#restart(/ERROR: 10$/.test(said) ? "there is no SIM" : "the SIM does not work", AGAIN_MS);
    });
  }

  /** Three wrong PINs lock a SIM for good: never the last try, and none twice. */
  #unlock(): void {
    const { pin } = this.#settings;
    if (pin === undefined) {
      this.#restart("the SIM asks for its PIN", AGAIN_MS);
      return;
    }
    if (this.#isPinRefused) {
      this.#restart("the SIM refuses its PIN", AGAIN_MS);
      return;
    }
    this.#ask("AT+SPIC", ANSWER_MS, ({ lines }) => {
      const left = /^\+SPIC: (\d+)/.exec(lineOf(lines, "+SPIC:"))?.[1];
      if (left === undefined) {
        this.#restart("the SIM does not say how often its PIN may be wrong", AGAIN_MS);
        return;
      }
      this.#isPinRefused = Number(left) < 2;
      if (this.#isPinRefused) {
        this.#restart("the SIM's PIN has been tried too often", AGAIN_MS);
        return;
      }
      this.#isPinRefused = true;
      this.#ask(`AT+CPIN="${pin}"`, ANSWER_MS, ({ ok }) => {
        if (ok !== true) {
          this.#restart("the SIM refuses its PIN", AGAIN_MS);
          return;
        }
        this.#isPinRefused = false;
        this.#after(POLL_MS, () => this.#askSim());
      });
    });
  }

  #register(): void {
    this.#clearRegister();
    this.#registerBy = this.#timers.set(REGISTER_MS, () => this.#restart("there is no network", 0));
    this.#look();
  }

  /** LTE first, then GSM. */
  #look(): void {
    this.#ask("AT+CEREG?", ANSWER_MS, (lte) => {
      if (isRegistered(lte)) {
        this.#attach();
        return;
      }
      this.#ask("AT+CGREG?", ANSWER_MS, (gsm) => {
        if (isRegistered(gsm)) {
          this.#attach();
          return;
        }
        if (statusOf(lte) === DENIED && statusOf(gsm) === DENIED) this.#trouble = "the network refuses the SIM";
        this.#after(3_000, () => this.#look());
      });
    });
  }

  #attach(): void {
    this.#clearRegister();
    this.#ask(
      "AT+CIPSHUT",
      SHUT_MS,
      ({ ok }) => {
        if (ok !== true) {
          this.#restart(SILENT, 0);
          return;
        }
        this.#all(["AT+CIPMUX=1", "AT+CIPQSEND=1", "AT+CIPRXGET=1"], () => this.#nameAccessPoint());
      },
      (line) => (line === "SHUT OK" ? true : undefined),
    );
  }

  #nameAccessPoint(): void {
    if (this.#settings.apn !== undefined) {
      this.#bringUp(this.#settings.apn);
      return;
    }
    this.#ask("AT+CGNAPN", ANSWER_MS, ({ lines }) => {
      this.#bringUp(/^\+CGNAPN: 1,"([!-~]*)"$/.exec(lineOf(lines, "+CGNAPN:"))?.[1] ?? "");
    });
  }

  #bringUp(apn: string): void {
    const { user = "", password = "" } = this.#settings;
    this.#all([`AT+CSTT="${apn}","${user}","${password}"`], () => {
      this.#ask("AT+CIICR", DATA_MS, ({ ok }) => {
        if (ok === undefined) this.#restart(SILENT, 0);
        else if (!ok) this.#restart("no data from the network: out of credit, or wrong access point", AGAIN_MS);
        else
          this.#ask(
            "AT+CIFSR",
            ANSWER_MS,
            () => this.#isUp(),
            (line) => (isIpv4(line) ? true : undefined),
          );
      });
    });
  }

  #isUp(): void {
    this.#trouble = undefined;
    this.#up = true;
    this.#tell();
  }

  /** Lines that come by themselves. */
  #heard(line: string): void {
    const [, id, what] = /^(\d), ?(.+)$/.exec(line) ?? [];
    const arrived = /^\+CIPRXGET: 1,(\d)$/.exec(line);
    if (id !== undefined) this.#streams[Number(id)]?.told(what!);
    else if (arrived !== null) this.#streams[Number(arrived[1])]?.arrived();
    else if (!this.#isStarted) return;
    else if (/^\+C[EG]REG: \d/.test(line)) this.#registration(Number(line[8]));
    else if (!this.#up) return;
    else if (line === "+PDP: DEACT") this.#restart(undefined, 0);
    // It has started anew by itself, or is about to go.
    else if (/^(RDY|NORMAL POWER DOWN|UNDER-VOLTAGE POWER DOWN)$/.test(line)) this.#restart(undefined, OFF_MS);
  }

  /** A short loss of the cell is the network's business: the connections outlive it. */
  #registration(status: number): void {
    if (!this.#up) return;
    this.#clearRegister();
    if (!REGISTERED.includes(status)) this.#registerBy = this.#timers.set(LOST_MS, () => this.#lookAgain());
  }

  /** LTE and GSM tell each of their own: who moves from one to the other hears of the loss last. */
  #lookAgain(): void {
    this.#ask("AT+CEREG?", ANSWER_MS, (lte) => {
      if (isRegistered(lte)) return;
      this.#ask("AT+CGREG?", ANSWER_MS, (gsm) => {
        if (!isRegistered(gsm)) this.#restart(undefined, 0);
      });
    });
  }

  /** Ends what is under way; from the greeting on again, after `afterMs`. */
  #restart(trouble: string | undefined, afterMs: number): void {
    if (!this.#isStarted) return;
    if (trouble !== undefined) this.#trouble = trouble;
    this.#channel.reset();
    this.#lose("the modem lost the network");
    this.#after(afterMs, () => this.#greet());
  }

  #lose(reason: string): void {
    this.#clearRegister();
    for (const stream of this.#streams.splice(0)) stream?.drop(reason);
    if (!this.#up) return;
    this.#up = false;
    this.#tell();
  }

  /** Never from inside a method of ours. */
  #tell(): void {
    this.#timers.set(0, () => {
      if (this.#told === this.#up) return;
      this.#told = this.#up;
      this.onChange?.(this.#up);
    });
  }

  #switchOff(): void {
    if (!this.#isStarted) this.#channel.farewell("AT+CPOWD=1");
  }

  /** Commands that only a broken modem refuses. */
  #all(commands: readonly string[], then: () => void): void {
    const [first, ...rest] = commands;
    if (first === undefined) {
      then();
      return;
    }
    this.#ask(first, ANSWER_MS, ({ ok }) => {
      if (ok === true) this.#all(rest, then);
      else this.#restart(ok === false ? `it refuses ${first.slice(0, 16)}` : SILENT, 0);
    });
  }

  #ask(
    text: string,
    timeoutMs: number,
    done: (answer: AtAnswer) => void,
    final?: (line: string) => boolean | undefined,
  ): void {
    this.#channel.send({ text, timeoutMs, done, ...(final && { final }) });
  }

  /** In place of what was to come before. */
  #after(ms: number, work: () => void): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(ms, () => {
      this.#timer = undefined;
      work();
    });
  }

  #clearRegister(): void {
    if (this.#registerBy !== undefined) this.#timers.clear(this.#registerBy);
    this.#registerBy = undefined;
  }
}

const SILENT = "it does not answer";
const isIpv4 = (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text);
/** 3GPP TS 27.007, section 7.2: at home, and roaming. */
const REGISTERED: readonly number[] = [1, 5];
const DENIED = 3;

/** The line of an answer that begins so, or an empty one; lines that come by themselves may stand before it. */
function lineOf(lines: readonly string[], begin: string): string {
  return lines.find((line) => line.startsWith(begin)) ?? "";
}

/** `+CEREG: <n>,<status>` or `+CGREG: <n>,<status>`; undefined: neither. */
function statusOf({ lines }: AtAnswer): number | undefined {
  for (const line of lines) {
    const match = /^\+C[EG]REG: \d,(\d+)/.exec(line);
    if (match !== null) return Number(match[1]);
  }
  return undefined;
}

function isRegistered(answer: AtAnswer): boolean {
  const status = statusOf(answer);
  return status !== undefined && REGISTERED.includes(status);
}
