import { deflateSync, inflateSync } from "node:zlib";
import * as v from "valibot";
import { InputSchema } from "../../../page/server/acts.js";
import { SurroundingsSchema } from "../surroundings.js";
import { isBy, LONGEST_MS, MOST_INPUTS, type WorldRecord } from "./world-record.js";

/** A world as text: a file that people can read, and a link that is short. */

/** It cannot be played; the message says why, and what to do. */
export class WorldTextError extends Error {}

/** Of both. A newer one may mean other things by the same words. */
const FORMAT = 1;
/** Addresses that are longer are cut by what passes them on, characters. */
const MOST_LINK = 30_000;
/** A file, and what a link unfolds to, bytes. */
const MOST_BYTES = 32 * 1_048_576;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(whole, v.maxValue(LONGEST_MS));
const packed = v.pipe(v.string(), v.base64());
const MachineStateSchema = v.object({
  mains: v.boolean(),
  battery: v.object({ present: v.boolean(), chargeMilliampHours: v.pipe(v.number(), v.finite()) }),
  rtcErrorSeconds: v.nullable(v.pipe(v.number(), v.finite())),
  bins: v.object({
    contents: v.array(v.nullable(v.string())),
    open: v.array(v.boolean()),
  }),
  wifi: v.nullable(v.object({ ssid: v.string(), passphrase: v.string() })),
});

const Shape = v.object({
  seed: v.pipe(whole, v.maxValue(Number.MAX_SAFE_INTEGER)),
  startWallSeconds: v.pipe(v.number(), v.minValue(0), v.maxValue(1e10)),
  box: v.pipe(v.string(), v.maxLength(32)),
  begins: v.variant("kind", [
    v.object({ kind: v.literal("sample"), seed: whole }),
    v.object({ kind: v.literal("cloud"), database: v.string() }),
  ]),
  kept: v.record(
    v.pipe(v.string(), v.maxLength(32)),
    v.object({ state: MachineStateSchema, surroundings: SurroundingsSchema, journal: packed, snapshot: packed }),
  ),
  /** Milliseconds since the one before, events at that one, and what was done. */
  done: v.pipe(v.array(v.strictTuple([time, whole, InputSchema])), v.maxLength(MOST_INPUTS)),
  end: v.strictTuple([time, whole]),
  traceHash: v.pipe(v.string(), v.hexadecimal(), v.length(64)),
});
type Plain = v.InferOutput<typeof Shape>;

/** As a file: JSON, with a line for each thing that was done. */
export function worldFile(record: WorldRecord): string {
  const { done, ...rest } = plainOf(record);
  const lines = done.map((one) => `\n  ${JSON.stringify(one)}`);
  return `{"smartbox":"world","format":${FORMAT},\n"done":[${lines.join(",")}\n],\n${JSON.stringify(rest).slice(1)}\n`;
}

/** For the part of an address behind `#`. Throws WorldTextError where that would be too long. */
export function worldLink(record: WorldRecord): string {
  const tooLong = (why: string) => new WorldTextError(`${why}: save it as a file instead`);
  if (record.begins.kind !== "sample" || Object.keys(record.kept).length > 0)
    throw tooLong(
      "this world goes on from an earlier start, or has an organisation of its own, and is too much for a link",
    );
  const link = `world=${FORMAT}.${deflateSync(JSON.stringify(plainOf(record))).toString("base64url")}`;
  if (link.length > MOST_LINK) throw tooLong(`${record.done.length} things were done, too many for a link`);
  return link;
}

/** Reads either: the content of a file, or a link, whole or what stands behind its `#`. Throws WorldTextError. */
export function readWorld(text: string): WorldRecord {
  if (text.length > MOST_BYTES) throw new WorldTextError(`this is longer than any world: ${MOST_BYTES} bytes at most`);
  const link = /(?:^|#)world=(.*)$/s.exec(text.trim())?.[1];
  const plain = link === undefined ? plainInFile(text) : plainInLink(link);
  const found = v.safeParse(Shape, plain, { abortEarly: true });
  if (!found.success) {
    const [issue] = found.issues;
    throw new WorldTextError(`this is no sound world: at ${v.getDotPath(issue) ?? "its top"}: ${issue.message}`);
  }
  return recordOf(found.output);
}

function plainInFile(text: string): unknown {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    const isBegun = text.trimStart().startsWith('{"smartbox"');
    throw new WorldTextError(
      isBegun
        ? `the file is cut or was changed: ${(error as Error).message}`
        : "this is neither a world's file nor a world's link",
    );
  }
  const head = v.safeParse(v.looseObject({ smartbox: v.literal("world"), format: v.number() }), file);
  if (!head.success) throw new WorldTextError('this is not the file of a world: those begin with "smartbox":"world"');
  checkFormat(head.output.format);
  return file;
}

function plainInLink(link: string): unknown {
  const [, format, body] = /^(\d{1,6})\.([\w-]*)$/.exec(link) ?? [];
  if (format === undefined || body === undefined)
    throw new WorldTextError("this is not the link of a world: something was added to it, or lost");
  checkFormat(Number(format));
  try {
    const bytes = inflateSync(Buffer.from(body, "base64url"), { maxOutputLength: MOST_BYTES });
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new WorldTextError(`the link is cut or was changed: ${(error as Error).message}`);
  }
}

function checkFormat(format: number): void {
  if (format === FORMAT) return;
  throw new WorldTextError(
    format > FORMAT
      ? `this world is of format ${format}, of a newer simulator; this one reads ${FORMAT}: play it with that one`
      : `there never was a world of format ${format}; this simulator reads ${FORMAT}`,
  );
}

function plainOf({ done, end, kept, ...rest }: WorldRecord): Plain {
  let before = 0;
  const steps = done.map(({ at, n, input }): Plain["done"][number] => {
    const step = at - before;
    before = at;
    return [step, n, input];
  });
  const packedOf = (bytes: Uint8Array) => deflateSync(bytes).toString("base64");
  const stands = Object.entries(kept).map(([box, stand]) => {
    const images = { journal: packedOf(stand.journal), snapshot: packedOf(stand.snapshot) };
    return [box, { ...stand, ...images }];
  });
  return { ...rest, kept: Object.fromEntries(stands), done: steps, end: [end.at, end.n] };
}

function recordOf({ done, end, kept, ...rest }: Plain): WorldRecord {
  let at = 0;
  const inputs = done.map(([step, n, input]) => {
    at += step;
    return { at, n, input };
  });
  const last = { at: end[0], n: end[1] };
  const early = inputs.findIndex((one, i) => i > 0 && !isBy(inputs[i - 1]!, one));
  if (early >= 0)
    throw new WorldTextError(`this is no sound world: what was done as number ${early + 1} comes too late`);
  if (inputs.length > 0 && !isBy(inputs.at(-1)!, last))
    throw new WorldTextError("this is no sound world: it ends before what was done last");
  const stands = Object.entries(kept).map(([box, stand]) => {
    const images = { journal: unpacked(box, stand.journal), snapshot: unpacked(box, stand.snapshot) };
    return [box, { ...stand, ...images }];
  });
  return { ...rest, kept: Object.fromEntries(stands), done: inputs, end: last } as WorldRecord;
}

function unpacked(box: string, text: string): Uint8Array {
  try {
    return new Uint8Array(inflateSync(Buffer.from(text, "base64"), { maxOutputLength: MOST_BYTES }));
  } catch (error) {
    throw new WorldTextError(`the flash of box ${box} is cut or was changed: ${(error as Error).message}`);
  }
}
