import { en } from "../../../firmware/panel/texts/en.js";
import type { ScreenName } from "../../../hal/ports/panel.js";
import { possibleMarks, recordMarks } from "../journal-reader/marks.js";
import { readJournal } from "../judge/box-memory.js";
import type { Rig } from "../rig/rig.js";
import type { Coverage } from "./coverage.js";

/** Every screen that there is; a new one is missed by the compiler. */
const SCREENS: Readonly<Record<ScreenName, true>> = {
  idle: true,
  "enter-code": true,
  "choose-key": true,
  "offer-return": true,
  "take-or-return": true,
  opening: true,
  "bin-open": true,
  "held-open": true,
  "thank-you": true,
  refused: true,
  "one-touch": true,
  emergency: true,
  "emergency-unit": true,
  "emergency-bin": true,
  "emergency-sheet": true,
  "emergency-code": true,
  "emergency-result": true,
  "opening-all": true,
  "unmount-press": true,
  "check-bin": true,
  "bins-checked": true,
  "hotspot-scan": true,
  "hotspot-choose": true,
  "hotspot-passphrase": true,
  "hotspot-join": true,
  "hotspot-result": true,
  status: true,
  "battery-empty": true,
  stopped: true,
};
const REFUSAL = "refused-";

/** Counts the screens that the box shows, from now on, and names all that it could show, refuse for and write. */
export function observe({ panel }: Rig, coverage: Coverage): void {
  coverage.expect("screen", Object.keys(SCREENS));
  coverage.expect(
    "refusal",
    Object.keys(en).filter((id) => id.startsWith(REFUSAL)),
  );
  coverage.expect("record", possibleMarks());
  let shown: ScreenName | undefined;
  panel.watch((view) => {
    if (view !== undefined && view.screen !== shown) coverage.count("screen", view.screen);
    shown = view?.screen;
  });
}

/** Counts what the journal holds now, where the target lets it be read: a mark that is there at two looks counts twice. */
export function observeRecords(rig: Rig, coverage: Coverage): void {
  if (!rig.has("flash")) return;
  for (const { record } of readJournal(rig.flash.journal, 1)) {
    if (record !== undefined) for (const mark of recordMarks(record)) coverage.count("record", mark);
  }
}

/** By text id, and `dark`. */
export function observeRefusals(refusals: Readonly<Record<string, number>>, coverage: Coverage): void {
  for (const [reason, times] of Object.entries(refusals)) coverage.count("refusal", reason, times);
}
