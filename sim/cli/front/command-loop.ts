import { CloudError } from "../../cloud/domain.js";
import { WorldError } from "../../world/devices/site.js";
import { TimeoutError } from "../../world/machine/world.js";
import { touch, typeDigits } from "./commands/panel.js";
import { completions, findCommand, similarTo } from "./commands.js";
import type { Desk } from "./desk.js";
import type { Front } from "./front.js";
import { MissingWordError, parseLine, UsageError } from "./words.js";

/** Runs the desk's clock, and between two events the commands of whoever sits there, one after another. */
export class CommandLoop {
  readonly #desk: Desk;
  readonly #front: Front;
  readonly #lines: string[] = [];
  #isEnding = false;

  constructor(desk: Desk, front: Front) {
    this.#desk = desk;
    this.#front = front;
    desk.onAsk = (line) => this.submit(line);
  }

  /** A command line came in; it is carried out in its turn. */
  submit(line: string): void {
    this.#lines.push(line);
    this.#desk.poke();
  }

  /** No more lines will come: it ends after those that are there. */
  end(): void {
    this.#isEnding = true;
    this.#desk.poke();
  }

  /** Ends as soon as it can, in the middle of a command. */
  stop(): void {
    this.#desk.stopping = true;
    this.#desk.poke();
  }

  complete(line: string): ReturnType<typeof completions> {
    return completions(line, (command, index) => command.complete?.(this.#desk, index) ?? []);
  }

  /** Resolves when it is over. */
  async run(): Promise<void> {
    while (!this.#desk.stopping) {
      await this.#desk.until(() => this.#lines.length > 0 || this.#isEnding);
      const line = this.#lines.shift();
      if (line !== undefined && !this.#desk.stopping) await this.#carryOut(line);
      else if (this.#isEnding) return;
    }
  }

  async #carryOut(line: string): Promise<void> {
    if (line.trim() === "" || line.trim().startsWith("#")) return;
    this.#front.echo(line.trim());
    try {
      this.#front.tell(await this.#outcome(line));
    } catch (error) {
      const isExpected =
        error instanceof UsageError ||
        error instanceof WorldError ||
        error instanceof CloudError ||
        error instanceof TimeoutError;
      if (!isExpected) throw error;
      const example = error instanceof UsageError ? exampleFor(line) : [];
      const message = error instanceof MissingWordError ? missingIn(line, error) : error.message;
      this.#front.complain([...message.split("\n"), ...example]);
    } finally {
      this.#front.progress(undefined);
    }
  }

  async #outcome(text: string): Promise<readonly string[]> {
    const desk = this.#desk;
    const line = parseLine(text);
    const found = findCommand(line.words);
    if (found !== undefined) {
      const context = {
        desk,
        columns: this.#front.columns,
        progress: (told: string | undefined) => this.#front.progress(told),
        quit: () => this.stop(),
      };
      return await found.command.run(context, { words: found.words, rest: line.rest });
    }
    const word = line.words[0] ?? "";
    const choices = desk.machine.panel.view?.choices ?? [];
    const isChoice = choices.some(({ id }) => id === word) || (/^[1-8]$/.test(word) && Number(word) <= choices.length);
    if (line.words.length === 1 && isChoice) return await touch(desk, word);
    if (/^[\d\s]+$/.test(text)) return await typeDigits(desk, line.words.join(""));
    const similar = similarTo(word);
    throw new UsageError(
      `there is no command ${word}${similar.length === 0 ? "; `help` lists them" : `; did you mean ${similar.join(" or ")}?`}`,
    );
  }
}

/** By its name in the usage: `cloud empty BIN` without its last word lacks `BIN`. */
function missingIn(line: string, { given, message }: MissingWordError): string {
  const found = findCommand(parseLine(line).words);
  const usage = found?.command.usage.split(" ") ?? [];
  const at = found === undefined ? 0 : Math.max(0, usage.indexOf(found.command.name));
  const name = usage[at + given];
  return name === undefined ? message : `${name} is missing`;
}

function exampleFor(line: string): string[] {
  const word = line.trim().split(/\s+/);
  const command = findCommand(word)?.command;
  if (command === undefined) return ["for example: help"];
  return [`usage: ${command.usage}`, `for example: ${command.example}`];
}
