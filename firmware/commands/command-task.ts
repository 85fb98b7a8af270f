import type { Hal } from "../../hal/ports/hal.js";
import { CommandKind, Kind } from "../records/records.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import { COMMAND_AGE_MAX_S, type Command } from "../wire/messages.js";
import type { Changes } from "../wiring/changes.js";
import { Deadline } from "../wiring/deadline.js";
import type { SharedLamp } from "../wiring/shared-lamp.js";

/** A bin armed by the cloud waits for the button this long, ms. */
const ARMED_MS = 60_000;
/** The receipt gets this long to reach the cloud before a reboot, ms; and as often it is looked whether somebody is at the box. */
const REBOOT_DELAY_MS = 3_000;
/** Whoever is at the box puts a reboot off this often at most: a door left open must not do so for ever. */
const REBOOT_DELAYS_MAX = 40;

/** What the commands ask of the rest of the firmware, and tell it. */
export interface CommandHost {
  /** `bin` waits for the button from now on. */
  armed(bin: number): void;
  /** The button was pressed while `bin` was armed. False: it cannot be opened just now. */
  openArmed(bin: number): boolean;
  /** A lock moves, a door that was opened has not been closed, or somebody is in the middle of something at the panel. */
  inUse(): boolean;
}

export interface CommandTaskNeeds {
  readonly hal: Pick<Hal, "bins" | "sleep" | "timers">;
  readonly lamp: SharedLamp;
  readonly ledger: Ledger;
  readonly host: CommandHost;
  readonly changes: Changes;
}

/** Takes on the cloud's commands, each number once; the journal record is the receipt and comes before the deed. */
export class CommandTask {
  readonly #hal: CommandTaskNeeds["hal"];
  readonly #ledger: Ledger;
  readonly #lamp: SharedLamp;
  readonly #host: CommandHost;
  readonly #changes: Changes;
  readonly #armedDeadline: Deadline;
  /** The bin that waits for the button. */
  #armed: number | undefined;

  constructor({ hal, lamp, ledger, host, changes }: CommandTaskNeeds) {
    this.#lamp = lamp;
    this.#hal = hal;
    this.#ledger = ledger;
    this.#host = host;
    this.#changes = changes;
    this.#armedDeadline = new Deadline(hal.timers);
  }

  /**
   * A command may come again when its receipt was lost on the way: a number at or below the last one has been done.
   * `ageSeconds`: since it was asked for, at most; undefined: nobody knows.
   */
  take(command: Command, ageSeconds: number | undefined): void {
    if (command.id <= this.#ledger.state.command) return;
    const { id, command: kind, bin, sheet } = command;
    try {
      this.#ledger.write({ kind: Kind.command, id, command: kind, bin, sheet }, "vital");
    } catch (error) {
      // Not taken on: without a receipt the cloud sends it again.
      if (!(error instanceof WriteRefused)) throw error;
      return;
    }
    this.#carryOut(kind, bin, ageSeconds);
    this.#changes.tell();
  }

  /** Takes the button press if a bin waits for it. */
  pressed(): boolean {
    if (this.#armed === undefined) return false;
    // Otherwise it stays armed: the person presses again when the other lock has come to rest.
    if (this.#host.openArmed(this.#armed)) this.#disarm();
    return true;
  }

  #carryOut(kind: number, bin: number | undefined, ageSeconds: number | undefined): void {
    const needsBin =
      kind === CommandKind.oneTouchUnlock || kind === CommandKind.enableBin || kind === CommandKind.disableBin;
    if (needsBin && (bin === undefined || bin >= this.#hal.bins.count)) {
      this.#ledger.note({ kind: Kind.refused, reason: "unknown-bin" });
    } else if (kind === CommandKind.oneTouchUnlock) {
      // Something may have held it back; a bin that is armed then would flash for whoever comes by.
      if (ageSeconds !== undefined && ageSeconds <= COMMAND_AGE_MAX_S) this.#arm(bin!);
      else this.#ledger.note({ kind: Kind.refused, reason: "expired" });
    } else if (kind === CommandKind.reboot) {
      this.#reboot(REBOOT_DELAYS_MAX);
    } else if (!isKnown(kind)) {
      // With the receipt the cloud stops sending it; without this record it would think that it was done.
      this.#ledger.note({ kind: Kind.refused, reason: "unknown-command" });
    }
    // Bins and sheets: the reducer has done it with the record.
  }

  #reboot(delaysLeft: number): void {
    this.#hal.timers.set(REBOOT_DELAY_MS, () => {
      if (delaysLeft > 0 && this.#host.inUse()) this.#reboot(delaysLeft - 1);
      else this.#hal.sleep.restart();
    });
  }

  #arm(bin: number): void {
    this.#disarm();
    this.#armedDeadline.set(ARMED_MS, () => {
      this.#disarm();
      this.#changes.tell();
    });
    this.#armed = bin;
    this.#lamp.flash("bin");
    this.#host.armed(bin);
  }

  #disarm(): void {
    this.#armedDeadline.clear();
    this.#armed = undefined;
    this.#lamp.off("bin");
  }
}

function isKnown(kind: number): boolean {
  return Object.values(CommandKind).some((known) => known === kind);
}
