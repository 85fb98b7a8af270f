import type { Command } from "../command.js";
import { STORY_IDS } from "../stories/ids.js";
import { STORIES } from "../stories/stories.js";
import { StoryStopped, Teller } from "../stories/teller.js";
import { expectWords, oneOf } from "../words.js";

export const STORY: Command = {
  name: "story",
  usage: `story ${STORY_IDS.join("|")}`,
  summary: "play a story of the emergency outage plan, with captions; the page shows it best",
  example: "story internet",
  complete: () => STORY_IDS,
  async run({ desk, progress }, { words }) {
    expectWords(words, 2);
    const id = oneOf(words[1], STORY_IDS, "story");
    const teller = new Teller(desk, id, progress);
    try {
      await STORIES[id](teller);
    } catch (error) {
      if (!(error instanceof StoryStopped)) throw error;
      return ["the story was ended; the world is as it is now"];
    } finally {
      teller.end();
    }
    return ["the story is over, and everything is as before"];
  },
};
