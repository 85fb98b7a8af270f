import { ENGINES, type EngineSection } from "../../../page/shared/state.js";
import { type Command, type Context, columns } from "../command.js";
import { panelInWords } from "../describe.js";
import { expectWords, oneOf } from "../words.js";

const NAMES = { node: "Node", xs: "XS" } as const;

export const SESSION_COMMANDS: readonly Command[] = [
  {
    name: "box",
    usage: "box [ID]",
    summary: "put another box on the desk, which starts it; the others run on. Without ID: all",
    example: "box MS4-TOKYO",
    complete: (desk) => desk.cloud.store.organisation.boxes.map(({ id }) => id),
    async run(context, { words }) {
      expectWords(words, 1, 2);
      const { desk } = context;
      if (words[1] === undefined) return boxesOf(context);
      desk.do({ act: "box", id: words[1] });
      return [`${desk.box.id} is on the desk: ${panelInWords(desk)}`];
    },
  },
  {
    name: "engine",
    usage: "engine [node|xs]",
    summary: "let the box on the desk go on with Node or with XS as on a board: it boots. Without: what it runs on",
    example: "engine xs",
    complete: () => ENGINES,
    async run({ desk }, { words }) {
      expectWords(words, 1, 2);
      if (words[1] !== undefined) await desk.useEngine(oneOf(words[1], ENGINES, "engine"));
      return [engineInWords(desk.engine)];
    },
  },
  {
    name: "save",
    usage: "save",
    summary: "write all to disk now (done by itself, and at quit)",
    example: "save",
    async run({ desk }, { words }) {
      expectWords(words, 1);
      desk.save();
      return [`saved in ${desk.data.path}`];
    },
  },
  {
    name: "quit",
    aliases: ["exit"],
    usage: "quit",
    summary: "save and leave (also Ctrl-C, Ctrl-D)",
    example: "quit",
    run({ quit }, { words }) {
      expectWords(words, 1);
      quit();
      return [];
    },
  },
];

function engineInWords({ runs, wanted, computrons, peakSlots }: EngineSection): string {
  if (wanted !== runs) return `the box goes on with ${NAMES[wanted]} from its next start on`;
  if (computrons === null) return `the box runs on ${NAMES[runs]}`;
  return `the box runs on ${NAMES[runs]}: ${(computrons / 1e6).toFixed(1)} M computrons, at most ${peakSlots} slots`;
}

function boxesOf(context: Context): readonly string[] {
  const { desk } = context;
  const { cloud, running } = desk;
  const rows = cloud.store.organisation.boxes.map(({ id, model, location }) => [
    id === desk.box.id ? "*" : "",
    id,
    model,
    cloud.ingest.log.index.locations.get(location)!.name,
    running.find(({ name }) => name === id)?.state ?? "not started",
    cloud.store.boxState(id).online ? "online" : "offline",
  ]);
  return columns(context, ["", "box", "model", "location", "is", "to the cloud"], rows);
}
