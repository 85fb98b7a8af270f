import { type Command, type Context, columns } from "../command.js";
import { panelInWords } from "../describe.js";
import { expectWords } from "../words.js";

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
