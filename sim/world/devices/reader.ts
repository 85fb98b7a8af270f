import { READER_SHARE_ON_BATTERY } from "../../../hal/boards/reference-parts.js";
import type { ReaderPort } from "../../../hal/ports/reader.js";
import type { Battery } from "./battery.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

/** From a tag in the field to its serial number: anticollision and one read, ms. */
const READ_MS = 80;

/** NFC reader. */
export class Reader {
  readonly #site: Site;
  readonly #battery: Battery;
  #bound: { life: Life; port: ReaderPort } | undefined;
  readonly #watchers = new Set<(serial: string) => void>();
  /** True: the reader does not answer; scans go unseen. */
  broken = false;

  constructor(site: Site, battery: Battery) {
    this.#site = site;
    this.#battery = battery;
  }

  /** A reader that looks as the driver of the part does (hal/drivers/pn532.ts), in the mean. */
  port(life: Life): ReaderPort {
    this.#battery.load("reader", this.#battery.currents.reader * READER_SHARE_ON_BATTERY);
    life.onEnd(() => this.#battery.load("reader", 0));
    const port: ReaderPort = { onScan: undefined };
    this.#bound = { life, port };
    return port;
  }

  /** Called with each scan, whether or not the box is awake. Returns what ends it. */
  watch(watcher: (serial: string) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Somebody holds a tag with `serial` to the reader and takes it away. Unseen while the box is dark. */
  scan(serial: string): void {
    this.#site.trace("reader", `scan ${serial}`);
    for (const watcher of this.#watchers) watcher(serial);
    const bound = this.#bound;
    if (bound === undefined || this.broken) return;
    this.#site.scheduler.after(READ_MS, () => bound.life.call(() => bound.port.onScan?.(serial)));
  }
}
