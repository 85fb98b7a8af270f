import type { SocketPort } from "../../../hal/ports/network.js";
import type { ScheduledEvent, Scheduler } from "../clock/scheduler.js";
import { Life } from "../devices/life.js";
import type { FixedLink } from "../net/link.js";
import type { BoxNet } from "../net/links.js";
import type { Pin } from "./pins.js";
import type { SerialLine } from "./serial-line.js";

/** PWRKEY pressed so long switches on or off (SIM7000 Hardware Design V1.04, tables 8 and 9). */
const KEY_ON_MS = 1_000;
const KEY_OFF_MS = 1_200;
const BOOT_MS = 4_500;
const OFF_MS = 1_800;
const ANSWER_MS = 5;
/** 64 bytes at 115,200 baud. */
const PIECE_BYTES = 64;
const PIECE_MS = 6;
const CONNECTIONS = 8;
const MAX_SEND = 1_460;

interface Payload {
  readonly id: number;
  readonly bytes: number[];
  readonly count: number;
}

interface Connection {
  readonly socket: SocketPort;
  inbox: Uint8Array;
  isOpen: boolean;
  isClosed: boolean;
}

/** SIM7000 at the other end of a UART: the commands that the driver uses (SIM7000 Series AT Command Manual V1.03). */
export class Sim7000Part {
  readonly #scheduler: Scheduler;
  readonly #line: SerialLine;
  readonly #net: BoxNet;
  readonly #cellular: FixedLink;
  #state: "off" | "starting" | "on" | "stopping" = "off";
  #pressedMs: number | undefined;
  #next: ScheduledEvent | undefined;
  /** Ends what it has open when it goes off. */
  #life: Life | undefined;
  #echo = true;
  #isUnlocked = false;
  #hasData = false;
  #announces = { CEREG: false, CGREG: false };
  #inbox = "";
  /** Bytes of AT+CIPSEND that are still to come. */
  #payload: Payload | undefined;
  #output: number[] = [];
  #pump: ScheduledEvent | undefined;
  readonly #connections = new Map<number, Connection>();

  /** What is in the slot. */
  sim: "ready" | "missing" | "locked" | "puk" | "busy" = "ready";
  /** Of a locked SIM, and how often it may still be wrong. */
  pin = "1234";
  pinTries = 3;
  #network: "ok" | "none" | "denied" = "ok";
  /** False: registered, and no data. */
  hasCredit = true;
  /** It hangs: neither commands nor its key do anything. */
  silent = false;
  /** A line that comes by itself just before the answer to a command, by the command. */
  readonly interjections = new Map<string, string>();
  /** Commands that it answers with an error. */
  readonly refuses = new Set<string>();
  /** A bit flips in the line before the next bytes of a connection. */
  garblesRead = false;
  /** Commands taken so far, for tests. */
  readonly commands: string[] = [];

