import type { Alerts } from "./alerts.js";
import type { BoxEntry } from "./state.js";

/** Kinds of alerts that do not end by themselves: somebody says that what they ask for was done. */
const UNTIL_SEEN = ["put-back", "unread", "crash", "codes", "forced", "gap", "journal"];

/** What a box's own words give reason to tell whoever runs the cloud. */
export class BoxAlerts {
  readonly #alerts: Alerts;

  constructor(alerts: Alerts) {
    this.#alerts = alerts;
  }

  /** It has `bins` fitted, and `listed` are known here. */
  bins(box: string, bins: number, listed: number): void {
    const id = `bins/${box}`;
    const what = `it has ${bins} bins, and ${listed} are listed here`;
    const wayOut =
      bins < listed
        ? "look whether a unit's cable is loose; if the box is as it should be, correct the list of its bins"
        : "correct the list of its bins: until then nobody can use those that are not listed";
    if (bins === listed) this.#alerts.clear(id);
    else this.#alerts.raise({ id, box, what, wayOut });
  }

  /** Keys take care of themselves: the box tells again what it knows. What people changed since the copy nobody tells. */
  putBack(box: string): void {
    this.#alerts.raise({
      id: `put-back/${box}`,
      box,
      what: "the box knows more than this database, which was put back from a copy",
      wayOut:
        "enter again what was changed since the copy: accesses, codes, bins out of service; take the next emergency sheet into use and print it. " +
        "Then `cloud seen`",
    });
  }

  /** A board or its memory was changed, or rotted: what only its journal knew is gone. */
  lostJournal(box: string): void {
    this.#alerts.raise({
      id: `journal/${box}`,
      box,
      what: "it lost its journal and began a new one: what it had not told is gone, and all of its bins are in doubt",
      wayOut:
        "look into its bins, and say what hangs there: by `check bins` at its panel, or `cloud empty` and `cloud holds`; codes of the sheet that were used work " +
        "again there, so take the next emergency sheet into use and print it. Then `cloud seen`",
    });
  }

  /** A newer box tells what this version has no words for: nobody need guess that it is there. */
  unread(box: string, count: number): void {
    if (count === 0) return;
    this.#alerts.raise({
      id: `unread/${box}`,
      box,
      what: `records that this version cannot read came from it, ${count} so far: they are kept as they came`,
      wayOut:
        "its firmware may be newer: bring the cloud up to date; bins that they name are in doubt. Then `cloud seen`",
    });
  }

  /** Its program ended by a fault, and it booted again by itself. */
  crashed(box: string, { crashes = 0, crash }: Pick<BoxEntry, "crash" | "crashes">): void {
    if (crashes === 0 || crash === undefined) return;
    const times = crashes === 1 ? "once" : `${crashes} times`;
    this.#alerts.raise({
      id: `crash/${box}`,
      box,
      what: `its program ended by a fault, ${times} so far, the last time by "${crash.reason}"`,
      wayOut: `it works again by itself; give the trace in its log to whoever makes the firmware. Then \`cloud seen\``,
    });
  }

  /** Somebody has done what those ask for that do not end by themselves. Answers their kinds. */
  seen(box: string, kinds = UNTIL_SEEN): readonly string[] {
    const over = kinds.filter((kind) => UNTIL_SEEN.includes(kind));
    for (const kind of over) this.#alerts.clear(`${kind}/${box}`);
    return over;
  }

  /** Whether the box can store the newest permissions, as its status says. */
  storesPermissions(box: string, does: boolean): void {
    const id = `permissions/${box}`;
    if (does) this.#alerts.clear(id);
    else {
      this.#alerts.raise({
        id,
        box,
        what: "it cannot store the newest permissions, and works by older ones: a right that was taken away goes on working there",
        wayOut: "it tries again by itself, ever more seldom; if this lasts for a day, its memory needs service",
      });
    }
  }
}
