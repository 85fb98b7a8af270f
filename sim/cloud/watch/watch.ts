import { boardOf } from "../../../hal/boards/index.js";
import type { Alerts } from "../alerts.js";
import type { Box, Location } from "../domain.js";
import type { Permissions } from "../permissions.js";
import type { BoxEntry } from "../state.js";
import type { CloudStore } from "../store.js";

/** What a plan promises: so long at most a box that has a link is not in sync, s. */
const GUARANTEE_SECONDS = { "15min": 900, "2h": 7_200, "6h": 21_600 } as const;
/** Of a location that has no plan. */
const GUARANTEE = "6h";
/** After its start the cloud has to be found again by each box, s: nobody is missed before. */
const START_SECONDS = 480;
/** All boxes of a place are gone for so long: that is not one connection that was lost, s. */
const PLACE_GONE_SECONDS = 120;
/** As on the panel, percent (firmware/power/README.md, Gauge); it is over when so much is there again. */
const LOW_PERCENT = 20;
const ENOUGH_PERCENT = 25;
const LOW_DAYS = 3;
const DAY_SECONDS = 86_400;
/** Records that wait in a box: a journal of the smallest board holds twice as many. It is over when so few wait. */
const MANY_RECORDS = 10_000;
const FEW_RECORDS = 5_000;

interface WatchNeeds {
  readonly store: CloudStore;
  readonly alerts: Alerts;
  readonly permissions: Permissions;
  /** s since 1970 UTC. */
  readonly now: () => number;
  /** Whether anything can reach the cloud now: otherwise its own silence is no box's. */
  readonly hears: () => boolean;
  /** Records that a box says it has written, and that are not here. */
  readonly missing: (box: string) => number;
}

/** Looks at all boxes, so that somebody is told before people stand in front of one. */
export class Watch {
  readonly #needs: WatchNeeds;
  /** Since when the cloud itself hears, s since 1970 UTC. */
  #hearsSince: number;

  constructor(needs: WatchNeeds) {
    this.#needs = needs;
    this.#hearsSince = needs.now() + START_SECONDS;
  }

  /** To be called every minute, and when a box has said something of its supply. */
  look(): void {
    const { store, now, hears } = this.#needs;
    if (!hears()) this.#hearsSince = Math.max(this.#hearsSince, now());
    for (const location of store.organisation.locations) {
      const boxes = store.organisation.boxes
        .filter((box) => box.location === location.id && boardOf(box.model).profile.offlineCapable)
        .map((box) => ({ box, state: store.boxState(box.id) }))
        .filter(({ state }) => state.lastSeen !== undefined);
      for (const { box, state } of boxes) this.#box(box, state, location);
      this.#place(location, boxes);
    }
  }

  /** For how long nothing could be heard of it, s; of the cloud's own silence nothing counts. */
  #silentFor({ online, lastSeen = 0 }: BoxEntry): number {
    return online ? 0 : this.#needs.now() - Math.max(lastSeen, this.#hearsSince);
  }

  #box({ id: box }: Box, state: BoxEntry, { guarantee = GUARANTEE }: Location): void {
    const seconds = GUARANTEE_SECONDS[guarantee];
    this.#tell(this.#silentFor(state) > seconds, {
      id: `unheard/${box}`,
      box,
      what: `it has not been heard since ${timeOf(state.lastSeen!)}, longer than its plan allows (${guarantee})`,
      wayOut: "it goes on working by what it knows; look at its links and its supply, or use the emergency pack",
    });
    const { applied, newest } = this.#needs.permissions.versions(box);
    const since = state.made?.find(([version]) => version > applied)?.[2];
    this.#tell(applied < newest && since !== undefined && this.#needs.now() - since > seconds, {
      id: `behind/${box}`,
      box,
      what: `what was changed since ${timeOf(since ?? 0)} is not there yet: new codes do not open, and old ones do`,
      wayOut: "as soon as it can be heard it takes them; see what keeps it from that",
    });
    this.#battery(box, state);
    const missing = this.#needs.missing(box);
    if (missing > MANY_RECORDS || missing < FEW_RECORDS) {
      this.#tell(missing > MANY_RECORDS, {
        id: `journal/${box}`,
        box,
        what: `more than ${MANY_RECORDS} records wait in it, and its journal fills`,
        wayOut: "see why they do not come here: once it is full, the box gives out no keys any more",
      });
    }
  }

  #battery(box: string, { status }: BoxEntry): void {
    if (status?.charge === undefined) return;
    const { charge, mains, timeLeft } = status;
    const days = timeLeft === undefined ? undefined : Math.floor(timeLeft / DAY_SECONDS);
    const isLow = charge < LOW_PERCENT || (!mains && days !== undefined && days < LOW_DAYS);
    if (!isLow && !mains && charge < ENOUGH_PERCENT) return;
    const left =
      mains || days === undefined ? "" : `, for ${days === 0 ? "less than a day" : `about ${days + 1} days`}`;
    // By steps: words that change with every percent are nobody's news.
    const percent = Math.ceil(charge / 5) * 5;
    this.#tell(isLow, {
      id: `battery/${box}`,
      box,
      what: `its battery is at ${percent} % or less${left}`,
      wayOut: "bring mains back; on the last few percent it opens bins, and then no more",
    });
  }

  #place({ id, name }: Location, boxes: readonly { readonly box: Box; readonly state: BoxEntry }[]): void {
    const first = boxes[0]?.box.id;
    if (first === undefined) return;
    const onBattery = boxes.filter(({ state }) => state.status?.mains === false);
    this.#tell(onBattery.length > 0, {
      id: `power/${id}`,
      box: onBattery[0]?.box.id ?? first,
      what: `${name} has lost its mains: ${onBattery.length} of ${boxes.length} boxes there are on battery`,
      wayOut: "see whether it is the building or one plug; the boxes sleep, and wake by their button",
    });
    // Those on battery sleep most of the time, and are not there then.
    const awake = boxes.filter(({ state }) => state.status?.mains !== false);
    const isGone = awake.length > 0 && awake.every(({ state }) => this.#silentFor(state) > PLACE_GONE_SECONDS);
    this.#tell(isGone, {
      id: `internet/${id}`,
      box: first,
      what: `no box at ${name} can be reached: its internet is gone, or its mains and batteries`,
      wayOut: "codes that the boxes know go on working; ask there, or lend them a phone's hotspot",
    });
  }

  #tell(isSo: boolean, alert: Parameters<Alerts["raise"]>[0]): void {
    if (isSo) this.#needs.alerts.raise(alert);
    else this.#needs.alerts.clear(alert.id);
  }
}

function timeOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
