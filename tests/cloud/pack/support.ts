import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Auth, EmergencyTarget, Exchange, Kind, Outcome, type Rec } from "../../../firmware/records/records.js";
import { makePack, type Pack } from "../../../sim/cloud/pack/pack.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "../support/cloud-rig.js";

export { BOX, START_SECONDS } from "../support/cloud-rig.js";

/** The sample organisation's cloud, after the box has told of a few emergency openings and one exchange. */
export class Office {
  readonly world = new CloudRig();
  #seq = 1;

  get cloud() {
    return this.world.cloud;
  }

  pack(box: string = BOX, sheet?: number): Pack {
    return makePack(
      { store: this.cloud.store, hash: TWEETNACL_HASH, nowSeconds: START_SECONDS, isSample: false },
      box,
      sheet,
    );
  }

  /** The code `number` of a bin was used. */
  used(bin: number, number: number, sheet = 1): void {
    this.tell({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet, number, bin, ...at(START_SECONDS) });
  }

  pickedUp(bin: number, key: number): void {
    this.tell({
      kind: Kind.intent,
      exchange: Exchange.pickup,
      bin,
      key,
      auth: Auth.bookingCode,
      user: 1,
      access: 1,
      ...at(START_SECONDS),
    });
    this.tell({ kind: Kind.outcome, of: this.#seq - 1, result: Outcome.done, ...at(START_SECONDS) });
  }

  tell(record: Rec): void {
    this.cloud.ingest.take(BOX, { epoch: EPOCH, first: this.#seq, records: [encodeRecord(record)] });
    this.#seq++;
  }
}
