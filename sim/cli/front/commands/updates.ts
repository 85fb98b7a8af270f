import { MODELS } from "../../../../hal/boards/index.js";
import { counted } from "../../../cloud/counted.js";
import { dayOf, type Rollout, WAVES } from "../../../cloud/releases/rollout.js";
import { type BoxVersion, versionsOf } from "../../../cloud/releases/versions.js";
import { type Command, type Context, columns } from "../command.js";
import type { Desk } from "../desk.js";
import { expectWords, oneOf, UsageError } from "../words.js";

/** Why a box is not offered what it is to have, for people. */
const HELD: Readonly<Record<NonNullable<BoxVersion["heldBack"]>, string>> = {
  notOnShelf: "it is not on the shelf",
  expired: "it has expired",
  retiredKeys: "keys signed it that are retired",
  paused: "the rollout is paused",
  stopped: "the rollout has stopped",
  laterWave: "in a later wave",
  takesNone: "the box takes no updates",
};

const COMMANDS: readonly Command[] = [
  {
    name: "add",
    usage: "cloud update add FILE",
    summary: "put a file of `npm run release` onto the shelf: keys-1.cbor first, then releases",
    example: "cloud update add MS5-8.release",
    details: ["It is held against the key lists that are there: what no box would take does not come onto the shelf."],
    run({ desk }, { words }) {
      expectWords(words, 2);
      return [`${desk.shelf.add(words[1]!)} is on the shelf`];
    },
  },
  {
    name: "start",
    usage: "cloud update start MODEL RELEASE",
    summary: `give a release to the boxes of a model, in waves of ${WAVES.join(", ")} in a hundred`,
    example: "cloud update start MS5 8",
    details: [
      "A wave lasts a day at least, and until nine in ten of its boxes that were heard have the release.",
      "It stops by itself when more than five in a hundred refuse it, go back, crash or fall silent.",
    ],
    complete: (_desk, index) => (index === 0 ? MODELS : []),
    run(context, { words }) {
      expectWords(words, 3);
      const model = oneOf(words[1], MODELS, "model");
      changed(context.desk, () => context.desk.cloud.releases.start(model, releaseIn(words[2])));
      return rollouts(context);
    },
  },
  {
    name: "pause",
    usage: "cloud update pause MODEL",
    summary: "no box is offered the release from now on; one that fetches it, or waits to try it, leaves it",
    example: "cloud update pause MS5",
    complete: (_desk, index) => (index === 0 ? MODELS : []),
    run(context, { words }) {
      expectWords(words, 2);
      changed(context.desk, () => context.desk.cloud.releases.pause(oneOf(words[1], MODELS, "model")));
      return rollouts(context);
    },
  },
  {
    name: "resume",
    usage: "cloud update resume MODEL",
    summary: "go on, also after it stopped by itself: what failed before counts no more",
    example: "cloud update resume MS5",
    complete: (_desk, index) => (index === 0 ? MODELS : []),
    run(context, { words }) {
      expectWords(words, 2);
      changed(context.desk, () => context.desk.cloud.releases.resume(oneOf(words[1], MODELS, "model")));
      return rollouts(context);
    },
  },
  {
    name: "pin",
    usage: "cloud update pin BOX RELEASE|none",
    summary: "one box has this release and no other, whatever the rollout says; none: as the rollout says",
    example: "cloud update pin MS5-PARIS 8",
    complete: (desk, index) => (index === 0 ? desk.cloud.store.organisation.boxes.map(({ id }) => id) : ["none"]),
    run({ desk }, { words }) {
      expectWords(words, 3);
      const boxes = desk.cloud.store.organisation.boxes.map(({ id }) => id);
      const box = oneOf(words[1], boxes, "box");
      const release = words[2] === "none" ? undefined : releaseIn(words[2]);
      changed(desk, () => desk.cloud.releases.pin(box, release));
      return [release === undefined ? `${box} has what the rollout gives it` : `${box} is to have release ${release}`];
    },
  },
  {
    name: "versions",
    usage: "cloud update versions [RELEASE|below RELEASE]",
    summary: "which boxes run what; below: a lower release, or one that they never told",
    example: "cloud update versions below 9",
    complete: (_desk, index) => (index === 0 ? ["below"] : []),
    run(context, { words }) {
      expectWords(words, 1, 3);
      const isBelow = words[1] === "below";
      if (!isBelow && words.length > 2) throw new UsageError(`${words[1]} is not below`);
      if (words[1] === undefined) return versions(context, {});
      return versions(context, isBelow ? { below: releaseIn(words[2]) } : { release: releaseIn(words[1]) });
    },
  },
];

