import { CloudError, type Schedule } from "../../cloud/domain.js";
import { resolveWindow } from "../../cloud/windows.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import type { Visitors } from "./visitors.js";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Permissions that last until a time, at most: each grows the snapshot. */
const BOOKINGS_MAX = 60;
/** A booking that ended is taken out of the books so much later; until then people may come with it. */
const KEPT_MS = DAY_MS;
/** An edge of a window is waited for where it is no farther off. */
const EDGE_WITHIN_MS = 4 * DAY_MS;
/** Somebody types so close to an edge, but not so close that the clocks of box and world may differ about it. */
const NEAR_EDGE_MS = { from: 8 * SECOND_MS, to: 90 * SECOND_MS } as const;
/** Whoever walks up to the box and types takes about so long. */
const TYPING_MS = 3 * SECOND_MS;
const ZONES = ["local", "Europe/Paris", "Asia/Tokyo", "America/St_Johns"] as const;

/**
 * When a soak may begin, s since 1970 UTC: ordinary days, and some days before the clocks of Paris go forward (2027-03-28) and
 * back (2026-10-25).
 */
export const STARTS: readonly number[] = [1_793_606_400, 1_805_846_400, 1_792_454_400];

/** Hours and days in which nobody comes: windows begin and end, clocks change, the box checks in from its sleep. */
export class PassingDays {
  readonly #stage: Scene;
  readonly #random: Random;
  readonly #visitors: Visitors;
  /** Visits just before or after the edge of a window. */
  edges = 0;

  constructor(stage: Scene, random: Random, visitors: Visitors) {
    this.#stage = stage;
    this.#random = random;
    this.#visitors = visitors;
  }

  /** A night, a weekend, or the time to the edge of somebody's window, at which that person comes. */
  async pass(): Promise<void> {
    this.#takeOutOfTheBooks();
    if (this.#random.next() < 0.6) this.#book();
    const edge = this.#nextEdge();
    if (edge === undefined || this.#random.next() < 0.4) {
      await this.#stage.world.advance(this.#random.int(this.#random.next() < 0.7 ? 12 * HOUR_MS : 3 * DAY_MS));
      return;
    }
    const { from, to } = NEAR_EDGE_MS;
    const offMs = (from + this.#random.int(to - from)) * (this.#random.next() < 0.5 ? -1 : 1);
    await this.#stage.world.advance(Math.max(0, edge.inMs + offMs - TYPING_MS));
    await this.#visitors.withCode(edge.code);
    this.edges++;
  }

  /** Somebody gets a booking, which begins between yesterday and the day after tomorrow. */
  #book(): void {
    const { cloud, world } = this.#stage;
    const { users, keys, accesses } = cloud.store.organisation;
    if (accesses.filter(({ schedule }) => schedule.kind === "scheduled").length >= BOOKINGS_MAX) return;
    const startMs = world.wallSeconds() * SECOND_MS + (this.#random.int(72) - 24) * HOUR_MS;
    const endMs = startMs + (1 + this.#random.int(72)) * HOUR_MS;
    const zone = this.#random.pick(ZONES);
    const schedule: Schedule = { kind: "scheduled", start: local(startMs), end: local(endMs), zone };
    const user = this.#random.pick(users).id;
    const near = this.#visitors.keysNear();
    // Most bookings are for what is at this box; a code of another one is a wrong code here.
    const key = near.length > 0 && this.#random.next() < 0.9 ? this.#random.pick(near) : this.#random.pick(keys).id;
    try {
      cloud.admin.addAccess(user, key, schedule);
    } catch (error) {
      // A window of an hour can fall whole into the hour that the clocks leave out.
      if (!(error instanceof CloudError)) throw error;
    }
  }

  /** Nobody comes with a booking of last month; without this the codes that people type are at some time all over. */
  #takeOutOfTheBooks(): void {
    const { cloud, world, judge } = this.#stage;
    const { accesses, locations } = cloud.store.organisation;
    const before = world.wallSeconds() - KEPT_MS / SECOND_MS;
    const isOver = ({ schedule }: { readonly schedule: Schedule }) =>
      (resolveWindow(schedule, locations[0]!.timeZone)?.until ?? before) < before;
    for (const access of accesses.filter(isOver)) {
      cloud.admin.removeAccess(access.id);
      judge.revoked(access);
    }
  }

  #nextEdge(): { readonly inMs: number; readonly code: string } | undefined {
    const { cloud, world } = this.#stage;
    const zone = cloud.store.organisation.locations[0]!.timeZone;
    const edges = cloud.store.organisation.accesses.flatMap(({ code, schedule }) => {
      const window = resolveWindow(schedule, zone);
      return window === undefined ? [] : [window.from, window.until].map((at) => ({ code, at }));
    });
    const ahead = edges
      .map(({ code, at }) => ({ code, inMs: (at - world.wallSeconds()) * SECOND_MS }))
      .filter(({ inMs }) => inMs > NEAR_EDGE_MS.to + TYPING_MS && inMs < EDGE_WITHIN_MS);
    return ahead.sort((a, b) => a.inMs - b.inMs)[0];
  }
}

/** To the minute, as if it were UTC: which zone it is meant in is chance anyway. */
function local(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}