  constructor(options: { scheduler: Scheduler; line: SerialLine; key: Pin; net: BoxNet; cellular: FixedLink }) {
    this.#scheduler = options.scheduler;
    this.#line = options.line;
    this.#net = options.net;
    this.#cellular = options.cellular;
    this.#cellular.hasModem = true;
    this.#cellular.onBackhaul = () => this.#registrationChanged();
    options.line.toPart = (bytes) => this.#receive(bytes);
    options.key.watch((level) => this.#key(level === 1));
  }

  /** `none`: it searches without end. A data connection that is there outlives that. */
  set network(network: "ok" | "none" | "denied") {
    this.#network = network;
    this.#announce();
  }

  get isOn(): boolean {
    return this.#state === "on";
  }

  /** Its supply goes away and comes back. */
  powerOnReset(): void {
    this.#off();
    this.silent = false;
  }

  /** The network takes the data connection away. */
  dropData(): void {
    if (!this.#hasData) return;
    this.#loseData();
    this.#say("+PDP: DEACT");
  }

  /** It says `line` by itself. */
  tell(line: string): void {
    this.#say(line);
  }

  #key(isPressed: boolean): void {
    const { nowMs } = this.#scheduler;
    const held = this.#pressedMs === undefined ? 0 : nowMs - this.#pressedMs;
    this.#pressedMs = isPressed ? nowMs : undefined;
    if (isPressed || this.silent) return;
    if (this.#state === "off" && held >= KEY_ON_MS) this.#start();
    else if (this.#state === "on" && held >= KEY_OFF_MS) this.#stop();
  }

  #start(): void {
    this.#state = "starting";
    this.#cellular.switchRadio(true);
    this.#next = this.#scheduler.after(BOOT_MS, () => {
      this.#state = "on";
      this.#life = new Life(0, this.#scheduler.nowMs, (_, work) => work());
      this.#say("RDY");
      this.#say(
        this.sim === "missing" ? "+CPIN: NOT INSERTED" : this.sim === "ready" ? "+CPIN: READY" : "+CPIN: SIM PIN",
      );
    });
  }

  #stop(): void {
    this.#say("NORMAL POWER DOWN");
    this.#state = "stopping";
    this.#scheduler.cancel(this.#next);
    this.#next = this.#scheduler.after(OFF_MS, () => this.#off());
  }

  #off(): void {
    this.#scheduler.cancel(this.#next);
    this.#scheduler.cancel(this.#pump);
    this.#pump = undefined;
    this.#output = [];
    this.#state = "off";
    this.#loseData();
    this.#life?.end();
    this.#cellular.switchRadio(false);
    this.#echo = true;
    this.#isUnlocked = false;
    this.#announces = { CEREG: false, CGREG: false };
    this.#inbox = "";
    this.#payload = undefined;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state !== "on" || this.silent) return;
    for (const byte of bytes) {
      if (this.#payload !== undefined) this.#payloadByte(this.#payload, byte);
      else if (byte === 0x0d) this.#command();
      else if (byte !== 0x0a) this.#inbox += String.fromCharCode(byte);
    }
  }

  #payloadByte(payload: Payload, byte: number): void {
    payload.bytes.push(byte);
    if (payload.bytes.length < payload.count) return;
    this.#payload = undefined;
    const connection = this.#connections.get(payload.id);
    const taken = connection?.socket.write(new Uint8Array(payload.bytes)) ?? 0;
    if (taken === 0) this.#say(`${payload.id}, SEND FAIL`);
    else this.#say(`DATA ACCEPT:${payload.id},${taken}`);
  }

  #command(): void {
    const text = this.#inbox;
    this.#inbox = "";
    if (this.#echo) this.#put(`${text}\r`);
    if (!text.startsWith("AT")) return;
    this.commands.push(text);
    this.#scheduler.after(ANSWER_MS, () => {
      if (this.#state !== "on" || this.silent) return;
      const interjection = this.interjections.get(text);
      if (interjection !== undefined) this.#say(interjection);
      if (this.refuses.has(text)) this.#say("ERROR");
      else this.#answer(text.slice(2));
    });
  }

  #answer(text: string): void {
    const [name = "", rest = ""] = text.split(/[=?](.*)/s);
    const args = rest.split(",").map((one) => one.replaceAll('"', ""));
    if (text === "") this.#say("OK");
    else if (text === "E0") this.#done(() => (this.#echo = false));
    else if (text === "+CPIN?") this.#sayPin();
    else if (text === "+SPIC") this.#done(() => this.#say(`+SPIC: ${this.pinTries},10,0,10`));
    else if (name === "+CPIN") this.#enterPin(args[0]!);
    else if (name === "+CEREG" || name === "+CGREG") this.#registration(name === "+CEREG" ? "CEREG" : "CGREG", text);
    else if (text === "+CIPSHUT") this.#shut();
    else if (text === "+CGNAPN") this.#done(() => this.#say('+CGNAPN: 1,"things.example"'));
    else if (text === "+CIICR") this.#bringUp();
    else if (text === "+CIFSR") this.#say(this.#hasData ? "10.64.0.2" : "ERROR");
    else if (text === "+CPOWD=1") this.#stop();
    else if (name.startsWith("+CIP") && args.length > 1) this.#connectionCommand(name, args);
    else if (["+CMEE", "+CIPMUX", "+CIPQSEND", "+CIPRXGET", "+CSTT"].includes(name)) this.#say("OK");
    else this.#say("ERROR");
  }

  #done(work: () => void): void {
    work();
    this.#say("OK");
  }

  #sayPin(): void {
    if (this.sim === "missing") this.#say("+CME ERROR: 10");
    else if (this.sim === "busy") this.#say("+CME ERROR: 14");
    else if (this.sim === "puk") this.#done(() => this.#say("+CPIN: SIM PUK"));
    else this.#done(() => this.#say(this.sim === "ready" || this.#isUnlocked ? "+CPIN: READY" : "+CPIN: SIM PIN"));
  }

  #enterPin(pin: string): void {
    if (pin !== this.pin) {
      this.pinTries--;
      if (this.pinTries === 0) this.sim = "puk";
      this.#say("+CME ERROR: 16");
      return;
    }
    this.pinTries = 3;
    this.#isUnlocked = true;
    this.#say("OK");
  }

  get #isRegistered(): boolean {
    const hasSim = this.sim === "ready" || this.#isUnlocked;
    return hasSim && this.#network === "ok" && this.#cellular.backhaul !== undefined;
  }

  get #status(): number {
    if (this.#isRegistered) return 5;
    return this.#network === "denied" ? 3 : 2;
  }

  #registration(name: "CEREG" | "CGREG", text: string): void {
    this.#done(() => {
      // A network of LTE only.
      if (text.endsWith("?"))
        this.#say(`+${name}: 1,${name === "CEREG" || this.#network === "denied" ? this.#status : 0}`);
      else this.#announces[name] = text.endsWith("=1");
    });
  }

  #registrationChanged(): void {
    this.#announce();
    if (!this.#isRegistered) this.dropData();
  }

  #announce(): void {
    if (this.#state === "on" && this.#announces.CEREG) this.#say(`+CEREG: ${this.#status}`);
  }

  #bringUp(): void {
    if (!this.#isRegistered) {
      this.#say("ERROR");
      return;
    }
    // The network takes its time to say no.
    this.#scheduler.after(this.hasCredit ? 800 : 4_000, () => {
      this.#hasData = this.hasCredit && this.#isRegistered;
      this.#say(this.#hasData ? "OK" : "ERROR");
    });
  }

  #shut(): void {
    this.#loseData();
    this.#say("SHUT OK");
  }

  #loseData(): void {
    this.#hasData = false;
    for (const { socket } of this.#connections.values()) socket.close();
    this.#connections.clear();
  }

  #connectionCommand(name: string, args: readonly string[]): void {
    if (name === "+CIPRXGET") {
      this.#read(Number(args[1]), Number(args[2]));
      return;
    }
    const id = Number(args[0]);
    const connection = this.#connections.get(id);
    if (name === "+CIPSTART") this.#connect(id, args[2]!, Number(args[3]));
    else if (name === "+CIPSEND") {
      const count = Number(args[1]);
      if (connection?.isOpen !== true || connection.isClosed || !(count >= 1 && count <= MAX_SEND)) {
        this.#say("ERROR");
        return;
      }
      this.#payload = { id, bytes: [], count };
      this.#put("\r\n> ");
    } else if (name === "+CIPCLOSE") {
      if (connection === undefined) {
        this.#say("ERROR");
        return;
      }
      connection.socket.close();
      this.#connections.delete(id);
      this.#say(`${id}, CLOSE OK`);
    } else this.#say("ERROR");
  }

  #connect(id: number, host: string, port: number): void {
    if (!this.#hasData || this.#connections.has(id) || !(id >= 0 && id < CONNECTIONS)) {
      this.#say("ERROR");
      return;
    }
    const socket = this.#net.dial(this.#cellular, this.#life!, { host, port });
    const connection: Connection = { socket, inbox: new Uint8Array(0), isOpen: false, isClosed: false };
    this.#connections.set(id, connection);
    const tell = (line: string) => {
      if (this.#connections.get(id) === connection) this.#say(`${id}, ${line}`);
    };
    socket.onOpen = () => {
      connection.isOpen = true;
      tell("CONNECT OK");
    };
    socket.onData = (bytes) => {
      const wasEmpty = connection.inbox.length === 0;
      connection.inbox = new Uint8Array([...connection.inbox, ...bytes]);
      if (wasEmpty && this.#connections.get(id) === connection) this.#say(`+CIPRXGET: 1,${id}`);
    };
    socket.onClose = () => {
      connection.isClosed = true;
      tell(connection.isOpen ? "CLOSED" : "CONNECT FAIL");
    };
    this.#say("OK");
  }

  #read(id: number, most: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) {
      this.#say("ERROR");
      return;
    }
    const bytes = connection.inbox.slice(0, most);
    connection.inbox = connection.inbox.slice(most);
    const name = this.garblesRead ? "+CIPRXGEU" : "+CIPRXGET";
    this.garblesRead = false;
    this.#put(`\r\n${name}: 2,${id},${bytes.length},${connection.inbox.length}\r\n`);
    this.#putBytes(bytes);
    this.#put("\r\nOK\r\n");
  }

  #say(line: string): void {
    this.#put(`\r\n${line}\r\n`);
  }

  #put(text: string): void {
    this.#putBytes(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  }

  /** As fast as the line carries it. */
  #putBytes(bytes: Uint8Array): void {
    if (this.silent) return;
    for (const byte of bytes) this.#output.push(byte);
    this.#pump ??= this.#scheduler.after(PIECE_MS, () => this.#deliver());
  }

  #deliver(): void {
    this.#pump = undefined;
    this.#line.deliver(new Uint8Array(this.#output.splice(0, PIECE_BYTES)));
    if (this.#output.length > 0) this.#pump = this.#scheduler.after(PIECE_MS, () => this.#deliver());
  }
}
