import { UpdateEvent } from "../../../firmware/records/records.js";
import { crc32 } from "../../../hal/bytes/crc32.js";
import type { BoxEntry } from "../state.js";

/** Percent of the boxes that may have a release, wave by wave. */
export const WAVES = [5, 25, 50, 100] as const;
/** A wave lasts at least so long, s. */
const WAVE_SECONDS = 86_400;
/** Of the boxes of a wave that were heard since it began, so many in a hundred have to have come to an end before the next. */
const DECIDED_PERCENT = 90;
/** More failures in a hundred boxes that came to an end stop a rollout. */
const FAILED_PERCENT = 5;
/** A box that began its trial and says nothing more of it for so long has failed, s. */
const SILENT_SECONDS = 7_200;

/** How far a release has come among the boxes of a model. */
export interface Rollout {
  readonly release: number;
  /** Place in `WAVES`. */
  wave: number;
  /** Nobody takes the release from then on, s since 1970 UTC. Absent in databases of earlier versions. */
  readonly expires?: number;
  /** When that wave began, s since 1970 UTC. */
  since: number;
  /** Somebody has looked into what failed before, s since 1970 UTC: it counts no more. Absent: nobody had to. */
  resumed?: number;
  state: "running" | "paused" | "stopped";
  /** Of `stopped`. */
  why?: string;
}

/** What a box that could have the release says of it. */
export type BoxNews = Pick<BoxEntry, "image" | "update" | "lastSeen">;

export interface RolloutCount {
  /** Boxes that the present wave takes in, and those of them that were heard since it began. */
  members: number;
  /** Boxes of the model in all. */
  boxes: number;
  heard: number;
  confirmed: number;
  refused: number;
  returned: number;
  silent: number;
  crashed: number;
}

/** Whether the wave takes this box in: the same boxes each time, and other ones first for each release. */
export function isInWave({ release, wave }: Rollout, box: string): boolean {
  return crc32(Buffer.from(`${release}/${box}`)) % 100 < WAVES[wave]!;
}

/** Where the boxes of the present wave are. */
export function countOf(rollout: Rollout, boxes: readonly (readonly [string, BoxNews])[], now: number): RolloutCount {
  const count = {
    boxes: boxes.length,
    members: 0,
    heard: 0,
    confirmed: 0,
    refused: 0,
    returned: 0,
    silent: 0,
    crashed: 0,
  };
  for (const [box, news] of boxes) {
    if (!isInWave(rollout, box)) continue;
    count.members++;
    if ((news.lastSeen ?? 0) >= rollout.since) count.heard++;
    const fate = fateOf(rollout, news, now);
    if (fate !== undefined) count[fate]++;
  }
  return count;
}

type Fate = "confirmed" | "refused" | "returned" | "silent" | "crashed";

/** How it ended at this box; undefined: it did not yet. */
function fateOf({ release, resumed = 0 }: Rollout, { image, update }: BoxNews, now: number): Fate | undefined {
  if (update?.release === release && update.at >= resumed) {
    if ((update.crashes ?? 0) > 0) return "crashed";
    if (update.event === UpdateEvent.refused) return "refused";
    if (update.event === UpdateEvent.returned) return "returned";
  }
  if (image?.release === release && !image.isTrial) return "confirmed";
  const isTrying = update?.release === release && update.event === UpdateEvent.trial && update.at >= resumed;
  return isTrying && now - update.at > SILENT_SECONDS ? "silent" : undefined;
}

/** Goes on to the next wave, or stops; nothing where there is no reason for either. */
export function step(rollout: Rollout, count: RolloutCount, now: number): void {
  if (rollout.state !== "running") return;
  const { refused, returned, silent, crashed, confirmed, heard } = count;
  const failed = refused + returned + silent + crashed;
  const decided = failed + confirmed;
  if (rollout.expires !== undefined && now >= rollout.expires) {
    const lacking = count.boxes - confirmed;
    rollout.state = lacking === 0 ? "running" : "stopped";
    if (lacking > 0)
      rollout.why = `it expired on ${dayOf(rollout.expires)}, and ${lacking} of ${count.boxes} boxes lack it`;
    return;
  }
  if (failed > 0 && 100 * failed > FAILED_PERCENT * decided) {
    rollout.state = "stopped";
    rollout.why = `${failed} of ${decided} boxes failed: ${wordsOf(count)}`;
    return;
  }
  const isOver = now - rollout.since >= WAVE_SECONDS && 100 * decided >= DECIDED_PERCENT * heard;
  if (!isOver || rollout.wave >= WAVES.length - 1) return;
  rollout.wave++;
  rollout.since = now;
}

/** As `2027-03-31`. */
export function dayOf(seconds: number): string {
  return new Date(1_000 * seconds).toISOString().slice(0, 10);
}

function wordsOf({ refused, returned, silent, crashed }: RolloutCount): string {
  const words = [
    [refused, "refused it"],
    [returned, "went back"],
    [silent, "fell silent"],
    [crashed, "crashed"],
  ] as const;
  return words
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}
