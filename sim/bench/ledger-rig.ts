import { FlashJournal } from "../../firmware/journal/flash-journal.js";
import { Kind } from "../../firmware/records/records.js";
import { Ledger } from "../../firmware/state/ledger.js";
import { WakeCause } from "../../hal/ports/power.js";
import { HandClock } from "../world/clock/hand-clock.js";
import { NorFlash } from "../world/devices/nor-flash.js";
import { Random } from "../world/random.js";

const SECTOR_BYTES = 4_096;
const SECTORS = 16;
/** 2026-09-21T12:53:20Z. */
const START_SECONDS = 1_790_000_000;

/** A box's memory and clock without the box: a ledger on simulated flash that can be booted again and again. */
export class LedgerRig {
  readonly #flash = new NorFlash({ sizeBytes: SECTORS * SECTOR_BYTES, sectorBytes: SECTOR_BYTES, alignBytes: 4 });
  readonly #random = new Random(7);
  ledger: Ledger;

  readonly clock = new HandClock();

  constructor() {
    this.clock.wall = START_SECONDS;
    this.ledger = this.#boot();
  }

  pass(seconds: number): void {
    this.clock.pass(seconds);
  }

  /** The plug is pulled; `losesClock`: and the RTC's supply is gone too. */
  reboot(losesClock: boolean): void {
    if (losesClock) this.clock.wall = undefined;
    this.clock.ms = 0;
    this.ledger = this.#boot();
  }

  /** The cloud has everything: the ring may be used again. */
  acknowledge(): void {
    this.ledger.acknowledge(this.ledger.journal.nextSeq - 1);
  }

  #boot(): Ledger {
    const ledger = new Ledger({
      clock: this.clock,
      gauge: { read: () => undefined },
      mains: { present: () => true, onChange: undefined },
      brownOutMillivolts: 0,
      partition: new FlashJournal(this.#flash, { fill: (into) => into.set(this.#random.bytes(into.length)) }),
    });
    ledger.note({ kind: Kind.boot, boot: ledger.state.boots + 1, cause: WakeCause.powerOn, firmware: "bench" });
    return ledger;
  }
}
