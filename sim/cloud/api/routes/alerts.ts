import * as v from "valibot";
import type { Alert } from "../../state.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { Problem } from "../problem.js";
import { found, type Route, route } from "../route.js";
import { Acknowledgement, AlertView, PathName } from "../schemas.js";

const AlertPath = v.object({ alert: PathName });

/** What somebody has to know and can do something about. */
export const ALERT_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/alerts",
    id: "listAlerts",
    summary: "What is wrong now, and what to do about it",
    tag: "alerts",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(AlertView),
    run({ cloud }, { query }) {
      return pageById(cloud.alerts.all.map(alertView), "alerts", query);
    },
  }),
  route({
    method: "put",
    path: "/v1/alerts/{alert}/acknowledgement",
    id: "acknowledgeAlert",
    summary: "Somebody has taken it on: nobody is reminded of it any more",
    tag: "alerts",
    scope: "alerts",
    params: AlertPath,
    body: Acknowledgement,
    status: 200,
    answer: AlertView,
    run({ cloud }, { path, body }) {
      return alertView(found(cloud.alerts.acknowledge(idOf(path.alert), body.by), `alert ${path.alert}`));
    },
  }),
  route({
    method: "delete",
    path: "/v1/alerts/{alert}",
    id: "closeAlert",
    summary: "What it asks for was done; it comes again if it is so again",
    tag: "alerts",
    scope: "alerts",
    params: AlertPath,
    status: 204,
    run({ cloud }, { path }) {
      const { id, box } = found(cloud.alerts.find(idOf(path.alert)), `alert ${path.alert}`);
      if (cloud.seen(box, [id.split("/")[0]!]).length > 0) return;
      throw new Problem("refused", `alert ${path.alert} ends by itself, with what it tells of: acknowledge it`);
    },
  }),
];

/** Ids have slashes in them, which a path cannot; nothing in an id has a colon. */
function idOf(shown: string): string {
  return shown.replaceAll(":", "/");
}

export function alertView({ id, box, what, wayOut, since, acknowledged }: Alert): v.InferInput<typeof AlertView> {
  return {
    id: id.replaceAll("/", ":"),
    box,
    what,
    wayOut,
    since,
    acknowledged: acknowledged === undefined ? null : { ...acknowledged },
  };
}
