import type { CloudService } from "../../cloud/service.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import type { Opening } from "./rulebook.js";

/** Somebody who was in time at the keypad may open so long after it, ms. */
const CLAIM_MS = 90_000;
/** A right that was taken away has stopped to work so long after it, where box and cloud were connected, ms. */
const REVOKED_WITHIN_MS = 600_000;
/** From the request of a one-touch unlock to the last moment at which it may open its bin, ms; and where it opens late, it is the same request for an hour. */
const ONE_TOUCH_MS = 122_000;
const LATE_ONE_TOUCH_MS = 86_400_000;
/** A clock that was set by the cloud differs from the true time by no more than this, s. */
const CLOCK_ERROR_SECONDS = 64;

export interface Revoked {
  readonly code: string;
  /** The fob that it took, if its key has one. */
  readonly fob: string | undefined;
  readonly atMs: number;
}

/**
 * What a broker that holds back messages must not gain (invariants 11 and 12): a right that was taken away goes on working only where the
 * panel and the cloud both say that the permissions are behind; no command opens a bin, and no answer moves the clock, beyond its bound.
 */
export class Bounds {
  readonly #world: World;
  readonly #cloud: CloudService;
  readonly #machine: Machine;
  readonly #problem: (text: string) => void;
  #revoked: Revoked[] = [];
  readonly #requests: { readonly bin: number; readonly atMs: number }[] = [];
  /** When somebody last typed or scanned something, ms: what opens after that is not the button's doing. */
  #shownMs = Number.NEGATIVE_INFINITY;
  #typed: { readonly revoked: Revoked; readonly atMs: number } | undefined;
  /** When the panel last said that it is behind, ms. */
  #lastSaidMs = 0;

  constructor(parts: { world: World; cloud: CloudService; machine: Machine }, problem: (text: string) => void) {
    this.#world = parts.world;
    this.#cloud = parts.cloud;
    this.#machine = parts.machine;
    this.#problem = problem;
    parts.machine.panel.watch(() => {
      if (this.#panelSays) this.#lastSaidMs = this.#world.nowMs;
    });
    parts.machine.rtc.onSet = (errorSeconds) => {
      if (Math.abs(errorSeconds) <= CLOCK_ERROR_SECONDS) return;
      this.#problem(`the clock was set ${Math.round(errorSeconds)} s off, by an answer that was too old`);
    };
  }

  /** The right that `code` shows was taken away. */
  revoked(code: string, fob: string | undefined): void {
    this.#revoked.push({ code, fob, atMs: this.#world.nowMs });
  }

  /** A one-touch unlock was asked for. */
  armed(bin: number): void {
    this.#requests.push({ bin, atMs: this.#world.nowMs });
  }

  scanned(): void {
    this.#shownMs = this.#world.nowMs;
  }

  typed(digits: string): void {
    this.#shownMs = this.#world.nowMs;
    const revoked = this.#revoked.find((one) => one.code === digits);
    if (revoked !== undefined) this.#typed = { revoked, atMs: this.#world.nowMs };
  }

  /**
   * The right that was taken away and yet may have opened, where nobody can blame the box for that; undefined: none. Says which bound
   * was broken, if one was.
   */
  excuse({ bin, content, atMs }: Opening): Revoked | undefined {
    const request = this.#requests.findLast((one) => one.bin === bin);
    const sinceAsked = atMs - (request?.atMs ?? Number.NEGATIVE_INFINITY);
    if (sinceAsked > ONE_TOUCH_MS && sinceAsked < LATE_ONE_TOUCH_MS && atMs - this.#shownMs > CLAIM_MS) {
      this.#problem(`a one-touch unlock opened ${Math.round(sinceAsked / 1_000)} s after it was asked for`);
    }
    const typed = this.#typed;
    if (typed === undefined || atMs - typed.atMs > CLAIM_MS) return undefined;
    const { fob, atMs: revokedMs } = typed.revoked;
    if (content !== undefined && content !== fob) return undefined;
    if (atMs - Math.max(revokedMs, this.#lastSaidMs) <= REVOKED_WITHIN_MS && !this.#isUnsaid(revokedMs))
      return typed.revoked;
    this.#problem(
      `a right that was taken away ${Math.round((atMs - revokedMs) / 1_000)} s ago opened, ${this.#silence()}`,
    );
    return undefined;
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
    if (!this.#cloud.store.boxState(name).online) return true;
    return this.#cloud.alerts.of(name).some(({ id }) => /^(outdated|permissions|silent)\//.test(id));
  }
}
