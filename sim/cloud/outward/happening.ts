import { entryWords } from "../box-log.js";
import type { Line, Placed } from "../store/lines.js";

/** Something that happened, as programs are told of it. */
export interface Happening {
  /** Place in the order of all that happened to the organisation. */
  readonly place: number;
  /** `exchange.begun`, `exchange.ended`, `emergency.begun`, `emergency.changed`, `box.` and a record's kind, `records.missing`, `alert.…`. */
  readonly type: string;
  readonly box: string;
  /** Seconds since 1970 UTC; null: the box's clock was unknown, and only the order is. */
  readonly time: number | null;
  /** The box had no session with the cloud then. */
  readonly offline: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

export function happeningOf({ at, line }: Placed): Happening {
  const { box, epoch, seq } = line.source;
  const source = { epoch, seq };
  const about = (type: string, when: { time?: number; offline?: boolean }, data: object): Happening => {
    return {
      place: at,
      type,
      box,
      time: when.time ?? null,
      offline: when.offline ?? false,
      data: { ...source, ...data },
    };
  };
  return told(line, about);
}

type About = (type: string, when: { time?: number; offline?: boolean }, data: object) => Happening;

function told(line: Line, about: About): Happening {
  switch (line.kind) {
    case "exchange": {
      const { kind, where, what, who } = entryWords(line.entry);
      const { key, user, fob, auth, onBattery } = line.entry;
      const who_ = { user: user ?? null, who: who ?? null };
      return about("exchange.begun", line.entry, {
        exchange: kind,
        bin: where,
        key: key ?? null,
        fob: fob ?? null,
        what,
        ...who_,
        auth,
        onBattery,
      });
    }
    case "settled":
      return about("exchange.ended", {}, { of: line.of, status: line.status });
    case "emergency":
    case "emergencyNow": {
      const { target, sheet, number, bins, status } = line.entry;
      const opened = bins.map(({ binLabel, status: ofBin }) => ({ bin: binLabel, status: ofBin }));
      const type = line.kind === "emergency" ? "emergency.begun" : "emergency.changed";
      return about(type, line.entry, { of: line.entry.seq, target, sheet, number, bins: opened, status });
    }
    case "event":
      return about(`box.${line.entry.kind}`, line.entry, line.entry.detail);
    case "gap": {
      const { from, through, count } = line.entry;
      return about("records.missing", {}, { from, through, count });
    }
    case "notice": {
      const { change, alert, time } = line.entry;
      return about(
        `alert.${change}`,
        { time },
        { alert: alert.id, what: alert.what, wayOut: alert.wayOut, since: alert.since },
      );
    }
  }
}
