import * as v from "valibot";
import { HookBook } from "../../outward/hook-book.js";
import type { Hook } from "../../state.js";
import { cursorOf, PageQuery, pageById, pageOf, readCursor } from "../paging.js";
import { type ApiCaller, found, type Route, route } from "../route.js";
import { HookChanges, HookView, HookWithSecret, NewHook, PathName, Replay } from "../schemas.js";

const HookPath = v.object({ hook: PathName });

/** Programs that are told of what happens. */
export const HOOK_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/hooks",
    id: "listHooks",
    summary: "Webhooks, and how far each has been told",
    tag: "hooks",
    scope: "hooks",
    query: PageQuery,
    status: 200,
    answer: pageOf(HookView),
    run({ cloud }, { query }) {
      const { items, next } = pageById(new HookBook(cloud.store).all, "hooks", query);
      return { items: items.map(hookView), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/hooks",
    id: "addHook",
    summary: "Adds a webhook; the answer has the secret that its messages are signed with",
    tag: "hooks",
    scope: "hooks",
    body: NewHook,
    status: 201,
    answer: HookWithSecret,
    run({ cloud }, { body: { url, types = [], cursor } }) {
      const hook = new HookBook(cloud.store).add(url, types, placeOf(cursor));
      return { ...hookView(hook), secret: hook.secret };
    },
  }),
  route({
    method: "get",
    path: "/v1/hooks/{hook}",
    id: "getHook",
    summary: "One webhook",
    tag: "hooks",
    scope: "hooks",
    params: HookPath,
    status: 200,
    answer: HookView,
    run: (caller, { path }) => hookView(hookOf(caller, path.hook)),
  }),
  route({
    method: "patch",
    path: "/v1/hooks/{hook}",
    id: "changeHook",
    summary: "Changes a webhook, switches it off or on; one that failed is tried at once",
    tag: "hooks",
    scope: "hooks",
    params: HookPath,
    body: HookChanges,
    status: 200,
    answer: HookView,
    run(caller, { path, body }) {
      hookOf(caller, path.hook);
      return hookView(new HookBook(caller.cloud.store).change(path.hook, body));
    },
  }),
  route({
    method: "post",
    path: "/v1/hooks/{hook}/replay",
    id: "replayHook",
    summary: "Tells it again everything after a cursor of /v1/events, in order; each with the id that it had",
    tag: "hooks",
    scope: "hooks",
    params: HookPath,
    body: Replay,
    status: 202,
    answer: HookView,
    run(caller, { path, body }) {
      hookOf(caller, path.hook);
      return hookView(new HookBook(caller.cloud.store).change(path.hook, { cursor: placeOf(body.cursor) }));
    },
  }),
  route({
    method: "delete",
    path: "/v1/hooks/{hook}",
    id: "removeHook",
    summary: "Removes a webhook",
    tag: "hooks",
    scope: "hooks",
    params: HookPath,
    status: 204,
    run(caller, { path }) {
      hookOf(caller, path.hook);
      new HookBook(caller.cloud.store).remove(path.hook);
    },
  }),
];

function hookOf({ cloud }: ApiCaller, id: string): Hook {
  return found(new HookBook(cloud.store).find(id), `webhook ${id}`);
}

/** Null: from the first that ever happened. */
function placeOf(cursor: string | null): number {
  if (cursor === null) return 0;
  return readCursor({ cursor }, "events", v.tuple([v.pipe(v.number(), v.integer(), v.minValue(0))]))![0];
}

function hookView({ id, url, types, enabled, cursor, failing }: Hook): v.InferInput<typeof HookView> {
  return {
    id,
    url,
    types: [...types],
    enabled,
    cursor: cursorOf("events", [cursor]),
    failing:
      failing === undefined
        ? null
        : { since: failing.since, attempts: failing.attempts, why: failing.why, nextAt: Math.ceil(failing.nextAt) },
  };
}
