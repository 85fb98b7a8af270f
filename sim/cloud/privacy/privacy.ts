import type { TimerId, TimersPort } from "../../../hal/ports/clock.js";
import type { Admin } from "../admin.js";
import { CloudError } from "../domain.js";
import { nameless } from "../nameless.js";
import type { Erased } from "../store/engine.js";
import type { Line, Placed } from "../store/lines.js";
import type { CloudStore } from "../store.js";
import { stripped, strippedEntry, userIn } from "./strip.js";

const DAY_SECONDS = 86_400;
/** Between two looks for what has become too old, ms. */
const LOOK_MS = 6 * 3_600_000;
/** After a failure, ms. */
const RETRY_MS = 60_000;
/** Lines that are read at once: nobody else waits for longer than that takes. */
const LINES_AT_ONCE = 500;
/** Longest period that makes sense, and the shortest that leaves time to look into anything, days. */
export const DAYS = { least: 1, most: 36_500 } as const;

export interface PrivacyNeeds {
  readonly store: CloudStore;
  readonly admin: Admin;
  readonly timers: TimersPort;
  /** Seconds since 1970 UTC. */
  readonly now: () => number;
  readonly onProblem: (message: string) => void;
}

/**
 * What goes of people. Somebody who is erased is gone from the organisation at once, with their name; the log keeps what happened, under
 * their number. What is older than the period of retention keeps not even that. Lines stay where they are: what happened, where and when,
 * is counted as before. The work on the log goes on after a restart; done twice it is the same. An older copy that is put back knows people
 * who were erased since: they are erased again, by the list that is no part of a copy.
 */
export class Privacy {
  readonly #needs: PrivacyNeeds;
  #timer: TimerId | undefined;
  #isWorking = false;
  #isClosed = false;

