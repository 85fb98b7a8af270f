import { CloudError } from "../../cloud/domain.js";
import { SAMPLE_BOXES } from "../../samples/sample.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Deal, Deck } from "./deck.js";
import type { Visitors } from "./visitors.js";

/** A bin is disabled so long after somebody decided it, at most: in the middle of whatever goes on at the doors, ms. */
const MIDDLE_MS = 20_000;
/** Bins disabled at a time. */
const DISABLED_MAX = 2;
/** Fobs replaced in one soak. */
const FOBS_MAX = 100;
/** Sheets taken into use in one soak: the judge knows the first twenty. */
const ROTATIONS_MAX = 15;
/** Permissions that come on top of those that there are. */
const GRANTED_MAX = 20;

/** Whoever runs the organisation changes it while keys are out and doors are open. */
export class Office {
  readonly #stage: Scene;
  readonly #random: Random;
  readonly #visitors: Visitors;
  /** Labels of bins that are disabled. */
  readonly #disabled: string[] = [];
  #fobs = 0;
  #granted = 0;
  /** Sheets of offline codes that were taken into use. */
  rotations = 0;
  /** Changes so far. */
  count = 0;
  readonly #deck: Deck;

  constructor(needs: { readonly stage: Scene; readonly random: Random; readonly visitors: Visitors }, deal: Deal) {
    this.#stage = needs.stage;
    this.#random = needs.random;
    this.#visitors = needs.visitors;
    const withKey = (change: (key: number, fob: string) => unknown) => ({
      share: 21,
      play: () => {
        const out = this.#keyOut();
        return out !== undefined && change(out.key, out.fob);
      },
    });
    const cards = {
      bin: { share: 22, play: () => this.#bin() },
      permission: withKey((key) => this.#otherPermission(key)),
      fob: withKey((key, fob) => this.#otherFob(key, fob)),
      "other-box": withKey((key, fob) => this.#otherBox(key, fob)),
      sheet: { share: 15, play: () => this.#sheet() },
    };
    this.#deck = new Deck("office", cards, deal);
  }

  async one(): Promise<void> {
    await this.#deck.one(this.#random);
    this.count++;
  }

  /** One of the keys in people's hands. */
  #keyOut(): { readonly key: number; readonly fob: string } | undefined {
    const { carried, formerFobs } = this.#visitors;
    if (carried.length === 0) return undefined;
    const fob = this.#random.pick(carried);
    const { keys } = this.#stage.cloud.store.organisation;
    const key = keys.find((one) => one.fob === fob)?.id ?? formerFobs.get(fob);
    return key === undefined ? undefined : { key, fob };
  }

  /** All bins may be used again. */
  end(): void {
    while (this.#disabled.length > 0) this.#enable();
  }

  /** The key was taken under one permission and comes back under another one. */
  #otherPermission(key: number): boolean {
    const { cloud, judge } = this.#stage;
    const { admin, store } = cloud;
    const { accesses, users } = store.organisation;
    const had = accesses.filter((access) => access.key === key);
    if (had.length === 0 && this.#granted >= GRANTED_MAX) return false;
    if (had.length > 0) {
      const old = this.#random.pick(had);
      admin.removeAccess(old.id);
      judge.revoked(old);
    }
    admin.addAccess(this.#random.pick(users).id, key, { kind: "ongoing" });
    this.#granted++;
    return true;
  }

  /** The key in somebody's hands gets a new fob. */
  #otherFob(key: number, old: string): boolean {
    if (this.#fobs >= FOBS_MAX) return false;
    const fob = `8${String(this.#fobs++).padStart(2, "0")}NEW`;
    const { cloud, judge } = this.#stage;
    const entered = cloud.store.organisation.keys.find(({ id }) => id === key)?.fob ?? old;
    cloud.admin.changeKey(key, { fob });
    judge.fobReplaced(key, entered);
    const { carried, formerFobs } = this.#visitors;
    // Some are entered first, and the key comes back with the old one once more.
    if (this.#random.next() < 0.4) formerFobs.set(old, key);
    else carried[carried.indexOf(old)] = fob;
    return true;
  }

  /** Somebody enters that the key hangs in another box now, and it comes back to this one all the same. */
  #otherBox(key: number, fob: string): boolean {
    const { cloud, judge } = this.#stage;
    const { bins } = cloud.store.organisation.boxes.find(({ id }) => id === SAMPLE_BOXES.ms3)!;
    try {
      cloud.admin.placeKey(key, { box: SAMPLE_BOXES.ms3, bin: this.#random.pick(bins).label });
      judge.saidElsewhere(fob);
      return true;
    } catch (error) {
      // Another key hangs there.
      if (!(error instanceof CloudError)) throw error;
      return false;
    }
  }

  /** A sheet was used up, or is said to be lost: the next one is printed, and sometimes the older ones are closed. */
  #sheet(): boolean {
    const { cloud, rig } = this.#stage;
    if (this.rotations >= ROTATIONS_MAX) return false;
    cloud.sheets.rotate(rig.name);
    this.rotations++;
    if (this.#random.next() < 0.4) cloud.closeSheets(rig.name);
    return true;
  }

  #bin(): void {
    const { rig, world } = this.#stage;
    if (this.#disabled.length >= DISABLED_MAX) {
      this.#enable();
      return;
    }
    const label = rig.bins.label(this.#random.int(rig.bins.count));
    if (this.#disabled.includes(label)) return;
    this.#disabled.push(label);
    world.scheduler.after(this.#random.int(MIDDLE_MS), () => {
      if (this.#disabled.includes(label)) this.#stage.cloud.admin.setBinEnabled(rig.name, label, false);
    });
  }

  #enable(): void {
    const label = this.#disabled.shift();
    if (label !== undefined) this.#stage.cloud.admin.setBinEnabled(this.#stage.rig.name, label, true);
  }
}
