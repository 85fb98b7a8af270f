import { FlashJournal } from "../../firmware/journal/flash-journal.js";
import { Kind } from "../../firmware/records/records.js";
import { Ledger } from "../../firmware/state/ledger.js";
import { type ClockPort, ClockQuality } from "../../hal/ports/clock.js";
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
  #wall: number | undefined = START_SECONDS;
  #monotonicMs = 0;
  ledger: Ledger;

  readonly clock: ClockPort = {
    monotonicMs: () => this.#monotonicMs,
    wallSeconds: () => this.#wall,
    quality: () => (this.#wall === undefined ? ClockQuality.unknown : ClockQuality.kept),
    setWall: (seconds) => {
      this.#wall = seconds;
    },
  };

  constructor() {
    this.ledger = this.#boot();
  }

  pass(seconds: number): void {
    this.#monotonicMs += 1_000 * seconds;
    if (this.#wall !== undefined) this.#wall += seconds;
  }

  /** The plug is pulled; `losesClock`: and the RTC's supply is gone too. */
  reboot(losesClock: boolean): void {
    if (losesClock) this.#wall = undefined;
    this.#monotonicMs = 0;
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
    ledger.note({ kind: Kind.boot, boot: ledger.state.boots + 1, cause: 0, firmware: "bench" });
    return ledger;
  }
}
