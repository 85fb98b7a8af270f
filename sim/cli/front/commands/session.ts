import type { Command } from "../command.js";
import { expectWords } from "../words.js";

export const SESSION_COMMANDS: readonly Command[] = [
  {
    name: "save",
    usage: "save",
    summary: "write all to disk now (done by itself, and at quit)",
    example: "save",
    async run({ desk }, { words }) {
      expectWords(words, 1);
      await desk.save();
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
