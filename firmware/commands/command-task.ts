import type { TimerId, TimersPort } from "../../hal/ports/clock.js";
import type { ButtonPort, SleepPort } from "../../hal/ports/power.js";
import { CommandKind, Kind } from "../records/records.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import type { Command } from "../wire/messages.js";

/** A bin armed by the cloud waits for the button this long, ms. */
const ARMED_MS = 60_000;
/** The receipt gets this long to reach the cloud before a reboot, ms. */
const REBOOT_DELAY_MS = 3_000;

/** Takes on the cloud's commands, each number once; the journal record is the receipt and comes before the deed. */
export class CommandTask {
  readonly #ledger: Ledger;
  readonly #timers: TimersPort;
  readonly #button: ButtonPort;
  readonly #sleep: SleepPort;
  readonly #binCount: number;
  readonly #onArmed: (bin: number) => void;
  readonly #openArmed: (bin: number) => void;
  readonly #changed: () => void;
  #armed: { readonly bin: number; readonly timer: TimerId } | undefined;

  constructor(parts: {
    ledger: Ledger;
    timers: TimersPort;
    button: ButtonPort;
    sleep: SleepPort;
    binCount: number;
    /** `bin` waits for the button from now on. */
    armed: (bin: number) => void;
    /** The button was pressed while `bin` was armed. */
    openArmed: (bin: number) => void;
    /** Something that the status strip shows has changed. */
    changed: () => void;
  }) {
    this.#ledger = parts.ledger;
    this.#timers = parts.timers;
    this.#button = parts.button;
    this.#sleep = parts.sleep;
    this.#binCount = parts.binCount;
    this.#onArmed = parts.armed;
    this.#openArmed = parts.openArmed;
    this.#changed = parts.changed;
  }

  /** A command may come again when its receipt was lost on the way: a number at or below the last one has been done. */
  take(command: Command): void {
    if (command.id <= this.#ledger.state.command) return;
    const { id, command: kind, bin, sheet } = command;
    try {
      this.#ledger.write({ kind: Kind.command, id, command: kind, bin, sheet }, "vital");
    } catch (error) {
      // Not taken on: without a receipt the cloud sends it again.
      if (!(error instanceof WriteRefused)) throw error;
      return;
    }
    this.#carryOut(kind, bin);
    this.#changed();
  }

  /** Takes the button press if a bin waits for it. */
  pressed(): boolean {
    if (this.#armed === undefined) return false;
    const { bin } = this.#armed;
    this.#disarm();
    this.#openArmed(bin);
    return true;
  }

  #carryOut(kind: CommandKind, bin: number | undefined): void {
    const needsBin = kind === CommandKind.oneTouchUnlock || kind === CommandKind.enableBin || kind === CommandKind.disableBin;
    if (needsBin && (bin === undefined || bin >= this.#binCount)) {
      this.#ledger.note({ kind: Kind.refused, reason: "unknown-bin" });
    } else if (kind === CommandKind.oneTouchUnlock) {
      this.#arm(bin!);
    } else if (kind === CommandKind.reboot) {
      this.#timers.set(REBOOT_DELAY_MS, () => this.#sleep.restart());
    }
    // Bins and sheets: the reducer has done it with the record.
  }

  #arm(bin: number): void {
    this.#disarm();
    const timer = this.#timers.set(ARMED_MS, () => {
      this.#disarm();
      this.#changed();
    });
    this.#armed = { bin, timer };
    this.#button.lamp("flash");
    this.#onArmed(bin);
  }

  #disarm(): void {
    if (this.#armed !== undefined) this.#timers.clear(this.#armed.timer);
    this.#armed = undefined;
    this.#button.lamp("off");
  }
}
