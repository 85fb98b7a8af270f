import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import type { Access, CloudRecord } from "./cloud-record.js";
import type { Opening, Rulebook } from "./rulebook.js";

/** Somebody who was in time at the keypad may open so long after it, ms. */
const CLAIM_MS = 90_000;
/** A right that was taken away has stopped to work so long after it, where box and cloud were connected, ms. */
const REVOKED_WITHIN_MS = 600_000;
/** From the request of a one-touch unlock to the last moment at which it may open its bin, ms; and where it opens late, it is the same request for an hour. */
const ONE_TOUCH_MS = 122_000;
const LATE_ONE_TOUCH_MS = 86_400_000;
/** A clock that was set by the cloud differs from the true time by no more than this, s. */
const CLOCK_ERROR_SECONDS = 64;

interface Revoked {
  readonly key: number;
  /** Its code, and the badge of whoever had it. */
  readonly shownBy: readonly string[];
  readonly atMs: number;
}

/**
 * What a broker that holds back messages must not gain (invariants 11 and 12): a right that was taken away goes on working only where the
 * panel and the cloud both say that the permissions are behind; no command opens a bin, and no answer moves the clock, beyond its bound.
 */
export class Bounds {
  readonly #world: World;
  #cloud: CloudRecord;
  readonly #machine: Machine;
  readonly #rules: Pick<Rulebook, "thingOf">;
  readonly #problem: (text: string) => void;
  readonly #revoked: Revoked[] = [];
  readonly #requests: { readonly bin: number; readonly atMs: number }[] = [];
  /** When somebody last typed or scanned something, ms: what opens after that is not the button's doing. */
  #shownMs = Number.NEGATIVE_INFINITY;
  /** Rights that were taken away, and that somebody showed all the same. */
  #tried: { readonly revoked: Revoked; readonly atMs: number }[] = [];
  /** When the panel last said that it is behind, ms. */
  #lastSaidMs = 0;

  constructor(
    needs: { world: World; cloud: CloudRecord; machine: Machine; rules: Pick<Rulebook, "thingOf"> },
    problem: (text: string) => void,
  ) {
    this.#world = needs.world;
    this.#cloud = needs.cloud;
    this.#machine = needs.machine;
    this.#rules = needs.rules;
    this.#problem = problem;
    needs.machine.panel.watch(() => {
      if (this.#panelSays) this.#lastSaidMs = this.#world.nowMs;
    });
    needs.machine.rtc.onSet = (errorSeconds) => {
      if (Math.abs(errorSeconds) <= CLOCK_ERROR_SECONDS) return;
      this.#problem(`the clock was set ${Math.round(errorSeconds)} s off, by an answer that was too old`);
    };
  }

  /** This right was taken away. */
  revoked({ key, code, user }: Access): void {
    const { badge } = this.#cloud.organisation.users.find(({ id }) => id === user) ?? {};
    this.#revoked.push({ key, shownBy: badge === undefined ? [code] : [code, badge], atMs: this.#world.nowMs });
  }

  /** The organisation is that of another cloud from now on. */
  cloudIs(cloud: CloudRecord): void {
    this.#cloud = cloud;
  }

  /** A one-touch unlock was asked for. */
  armed(bin: number): void {
    this.#requests.push({ bin, atMs: this.#world.nowMs });
  }

  /** Digits were entered, or a tag was held to the reader. */
  shown(what: string): void {
    const atMs = this.#world.nowMs;
    this.#shownMs = atMs;
    this.#tried = this.#tried.filter((one) => atMs - one.atMs <= CLAIM_MS);
    for (const revoked of this.#revoked) if (revoked.shownBy.includes(what)) this.#tried.push({ revoked, atMs });
  }

  /** The key to which a right was taken away that yet may have opened, where nobody can blame the box for that; undefined: none. */
  excuse(opening: Opening): number | undefined {
    const revokedMs = this.#revokedMs(opening);
    if (revokedMs === undefined) return undefined;
    const isSoon = opening.atMs - Math.max(revokedMs, this.#lastSaidMs) <= REVOKED_WITHIN_MS;
    return isSoon && !this.#isUnsaid(revokedMs) ? opening.key : undefined;
  }

  /** Says which bound was broken, if one was, where nobody had a right to open the bin. */
  blame(opening: Opening): void {
    const { bin, atMs } = opening;
    const request = this.#requests.findLast((one) => one.bin === bin);
    const sinceAsked = atMs - (request?.atMs ?? Number.NEGATIVE_INFINITY);
    if (sinceAsked > ONE_TOUCH_MS && sinceAsked < LATE_ONE_TOUCH_MS && atMs - this.#shownMs > CLAIM_MS) {
      this.#problem(`a one-touch unlock opened ${Math.round(sinceAsked / 1_000)} s after it was asked for`);
    }
    const revokedMs = this.#revokedMs(opening);
    if (revokedMs === undefined) return;
    const ago = Math.round((atMs - revokedMs) / 1_000);
    this.#problem(`a right that was taken away ${ago} s ago opened, ${this.#silence()}`);
  }

  /** When the right was taken away that somebody has shown to what the bin is opened for, ms; undefined: none was. */
  #revokedMs({ content, key, atMs }: Opening): number | undefined {
    const tried = this.#tried.findLast((one) => one.revoked.key === key && atMs - one.atMs <= CLAIM_MS);
    // By a fob that the key had before as well: the box need not have heard that there is a newer one.
    if (content !== undefined && this.#rules.thingOf(content) !== `key:${key}`) return undefined;
    return tried?.revoked.atMs;
  }

  /** The time for it is over, and the cloud does not say that the box may not know yet. */
  #isUnsaid(revokedMs: number): boolean {
    return this.#world.nowMs - revokedMs > REVOKED_WITHIN_MS && !this.#cloudSays;
  }

  #silence(): string {
    return `and ${[this.#panelSays ? "" : "the panel", this.#cloudSays ? "" : "the cloud"].filter((one) => one !== "").join(" and ")} did not say so`;
  }

  get #panelSays(): boolean {
    const notices = this.#machine.panel.view?.notices ?? [];
    return notices.some(({ id }) => id.startsWith("notice-offline") || id.startsWith("notice-outdated"));
  }

  get #cloudSays(): boolean {
    const { name } = this.#machine;
    if (!this.#cloud.isOnline(name)) return true;
    return this.#cloud.alertsOf(name).some((id) => /^(outdated|permissions|silent)\//.test(id));
  }
}