/** Firmware of the boxes: releases, who gets them, and who runs what. */
export const UPDATE_COMMAND: Command = {
  name: "update",
  usage: "cloud update [COMMAND ...]",
  summary: "firmware: what is on the shelf and how far it has come; `help cloud update` lists what can be done",
  example: "cloud update",
  details: COMMANDS.flatMap(({ usage, summary }) => [usage, `    ${summary}`]),
  subcommands: COMMANDS,
  run(context, { words }) {
    expectWords(words, 1);
    return [...shelf(context), ...rollouts(context)];
  },
};

/** What is on the shelf is no part of the world: it cannot be had again from what was done in it. */
function changed(desk: Desk, does: () => void): void {
  does();
  desk.touchedFromOutside();
  desk.poke();
}

function releaseIn(text: string | undefined): number {
  if (/^[1-9][0-9]{0,9}$/.test(text ?? "")) return Number(text);
  throw new UsageError(text === undefined ? "which release?" : `${text} is no number of a release`);
}

function shelf(context: Context): readonly string[] {
  const rows = context.desk.shelf.all.map(({ model, release, firmware, expires, security, list, imageBytes }) => [
    model,
    `${release}`,
    firmware,
    `${Math.ceil(imageBytes / 1_024)} KiB`,
    dayOf(expires),
    `${security}`,
    `${list}`,
  ]);
  if (rows.length === 0)
    return ["no release is on the shelf: `npm run release` makes one, `cloud update add` puts it there"];
  const headings = ["model", "release", "version", "size", "good until", "security", "key list"];
  return columns(context, headings, rows);
}

function rollouts(context: Context): readonly string[] {
  const { releases } = context.desk.cloud;
  return Object.entries(releases.rollouts).flatMap(([model, rollout]) => [
    inWords(model, rollout),
    ...fates(context, model),
  ]);
}

function inWords(model: string, { release, state, wave, why }: Rollout): string {
  const told = state === "stopped" ? `has stopped: ${why}` : state === "paused" ? "is paused" : "goes on";
  return `release ${release} to ${model} ${told}; wave ${wave + 1} of ${WAVES.length}, ${WAVES[wave]} in a hundred`;
}

function fates(context: Context, model: string): readonly string[] {
  const { boxes, members, confirmed, refused, returned, silent, crashed } = context.desk.cloud.releases.count(model);
  const failed = { refused, returned, silent, crashed };
  const told = Object.entries(failed).flatMap(([word, count]) => (count === 0 ? [] : [`${count} ${word}`]));
  return [
    `  ${confirmed} of ${counted(members, "box", "boxes")} in this wave run it, of ${boxes} in all${told.length === 0 ? "" : `; ${told.join(", ")}`}`,
  ];
}

function versions(context: Context, filter: { readonly release?: number; readonly below?: number }): readonly string[] {
  const found = versionsOf(context.desk.cloud, filter);
  if (found.length === 0) return ["no box"];
  const rows = found.map((one) => [
    one.box,
    one.model,
    one.release === null ? "never told" : `${one.release}${one.isTrial ? " on trial" : ""}`,
    one.firmware ?? "",
    one.pin === null ? "" : `${one.pin}`,
    wanted(one),
    last(one),
  ]);
  const headings = ["box", "model", "runs", "version", "pin", "is to have", "told last"];
  return [...columns(context, headings, rows), counted(found.length, "box", "boxes")];
}

function wanted({ wanted: release, heldBack }: BoxVersion): string {
  if (release === null) return "";
  return heldBack === null ? `${release}` : `${release}, not now: ${HELD[heldBack]}`;
}

function last({ update }: BoxVersion): string {
  if (update === null) return "";
  const { event, release, reason } = update;
  return `${release} ${event}${reason === null ? "" : `: ${reason}`}`;
}
