import * as v from "valibot";
import { Problem } from "./problem.js";

const LIMIT_MOST = 200;
const LIMIT = 50;

/** What a list may be asked for; a cursor is for the list that gave it and says nothing to anybody else. */
export const PageQuery = v.strictObject({
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9]{1,3}$/, `limit is a number from 1 to ${LIMIT_MOST}`),
      v.transform(Number),
      v.minValue(1, `limit is a number from 1 to ${LIMIT_MOST}`),
      v.maxValue(LIMIT_MOST, `limit is a number from 1 to ${LIMIT_MOST}`),
    ),
  ),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(256))),
});
type Query = v.InferOutput<typeof PageQuery>;

/** A list's answer: `next` is the cursor of what comes after, or null at the end. */
export const pageOf = <const S extends v.GenericSchema>(item: S) =>
  v.object({ items: v.array(item), next: v.nullable(v.string()) });

export function limitOf({ limit }: Query): number {
  return limit ?? LIMIT;
}

/** `kind`: of the list, so that one list's cursor is not taken at another. */
export function cursorOf(kind: string, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([kind, ...place])).toString("base64url");
}

/** Undefined: from the beginning. Throws Problem. */
export function readCursor<const S extends v.GenericSchema>(
  { cursor }: Query,
  kind: string,
  place: S,
): v.InferOutput<S> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [of, ...rest] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const read = v.safeParse(place, rest);
    if (of === kind && read.success) return read.output;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw new Problem("bad-cursor", "cursor: take it as it came in `next` of this list, or leave it out");
}

/** A page of a whole list with ids, in their order. */
export function pageById<T extends { readonly id: number | string }>(items: readonly T[], kind: string, query: Query) {
  const after = readCursor(query, kind, v.tuple([v.union([v.number(), v.string()])]))?.[0];
  const sorted = [...items].sort((a, b) => compare(a.id, b.id));
  const rest = after === undefined ? sorted : sorted.filter(({ id }) => compare(id, after) > 0);
  const page = rest.slice(0, limitOf(query));
  return { items: page, next: rest.length > page.length ? cursorOf(kind, [page.at(-1)!.id]) : null };
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
