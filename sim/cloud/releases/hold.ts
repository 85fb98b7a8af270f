import type { BoxEntry } from "../state.js";
import type { Rollout } from "./rollout.js";
import type { ReleaseFacts } from "./shelf.js";

/** Why a box is not given what it is to have. */
export type HeldWhy = "notOnShelf" | "expired" | "retiredKeys" | "paused" | "stopped" | "laterWave" | "takesNone";

export interface Hold {
  /** Absent: nothing but what it runs. */
  readonly release?: number;
  /** Absent: it is offered. */
  readonly why?: HeldWhy;
}

interface Standing {
  readonly pin: number | undefined;
  readonly rollout: Rollout | undefined;
  /** The wave that is on takes the box in. */
  readonly isIn: boolean;
  readonly told: BoxEntry["image"];
  readonly find: (release: number) => ReleaseFacts | undefined;
  /** s since 1970 UTC. */
  readonly now: number;
}

/** What a box is to have: its pin, or what the rollout of its model gives it. */
export function hold({ pin, rollout, isIn, told, find, now }: Standing): Hold {
  const release = pin ?? rollout?.release;
  if (release === undefined || (told !== undefined && release <= told.release)) return {};
  if (told === undefined) return { release, why: "takesNone" };
  const found = find(release);
  if (found === undefined) return { release, why: "notOnShelf" };
  if (now >= found.expires) return { release, why: "expired" };
  if (found.list < told.list) return { release, why: "retiredKeys" };
  if (pin !== undefined) return { release };
  if (rollout!.state !== "running") return { release, why: rollout!.state };
  return isIn ? { release } : { release, why: "laterWave" };
}
