import type { Alerts } from "../alerts.js";
import type { EventEntry } from "../state.js";
import type { Line } from "../store/lines.js";

/** Wrong codes in a row of which somebody is told: beyond a person who mistypes, and the third wait. */
const WRONG_CODES = 6;

/** What a box's records give reason to tell whoever runs the cloud. An alert becomes durable together with the record. */
export class LineRules {
  readonly #alerts: Alerts;

  constructor(alerts: Alerts) {
    this.#alerts = alerts;
  }

  take(line: Line): void {
    if (line.kind === "gap") this.#gap(line.source.box, line.entry.count);
    if (line.kind !== "event") return;
    const { entry } = line;
    if (entry.kind === "door") this.#door(entry);
    else if (entry.kind === "binFault") this.#binFault(entry);
    else if (entry.kind === "codeFailure") this.#wrongCode(entry);
  }

  #door({ box, detail }: EventEntry): void {
    const bin = detail.binLabel;
    if (detail.event === "closedLate") this.#alerts.clear(`door/${box}/${bin}`);
    if (detail.event === "heldOpen") {
      this.#alerts.raise({
        id: `door/${box}/${bin}`,
        box,
        what: `the door of bin ${bin} was left open`,
        wayOut: "have somebody close it; what hangs there can be taken by anybody",
      });
    }
    if (detail.event === "unexpected") {
      this.#alerts.raise({
        id: `forced/${box}`,
        box,
        what: `the door of bin ${bin} opened, and nobody had opened it`,
        wayOut:
          "look whether it was forced, or opened by a mechanical key; look into the bin. Then say that this was seen",
      });
    }
  }

  #binFault({ box, detail }: EventEntry): void {
    const id = `bin/${box}/${detail.binLabel}`;
    if (detail.event === "cleared") this.#alerts.clear(id);
    else {
      this.#alerts.raise({
        id,
        box,
        what: `bin ${detail.binLabel} ${detail.event === "wontOpen" ? "does not open" : "does not answer"}`,
        wayOut: "take it out of service, and have its lock or its cable looked at",
      });
    }
  }

  #wrongCode({ box, detail }: EventEntry): void {
    if (Number(detail.count) < WRONG_CODES) return;
    this.#alerts.raise({
      id: `codes/${box}`,
      box,
      what: `${WRONG_CODES} wrong codes in a row or more were typed there`,
      wayOut: "ask who is there: somebody guesses, or has an old code. Then say that this was seen",
    });
  }

  #gap(box: string, count: number): void {
    this.#alerts.raise({
      id: `gap/${box}`,
      box,
      what: `records of it are missing, ${count} at least: its journal was full, or damaged`,
      wayOut: "it tells again what hangs where; look into bins that stay in doubt. Then say that this was seen",
    });
  }
}
