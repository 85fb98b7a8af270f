import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { boxLog, OFFLINE_SYMBOL } from "../../cloud/box-log.js";
import type { CommandLoop } from "./command-loop.js";
import { choicesInWords, logLine, panelInWords, timeOfDay } from "./describe.js";
import type { Desk } from "./desk.js";
import type { Front } from "./front.js";

/** More entries than come between two looks: those of an hour without a link come at once. */
const LOOKED_AT = 500;
/** How often the cloud and the lamp are looked at: they tell nobody of a change, real ms. */
const LOOK_MS = 100;

/** For pipes and logs: reads commands line by line, and appends a line for whatever happens. */
export class PlainFront implements Front {
  readonly columns = Number.POSITIVE_INFINITY;
  readonly #desk: Desk;
  readonly #input: Readable;
  readonly #output: Writable;
  #lines: Interface | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #endings: (() => void)[] = [];
  #panel = "";
  #lamp = "off";
  #isOnline = false;
  readonly #logged = new Set<string>();
  /** Where the cloud's log ended then. */
  #lookedUpTo = 0;

  constructor(desk: Desk, input: Readable, output: Writable) {
    this.#desk = desk;
    this.#input = input;
    this.#output = output;
  }

  open(loop: CommandLoop): void {
    this.#follow(this.#desk);
    this.#desk.onSwitch = () => this.#follow(this.#desk);
    this.#timer = setInterval(() => this.#look(this.#desk), LOOK_MS);
    this.#lines = createInterface({ input: this.#input, terminal: false });
    this.#lines.on("line", (line) => loop.submit(line));
    this.#lines.on("close", () => loop.end());
  }

  /** Tells of the box on the desk from here on, and of no other. */
  #follow(desk: Desk): void {
    const { machine } = desk;
    for (const end of this.#endings.splice(0)) end();
    this.#panel = "";
    this.#lamp = "off";
    this.#isOnline = false;
    this.#logged.clear();
    for (const entry of boxLog(desk.cloud.store, machine.name, LOOKED_AT)) this.#logged.add(logId(entry));
    this.#endings.push(
      machine.panel.watch(() => this.#lookAtPanel(desk)),
      machine.bins.watch((event) => {
        if (event.kind === "opened" || event.kind === "closed")
          this.#say("door", `${machine.bins.label(event.bin)} ${event.kind}`);
        if (event.kind === "mount") this.#say("mount", "released from the wall");
      }),
    );
    machine.onState = (state) => {
      if (state !== "running") this.#panel = "";
      this.#say("box", state);
    };
    this.#endings.push(() => {
      machine.onState = undefined;
    });
    this.#lookAtPanel(desk);
  }

  echo(line: string): void {
    this.#write(`> ${line}`);
  }

  tell(lines: readonly string[]): void {
    for (const line of lines) this.#write(`  ${line}`);
  }

  complain(lines: readonly string[]): void {
    for (const [i, line] of lines.entries()) this.#write(`${i === 0 ? "! " : "  "}${line}`);
  }

  notice(text: string): void {
    this.#say("note", text);
  }

  progress(text: string | undefined): void {
    if (text !== undefined) this.#write(`  ${text}`);
  }

  close(): void {
    if (this.#timer !== undefined) this.#look(this.#desk);
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const end of this.#endings.splice(0)) end();
    this.#lines?.removeAllListeners("close");
    this.#lines?.close();
  }

  /** Of a panel that goes dark the box's state tells, and why. */
  #lookAtPanel(desk: Desk): void {
    const { view } = desk.machine.panel;
    if (view === undefined || !desk.isLit) return;
    const notices = view.notices.map((notice) => desk.format(notice));
    const choices = choicesInWords(desk, view);
    const shown = [
      panelInWords(desk),
      ...(choices.length > 0 ? [choices.join(", ")] : []),
      ...(notices.length > 0 ? [`! ${notices.join(", ")}`] : []),
    ].join(" | ");
    // The age of the last sync and the charge change all the time: what counts is which notices there are.
    const same = [panelInWords(desk), choices, view.notices.map(({ id }) => id)].join();
    if (same === this.#panel) return;
    this.#panel = same;
    this.#say("panel", shown);
  }

  #look(desk: Desk): void {
    const { lamp } = desk.machine.button;
    if (lamp !== this.#lamp) this.#say("lamp", lamp);
    this.#lamp = lamp;
    const { online } = desk.cloud.store.boxState(desk.machine.name);
    if (online !== this.#isOnline) this.#say("cloud", `sees the box ${online ? "online" : "offline"}`);
    this.#isOnline = online;
    if (desk.cloud.store.log.end === this.#lookedUpTo) return;
    this.#lookedUpTo = desk.cloud.store.log.end;
    for (const entry of boxLog(desk.cloud.store, desk.machine.name, LOOKED_AT)) {
      const id = logId(entry);
      if (entry.status === "pending" || this.#logged.has(id)) continue;
      this.#logged.add(id);
      const { time, isOffline, what, status } = logLine(desk, entry);
      this.#say("cloud", `${time} ${isOffline ? `${OFFLINE_SYMBOL} offline ` : ""}${what} · ${status}`);
    }
  }

  #say(what: string, text: string): void {
    const time = timeOfDay(this.#desk, this.#desk.world.wallSeconds());
    this.#write(`${time} ${what.padEnd(5)} ${text}`);
  }

  #write(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

function logId({ epoch, seq, status }: { epoch: string; seq: number; status: string }): string {
  return `${epoch} ${seq} ${status}`;
}
