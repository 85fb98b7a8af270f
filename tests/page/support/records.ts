import type { Desk } from "../../../sim/cli/front/desk.js";
import { Kind, readRecord } from "../../../sim/trials/journal-reader/records.js";
import { journalOn } from "../../../sim/trials/judge/journal-look.js";

const OFFLINE_FLAG = 1;

/** What the box has on flash that belongs into the cloud's log: `epoch/seq` and whether it was written offline, the newest first. */
export function exchangesOnFlash(desk: Desk): readonly { readonly id: string; readonly offline: boolean }[] {
  const { journal } = desk.machine.flash;
  const dump = journalOn(journal);
  const found = dump.sectors.flatMap(({ items, header, state }) =>
    items.flatMap((item) => {
      if (item.type !== "record" || (state !== "live" && state !== "head")) return [];
      const { kind, flags, of } = readRecord(item.payload);
      // A bin of a run through all of them belongs to the row of that run.
      if (kind !== Kind.intent && (kind !== Kind.emergency || of !== undefined)) return [];
      return [{ id: `${header!.epoch}/${item.seq}`, offline: (flags & OFFLINE_FLAG) !== 0 }];
    }),
  );
  return found.reverse();
}
