import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityImage } from "../../../firmware/identity/copies.js";
import { factoryKeys } from "../../../firmware/update/key-store.js";
import { accountsOf } from "../../../sim/broker/accounts.js";
import type { Box } from "../../../sim/cloud/domain.js";
import { makeImage } from "../../../sim/cloud/releases/image.js";
import { CloudService } from "../../../sim/cloud/service.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { makeSample, SAMPLE_BOXES } from "../../../sim/samples/sample.js";
import { type BrokerSide, mosquittoBroker } from "../../../sim/trials/stage/broker-side.js";
import { identityOf } from "../../../sim/trials/stage/identity-of.js";
import { FIRST_KEYS } from "../../../sim/trials/update-trial/releases.js";
import { ImageFlash } from "../../../sim/world/devices/image-flash.js";
import { NorFlash } from "../../../sim/world/devices/nor-flash.js";
import { readJournal } from "../../support/box-memory.js";

/** 2026-11-02T08:00:00Z: the sample's accesses hold then. */
const START_SECONDS = 1_793_606_400;
const IDENTITY = { sizeBytes: 65_536, sectorBytes: 4_096 } as const;
/** `SLOT_BYTES` of `hal/moddable/lin/main.ts`. */
const SLOT_BYTES = 5_640_192;
const JOURNAL = { sizeBytes: 1_048_576, sectorBytes: 4_096, alignBytes: 1 };

/** The sample organisation in a cloud, a mosquitto with TLS, and a folder with the flash of one of its boxes, in real time. */
export class Site {
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  readonly box: Box;
  readonly folder: string;
  readonly #timers: Set<NodeJS.Timeout>;

  private constructor(cloud: CloudService, broker: BrokerSide, timers: Set<NodeJS.Timeout>) {
    this.cloud = cloud;
    this.broker = broker;
    this.#timers = timers;
    this.box = cloud.store.organisation.boxes.find((one) => one.id === SAMPLE_BOXES.ms5)!;
    this.folder = mkdtempSync(join(tmpdir(), "smartbox-moddable-"));
    this.provision(broker);
  }

  /** `more`: what the organisation has beyond the sample. */
  static async open(more: (cloud: CloudService) => void = () => {}): Promise<Site> {
    const began = performance.now();
    const timers = new Set<NodeJS.Timeout>();
    const byId = new Map<number, NodeJS.Timeout>();
    const cloud = new CloudService({
      store: new CloudStore(),
      now: () => START_SECONDS + Math.floor((performance.now() - began) / 1_000),
      timers: {
        set(delayMs, callback) {
          const timer = setTimeout(() => {
            timers.delete(timer);
            callback();
          }, delayMs);
          timers.add(timer);
          byId.set(byId.size + 1, timer);
          return byId.size;
        },
        clear: (id) => clearTimeout(byId.get(id)),
      },
      random: (count) => new Uint8Array(randomBytes(count)),
    });
    makeSample(cloud, 1);
    more(cloud);
    const broker = await mosquittoBroker(accountsOf(cloud.store.organisation.boxes, "cloud password"));
    cloud.attach(await broker.connectCloud());
    return new Site(cloud, broker, timers);
  }

  /** Last record of the box that the cloud has. */
  get cloudHas(): number {
    const { epoch, epochs } = this.cloud.store.boxState(this.box.id);
    return epoch === undefined ? 0 : (epochs[epoch]?.through ?? 0);
  }

  /** Version of the newest snapshot that the cloud has made for the box. */
  get newestSnapshot(): number {
    return this.cloud.store.boxState(this.box.id).snapshot.version;
  }

  /** What the box's RTC tells when it boots next, s since 1970 UTC (`hal/moddable/lin/host-clock.ts`). */
  setClock(seconds: number): void {
    const file = Buffer.alloc(16);
    file.writeUInt32BE(1, 0);
    file.writeDoubleBE(seconds - Math.floor(Date.now() / 1_000), 8);
    writeFileSync(join(this.folder, "rtc"), file);
  }

  /** Sequence numbers on the box's flash, in order. */
  journal(): number[] {
    const image = new Uint8Array(readFileSync(join(this.folder, "journal")));
    return [...readJournal(new NorFlash({ ...JOURNAL, image }), 1)].map((item) => item.seq);
  }

  /** Writes what the factory does where the image can be replaced: release 7 in slot 0. Such an image is started with `SMARTBOX_SLOT=0`. */
  factoryUpdates(): void {
    const image = makeImage({ release: 7, security: 1, model: this.box.model }, new Uint8Array(randomBytes(16_384)));
    const keys = factoryKeys(FIRST_KEYS, 1);
    const flash = new ImageFlash({ slotBytes: SLOT_BYTES, image, release: 7, floor: 1, keys }, () => 1);
    const update = new Uint8Array(IDENTITY.sizeBytes).fill(0xff);
    update.set(flash.partition.image());
    writeFileSync(join(this.folder, "update"), update);
    for (const [slot, part] of flash.slots.entries()) writeFileSync(join(this.folder, `slot-${slot}`), part.image());
  }

  async close(): Promise<void> {
    this.cloud.close();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.broker.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the box's identity, with the way to `broker` in it. */
  provision({ host, port, authority }: Pick<BrokerSide, "host" | "port" | "authority">): void {
    const bytes = identityImage(identityOf(this.box, { host, port, authority }), IDENTITY);
    writeFileSync(join(this.folder, "identity"), bytes);
  }
}