  constructor(needs: PrivacyNeeds) {
    this.#needs = needs;
    if (this.erasing.length > 0 || this.days !== undefined || this.#forgotten.length > 0) this.#again(0);
  }

  /** Users whose names may be in the log still. */
  get erasing(): readonly number[] {
    return Object.keys(this.#document.erasing ?? {}).map(Number);
  }

  /** Numbers of all who were ever erased. */
  get erased(): readonly number[] {
    return Object.keys(this.#document.erased ?? {}).map(Number);
  }

  /** For so many days the log tells who did something; undefined: for ever. */
  get days(): number | undefined {
    return this.#document.retention?.days;
  }

  /** Throws CloudError where it is none. */
  keepFor(days: number | undefined): void {
    if (days !== undefined && !(Number.isInteger(days) && days >= DAYS.least && days <= DAYS.most)) {
      throw new CloudError(`the log cannot tell for ${days} days who did what: give ${DAYS.least} to ${DAYS.most}`);
    }
    if (days === undefined) delete this.#document.retention;
    else this.#document.retention = { days, from: 0 };
    this.#needs.store.changed("retention");
    this.#needs.store.commit();
    this.#again(0);
  }

  /** The user goes, with accesses and name; also one who was removed before. Throws CloudError for a number that nobody ever had. */
  erase(user: number): void {
    const { store } = this.#needs;
    const known = store.organisation.users.find(({ id }) => id === user);
    if (known === undefined && user > (this.#document.lastIds?.users ?? 0))
      throw new CloudError(`there never was a user ${user}: list who there is`);
    const since = Math.floor(this.#needs.now());
    // First of all: whatever comes then, an older copy finds it.
    store.erased?.add({ user, since });
    this.#erase(user, since);
  }

  #erase(user: number, since: number): void {
    const { store, admin } = this.#needs;
    const known = store.organisation.users.find(({ id }) => id === user);
    const erasing = { since, ...(known && { name: known.name }) };
    this.#document.erased = { ...this.#document.erased, [user]: since };
    store.changed(`erased/${user}`);
    this.#document.erasing = { ...this.#document.erasing, [user]: erasing };
    store.changed("erasing");
    if (known !== undefined) {
      admin.removeUser(user);
      this.#forgetName(user, known.name);
    }
    for (const { open } of Object.values(this.#document.boxes)) {
      if (open === undefined) continue;
      open.exchanges = open.exchanges.map((entry) => (entry.user === user ? strippedEntry(entry, "name") : entry));
    }
    for (const box of Object.keys(this.#document.boxes)) store.boxState(box);
    store.touch();
    store.commit();
    this.#again(0);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#needs.timers.clear(this.#timer);
  }

  /** Who was erased after what is open here was copied. */
  get #forgotten(): readonly Erased[] {
    const known = this.#document.erased ?? {};
    const all = this.#needs.store.erased?.read() ?? [];
    return [...new Map(all.filter(({ user }) => known[user] === undefined).map((one) => [one.user, one])).values()];
  }

  /** They are erased again; a number of theirs that the copy has not given yet is given to nobody. */
  #eraseForgotten(): void {
    for (const { user, since } of this.#forgotten) {
      const { lastIds } = this.#document;
      this.#document.lastIds = { ...lastIds, users: Math.max(lastIds?.users ?? 0, user) };
      this.#needs.store.changed("lastIds");
      this.#erase(user, since);
    }
  }

  get #document() {
    return this.#needs.store.document;
  }

  /** Who has which key, and what programs were answered. A name that somebody else has too stays theirs. */
  #forgetName(user: number, name: string): void {
    const { store } = this.#needs;
    if (this.#isElses(name)) return;
    for (const [item, holder] of Object.entries(this.#document.holders)) {
      if (holder !== name) continue;
      this.#document.holders[item] = nameless(user);
      store.changed(`holders/${item}`);
    }
    const written = JSON.stringify(name);
    for (const [key, answer] of Object.entries(this.#document.answers ?? {})) {
      if (!answer.body.includes(written)) continue;
      this.#document.answers![key] = {
        ...answer,
        body: answer.body.replaceAll(written, JSON.stringify(nameless(user))),
      };
      store.changed(`answers/${key}`);
    }
  }

  #isElses(name: string): boolean {
    return name === "" || this.#needs.store.organisation.users.some((one) => one.name === name);
  }

  #again(ms: number): void {
    if (this.#isClosed) return;
    if (this.#timer !== undefined) this.#needs.timers.clear(this.#timer);
    this.#timer = this.#needs.timers.set(ms, () => {
      this.#timer = undefined;
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#isWorking) {
      this.#again(RETRY_MS);
      return;
    }
    this.#isWorking = true;
    try {
      this.#eraseForgotten();
      await this.#eraseNames();
      await this.#ageOut();
      if (this.erasing.length > 0) this.#again(0);
      else if (this.days !== undefined) this.#again(LOOK_MS);
    } catch (error) {
      // Whatever it is, what is to go is noted, and goes later.
      this.#needs.onProblem(`names are in the log still, and will go: ${(error as Error).message}`);
      this.#again(RETRY_MS);
    } finally {
      this.#isWorking = false;
    }
  }

  async #eraseNames(): Promise<void> {
    const users = new Set(this.erasing);
    if (users.size === 0) return;
    // Nobody who is to be there still may be nameless in the log.
    await this.#durable();
    const last = Object.entries(this.#document.erasing ?? {});
    const names = new Map(
      last.flatMap(([user, { name }]) => (name === undefined ? [] : [[name, Number(user)] as const])),
    );
    await this.#eachPage(0, (placed) =>
      placed.flatMap(({ at, line }) => {
        const user = userIn(line);
        if (user === undefined || !users.has(user)) return [];
        if (line.kind === "exchange") names.set(line.entry.userName, user);
        const next = stripped(line, "name");
        return next === undefined ? [] : [{ at, line: next }];
      }),
    );
    const gone = [...names].filter(([name]) => !this.#isElses(name));
    for (const [name, user] of gone) this.#forgetName(user, name);
    await this.#durable();
    for (const [name] of gone) await this.#needs.store.forget(name);
    const left = Object.entries(this.#document.erasing ?? {}).filter(([user]) => !users.has(Number(user)));
    if (left.length > 0) this.#document.erasing = Object.fromEntries(left);
    else delete this.#document.erasing;
    await this.#kept("erasing");
    // What was noted for this stands nowhere either.
    for (const [name] of gone) await this.#needs.store.forget(name);
  }

  /** What is older than the period; of what has no time, what lies before something that is. */
  async #ageOut(): Promise<void> {
    const { retention } = this.#document;
    if (retention === undefined) return;
    const horizon = this.#needs.now() - retention.days * DAY_SECONDS;
    let from = retention.from;
    await this.#eachPage(from, (placed) => {
      const end = placed.findIndex(({ line }) => (timeOf(line) ?? horizon - 1) >= horizon);
      const old = end < 0 ? placed : placed.slice(0, end);
      from = old.at(-1)?.at ?? from;
      const edits = old.flatMap(({ at, line }) => {
        const next = stripped(line, "person");
        return next === undefined ? [] : [{ at, line: next }];
      });
      return end < 0 ? edits : { last: edits };
    });
    // Somebody may have set another period meanwhile.
    if (from === retention.from || this.#document.retention !== retention) return;
    this.#document.retention = { days: retention.days, from };
    await this.#kept("retention");
  }

  /** `edit` answers what of a page is another from then on, or that it was the `last` to be looked at. */
  async #eachPage(
    from: number,
    edit: (placed: readonly Placed[]) => readonly Placed[] | { readonly last: readonly Placed[] },
  ): Promise<void> {
    const { store } = this.#needs;
    for (let after = from; !this.#isClosed; ) {
      const placed = await store.history.after(after, LINES_AT_ONCE);
      if (placed.length === 0) return;
      const edits = edit(placed);
      const isLast = "last" in edits;
      const changed = isLast ? edits.last : edits;
      if (changed.length > 0) await store.edit(changed);
      if (isLast) return;
      after = placed.at(-1)!.at;
      // Others come between two pages.
      await new Promise<void>((resolve) => this.#needs.timers.set(0, resolve));
    }
  }

  #kept(key: string): Promise<void> {
    this.#needs.store.changed(key);
    return this.#durable();
  }

  #durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#needs.store.durable(resolve, reject);
    });
  }
}

function timeOf(line: Line): number | undefined {
  if (line.kind === "settled" || line.kind === "gap") return undefined;
  return line.entry.time;
}
