import { PACES } from "../../../page/shared/state.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Command } from "../command.js";
import { dateOf, panelInWords, timeOfDay } from "../describe.js";
import type { Desk } from "../desk.js";
import { expectWords, oneOf, parseDuration } from "../words.js";

const WAIT_LIMIT = "2m";
/** Nothing is said of what is over sooner, real ms. */
const PATIENCE_MS = 1_000;

const GOALS: Readonly<Record<string, (desk: Desk) => boolean>> = {
  idle: (desk) => desk.machine.panel.view?.screen === "idle",
  dark: (desk) => !desk.isLit,
  online: (desk) => desk.isLit && !showsOffline(desk),
  offline: showsOffline,
};

function showsOffline(desk: Desk): boolean {
  return desk.machine.panel.view?.notices.some((notice) => notice.id.startsWith("notice-offline")) ?? false;
}

export const TIME_COMMANDS: readonly Command[] = [
  {
    name: "skip",
    usage: "skip TIME",
    summary: "let time go by as fast as this machine can: s, m, h, d",
    example: "skip 1h30m",
    details: ["The box lives through every second of it. Ctrl-C quits in the middle; the time gone by stays gone."],
    complete: () => ["1m", "10m", "1h", "1d"],
    async run({ desk, progress }, { words }) {
      expectWords(words, 2);
      const ms = parseDuration(words[1]!);
      const startedMs = performance.now();
      let told = 0;
      await desk.skip(ms, (done) => {
        const percent = Math.floor(100 * done);
        const elapsedMs = performance.now() - startedMs;
        if (elapsedMs < PATIENCE_MS || percent === told) return;
        told = percent;
        const leftSeconds = Math.ceil((elapsedMs * (1 - done)) / done / 1_000);
        progress(`skipping ${words[1]}: ${percent} %, about ${leftSeconds} s more`);
      });
      progress(undefined);
      const now = desk.world.wallSeconds();
      return [`it is ${dateOf(desk, now)}, ${timeOfDay(desk, now)}`];
    },
  },
  {
    name: "pace",
    usage: `pace ${PACES.join("|")}`,
    summary: "how fast time goes by; next: on to the next thing to be seen at the box",
    example: "pace 60",
    complete: () => PACES.map(String),
    run({ desk }, { words }) {
      expectWords(words, 2);
      const wanted = oneOf(words[1], PACES.map(String), "pace");
      desk.pace = PACES.find((pace) => String(pace) === wanted)!;
      return [wanted === "next" ? "on to the next event" : `time goes ${wanted} times as fast as it is`];
    },
  },
  {
    name: "wait",
    usage: "wait idle|dark|online|offline|synced [LIMIT]",
    summary: `wait in real time for that, ${WAIT_LIMIT} at most; for scripts`,
    example: "wait synced 30s",
    details: ["synced: the cloud has every record, and the box every permission."],
    complete: (_desk, index) => (index === 0 ? [...Object.keys(GOALS), "synced"] : []),
    async run({ desk }, { words }) {
      expectWords(words, 2, 3);
      const goal = oneOf(words[1], [...Object.keys(GOALS), "synced"], "goal");
      const limitMs = parseDuration(words[2] ?? WAIT_LIMIT);
      const isReached =
        goal === "synced" ? await desk.untilInSync(limitMs) : await desk.until(() => GOALS[goal]!(desk), limitMs);
      if (!isReached) throw new WorldError(`waited in vain for ${goal}: ${panelInWords(desk)}`);
      return [`${goal}: ${panelInWords(desk)}`];
    },
  },
];
