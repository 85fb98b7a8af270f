import { FlashJournal } from "../../firmware/journal/flash-journal.js";
import { Kind } from "../../firmware/records/records.js";
import { Ledger } from "../../firmware/state/ledger.js";
import { WakeCause } from "../../hal/ports/power.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { Random } from "../../sim/world/random.js";

/** A ledger on real simulated flash, which can be booted again and again. */
export class LedgerBench {
  readonly flash: NorFlash;
  readonly clock = new HandClock();
  readonly random = new Random(7);
  mains = true;
  millivolts = 3_900;
  ledger: Ledger;

  constructor(options: { sectors?: number } = {}) {
    this.flash = new NorFlash({ sizeBytes: (options.sectors ?? 16) * 4_096, sectorBytes: 4_096, alignBytes: 4 });
    this.ledger = this.#open();
  }

  /** The power goes and comes: RAM and the monotonic clock start anew. */
  reboot(): Ledger {
    this.clock.ms = 0;
    this.ledger = this.#open();
    return this.ledger;
  }

  #open(): Ledger {
    const ledger = new Ledger({
      clock: this.clock,
      gauge: {
        read: () => ({ chargePercent: 50, millivolts: this.millivolts, milliamps: undefined, celsius: undefined }),
      },
      mains: { present: () => this.mains, onChange: undefined },
      brownOutMillivolts: 3_300,
      partition: new FlashJournal(this.flash, { fill: (into) => into.set(this.random.bytes(into.length)) }),
    });
    ledger.note({ kind: Kind.boot, boot: ledger.state.boots + 1, cause: WakeCause.powerOn, firmware: "test" });
    return ledger;
  }
}
