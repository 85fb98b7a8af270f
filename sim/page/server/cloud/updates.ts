import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { CloudError } from "../../../cloud/domain.js";
import { WAVES } from "../../../cloud/releases/rollout.js";
import { versionsOf } from "../../../cloud/releases/versions.js";
import type { CloudService } from "../../../cloud/service.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Firmware, RolloutRow } from "../../shared/lists.js";
import type { Theatre } from "../theatre.js";

const release = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_fffe));
const name = v.pipe(v.string(), v.maxLength(64));
const ChangeSchema = v.variant("change", [
  v.object({ change: v.literal("start"), model: name, release }),
  v.object({ change: v.literal("pause"), model: name }),
  v.object({ change: v.literal("resume"), model: name }),
  v.object({ change: v.literal("pin"), box: name, release: v.nullable(release) }),
]);
type Change = v.InferOutput<typeof ChangeSchema>;

/** An image of the largest slot, with its manifest. */
const MOST_FILE_BYTES = 17_000_000;

/** Releases, rollouts and who runs what. */
export function addUpdates(app: Hono, theatre: Theatre): void {
  app.get("/api/cloud/firmware", (context) => context.json(firmware(theatre)));
  app.post("/api/cloud/firmware", async (context) => {
    const asked = v.safeParse(ChangeSchema, await context.req.json().catch(() => undefined));
    if (!asked.success) return context.json({ error: "this cannot be done" }, 400);
    touch(theatre, () => doIt(theatre.cloud, asked.output));
    return context.json({});
  });
  const limited = bodyLimit({
    maxSize: MOST_FILE_BYTES,
    onError: (context) => context.json({ error: `a release has at most ${MOST_FILE_BYTES / 1e6} MB` }, 413),
  });
  app.post("/api/cloud/firmware/file", limited, async (context) => {
    const file = new Uint8Array(await context.req.arrayBuffer());
    touch(theatre, () => theatre.shelf.take(context.req.query("name") ?? "", file));
    return context.json({});
  });
}

function firmware({ cloud, shelf }: Theatre): Firmware {
  return {
    releases: shelf.all.map(({ model, release: number, firmware: words, expires, imageBytes }) => ({
      model,
      release: number,
      firmware: words,
      expires,
      imageBytes,
    })),
    rollouts: Object.keys(cloud.releases.rollouts).map((model) => rolloutRow(cloud, model)),
    versions: versionsOf(cloud).map(({ box, model, release: runs, isTrial, pin, wanted, heldBack, update }) => ({
      box,
      model,
      release: runs,
      isTrial,
      pin,
      wanted,
      heldBack,
      told: update === null ? null : { event: update.event, release: update.release, reason: update.reason },
    })),
  };
}

function rolloutRow({ releases }: CloudService, model: string): RolloutRow {
  const { release: number, state, why, wave } = releases.rollouts[model]!;
  const waves = releases.byWave(model).map(({ members, confirmed, refused, returned, silent, crashed }, i) => ({
    percent: WAVES[i]!,
    members,
    confirmed,
    failed: refused + returned + silent + crashed,
  }));
  return { model, release: number, state, why: why ?? null, wave, waves };
}

/** What is on the shelf is no part of the world: it cannot be had again from what was done in it. */
function touch(theatre: Theatre, does: () => void): void {
  if (theatre.director.past !== undefined) throw new WorldError("this is the past: go back to now, or go on from here");
  does();
  theatre.touchedFromOutside();
}

function doIt({ releases, store }: CloudService, change: Change): void {
  if (change.change === "start") releases.start(change.model, change.release);
  else if (change.change === "pause") releases.pause(change.model);
  else if (change.change === "resume") releases.resume(change.model);
  else {
    if (!store.organisation.boxes.some(({ id }) => id === change.box))
      throw new CloudError(`there is no box ${change.box}`);
    releases.pin(change.box, change.release ?? undefined);
  }
}
