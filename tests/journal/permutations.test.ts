import { describe, expect, test, vi } from "vitest";
import { BEHAVIOURS } from "../../sim/trials/journal-trial/behaviours.js";
import { INTERFERENCES, JournalTrial } from "../../sim/trials/journal-trial/trial.js";
import { permutation } from "./support.js";

vi.setConfig({ testTimeout: 240_000 });

/*
 * What the journal does × geometries × alignments × what happens to it meanwhile. The id of a permutation that fails is in its
 * message; JOURNAL_CASE=id runs it alone.
 */

const GEOMETRIES = [
  { sectorBytes: 4096, sectors: 4 },
  { sectorBytes: 4096, sectors: 16 },
  { sectorBytes: 8192, sectors: 5 },
  { sectorBytes: 16_384, sectors: 4 },
  { sectorBytes: 65_536, sectors: 4 },
];
const ALIGNMENTS = [1, 4, 8, 16, 32];

let cuts = 0;
let tried = 0;

describe.each(BEHAVIOURS)("$name", (behaviour) => {
  test.each(GEOMETRIES)("on $sectors sectors of $sectorBytes", ({ sectorBytes, sectors }) => {
    for (const alignBytes of ALIGNMENTS) {
      for (const [i, interference] of INTERFERENCES.entries()) {
        permutation(`${behaviour.name}-${sectorBytes}-${sectors}-${alignBytes}-${interference.name}`, () => {
          const trial = new JournalTrial({ sectorBytes, sectors, alignBytes }, interference, 100 * alignBytes + i);
          behaviour.run(trial);
          trial.reboot();
          trial.checkAll();
          if (interference.cut !== undefined && trial.cuts === 0) throw new Error("no cut fell");
          cuts += trial.cuts;
          tried++;
        });
      }
    }
  });
});

test("every permutation ran", ({ task }) => {
  task.meta.powerCuts = cuts;
  if (!process.env.JOURNAL_CASE) {
    expect(tried).toBe(BEHAVIOURS.length * GEOMETRIES.length * ALIGNMENTS.length * INTERFERENCES.length);
  }
});
