import { capitals } from "../../../cloud/names.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Command } from "../command.js";
import { binHolding } from "../describe.js";
import type { Desk } from "../desk.js";
import { expectWords, UsageError } from "../words.js";
import { serial } from "./panel.js";

/** To reach into a bin, ms. */
const HAND_MS = 500;

/** Throws UsageError that names the bins that there are. */
export function binOf(desk: Desk, text: string | undefined): number {
  const { bins } = desk.machine;
  const labels = labelsOf(desk);
  if (text === undefined) throw new UsageError(`which bin? There are ${labels[0]} to ${labels.at(-1)}`);
  const bin = labels.indexOf(capitals(text));
  if (bin < 0) throw new UsageError(`there is no bin ${text}: there are ${labels[0]} to ${labels.at(-1)}`);
  return bins.byLabel(capitals(text));
}

export function labelsOf(desk: Desk): string[] {
  const { bins } = desk.machine;
  return Array.from({ length: bins.count }, (_, bin) => bins.label(bin));
}

const openBins = (desk: Desk) => labelsOf(desk).filter((_, bin) => desk.machine.bins.isOpen(bin));

export const BIN_COMMANDS: readonly Command[] = [
  {
    name: "take",
    usage: "take BIN",
    summary: "take out what hangs in an open bin",
    example: "take A-1",
    complete: openBins,
    async run({ desk }, { words }) {
      expectWords(words, 2);
      const bin = binOf(desk, words[1]);
      const fob = desk.do({ act: "take", bin });
      await desk.world.advance(HAND_MS);
      return [`${fob} is in your hand`];
    },
  },
  {
    name: "put",
    usage: "put BIN FOB",
    summary: "hang a fob into an open bin",
    example: "put A-1 012ABC",
    complete: (desk, index) =>
      index === 0 ? openBins(desk) : desk.cloud.store.organisation.keys.flatMap((key) => key.fob ?? []),
    async run({ desk }, { words }) {
      expectWords(words, 3);
      const bin = binOf(desk, words[1]);
      const fob = serial(words[2]!);
      const holder = binHolding(desk, fob);
      if (holder !== undefined) throw new WorldError(`${fob} hangs in bin ${holder}: take it out first`);
      if (!desk.hand.held.includes(fob)) desk.do({ act: "fetch", fob });
      desk.do({ act: "put", bin, fob });
      await desk.world.advance(HAND_MS);
      return [`${fob} hangs in bin ${desk.machine.bins.label(bin)}`];
    },
  },
  {
    name: "close",
    usage: "close BIN|all",
    summary: "push a door shut, or all that are open",
    example: "close A-1",
    complete: (desk) => [...openBins(desk), "all"],
    async run({ desk }, { words }) {
      expectWords(words, 2);
      const { bins } = desk.machine;
      const wanted = words[1]!.toLowerCase() === "all" ? openBins(desk) : [bins.label(binOf(desk, words[1]))];
      const closed = wanted.filter((label) => bins.isOpen(bins.byLabel(label)));
      for (const label of closed) await desk.person.closeDoor(bins.byLabel(label));
      return [closed.length === 0 ? "nothing was open" : `closed ${closed.join(" ")}`];
    },
  },
  {
    name: "jam",
    usage: "jam BIN",
    summary: "a door that stays shut when its lock lets go",
    example: "jam A-1",
    complete: labelsOf,
    run: ({ desk }, { words }) => setJammed(desk, words, true),
  },
  {
    name: "unjam",
    usage: "unjam BIN",
    summary: "ends that",
    example: "unjam A-1",
    complete: labelsOf,
    run: ({ desk }, { words }) => setJammed(desk, words, false),
  },
];

function setJammed(desk: Desk, words: readonly string[], isJammed: boolean): string[] {
  expectWords(words, 2);
  const bin = binOf(desk, words[1]);
  desk.do({ act: "jam", bin, on: isJammed });
  return [`bin ${desk.machine.bins.label(bin)} is ${isJammed ? "jammed" : "free"}`];
}
