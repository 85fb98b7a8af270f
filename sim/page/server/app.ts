import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import * as v from "valibot";
import { CloudError } from "../../cloud/domain.js";
import { WorldError } from "../../world/devices/site.js";
import type { Assets } from "../build.js";
import { ActSchema } from "./acts.js";
import { cloudApi } from "./cloud/api.js";
import {
  type Asked,
  accessRows,
  binRows,
  keyRows,
  type LogFilter,
  logPage,
  overview,
  sheetView,
} from "./cloud/lists.js";
import { logCsv } from "./cloud/log-csv.js";
import { addManager } from "./cloud/manager.js";
import { addUpdates } from "./cloud/updates.js";
import { download } from "./download.js";
import { eventStream } from "./event-stream.js";
import { guard } from "./guard.js";
import type { Live } from "./live.js";
import { play } from "./play.js";
import type { Theatre } from "./theatre.js";

export interface PageNeeds {
  readonly theatre: Theatre;
  readonly live: Live;
  readonly assets: Assets;
  readonly token: string | undefined;
}

const MOST_BODY_BYTES = 16_384;
/** A file with the flash of several boxes in it. */
const MOST_WORLD_BYTES = 32 * 1_048_576;
const MOST_ROWS = 500;
/** Everything from here, and nothing inline. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  fontSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

export function pageApp(needs: PageNeeds): Hono {
  const { theatre, live, assets, token } = needs;
  const app = new Hono();
  const api = cloudApi(theatre);
  app.all("/v1/*", async (context) => {
    const answer = await api(context.req.raw);
    if (!["GET", "HEAD"].includes(context.req.method) && answer.ok) theatre.touchedFromOutside();
    return answer;
  });
  app.use(guard(token));
  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY }));
  app.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  app.get("/api/font", async (context) =>
    context.body(await assets.font(theatre.box), 200, { "Content-Type": "application/octet-stream" }),
  );
  app.get("/api/letters", async (context) =>
    context.body(await assets.letters(theatre.box, context.req.query("of") ?? ""), 200, {
      "Content-Type": "application/octet-stream",
    }),
  );
  app.get("/api/events", async (context) => eventStream(context, live, (await assets.built).version));
  // For a browser whose network lets no stream through: it asks again and again.
  app.get("/api/state", async (context) => context.json({ version: (await assets.built).version, told: live.whole() }));
  app.post("/api/act", bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const act = v.safeParse(ActSchema, body);
    if (!act.success) return context.json({ error: wrong(act.issues) }, 400);
    await play(theatre, act.output);
    live.look();
    return context.json({});
  });
  addLists(app, theatre);
  addWorlds(app, theatre, live);
  app.get("*", async (context) => {
    const file = (await assets.built).files[context.req.path];
    return file === undefined ? context.notFound() : context.body(file.body, 200, { "Content-Type": file.type });
  });
  // The world does not allow it, and says why.
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (!(error instanceof WorldError) && !(error instanceof CloudError)) throw error;
    return context.json({ error: error.message }, 409);
  });
  app.notFound((context) => context.text("there is no such page: open /\n", 404));
  return app;
}

/** The whole world as a file and as a link, and a look into another one. */
function addWorlds(app: Hono, { director, box }: Theatre, live: Live): void {
  app.get("/api/world/file", (context) =>
    context.body(director.file, 200, download("application/json", `${box.id}-world.json`)),
  );
  app.get("/api/world/link", (context) => context.json({ link: director.link }));
  app.post("/api/world", bodyLimit({ maxSize: MOST_WORLD_BYTES }), async (context) => {
    await director.open(await context.req.text());
    live.look(true);
    return context.json({});
  });
}

function wrong(issues: readonly v.BaseIssue<unknown>[]): string {
  return `this cannot be done: ${issues.map((issue) => `${v.getDotPath(issue) ?? "value"} ${issue.message}`).join("; ")}`;
}

/** What the cloud knows; it answers nothing while it is down. */
function addLists(app: Hono, theatre: Theatre): void {
  const asked = (): Asked => {
    const { cloud, box, timeZone, world } = theatre;
    return { cloud, box, timeZone, now: Math.floor(world.wallSeconds()) };
  };
  app.use("/api/cloud/*", async (context, next) => {
    if (!theatre.isCloudUp) return context.json({ error: "the cloud is down" }, 503);
    await next();
  });
  app.get("/api/cloud/overview", (context) => context.json(overview(asked())));
  app.get("/api/cloud/keys", (context) => context.json(keyRows(asked())));
  app.get("/api/cloud/accesses", (context) => context.json(accessRows(asked())));
  app.get("/api/cloud/bins", (context) => context.json(binRows(asked())));
  app.get("/api/cloud/sheet", (context) => {
    if (!theatre.machine.board.offlineCapable) return context.json(null);
    return context.json(sheetView(asked()));
  });
  app.get("/api/cloud/log", (context) =>
    context.json(
      logPage(
        asked(),
        filterOf((name) => context.req.query(name)),
      ),
    ),
  );
  app.get("/api/cloud/log.csv", (context) => {
    const file = logCsv(
      asked(),
      filterOf((name) => context.req.query(name)),
    );
    return context.body(file, 200, download("text/csv; charset=utf-8", `${theatre.box.id}-log.csv`));
  });
  addManager(app, theatre, asked);
  addUpdates(app, theatre);
}

function filterOf(query: (name: string) => string | undefined): LogFilter {
  const kind = (["PICKUP", "DROPOFF", "EMERGENCY"] as const).find((one) => one === query("kind")) ?? "";
  const whole = (name: string, most: number, otherwise: number): number => {
    const number = Number(query(name) ?? otherwise);
    return Number.isInteger(number) && number >= 0 ? Math.min(number, most) : otherwise;
  };
  return {
    text: (query("text") ?? "").slice(0, 100),
    kind,
    isOffline: query("offline") === "1",
    offset: whole("offset", Number.MAX_SAFE_INTEGER, 0),
    limit: whole("limit", MOST_ROWS, 50),
  };
}
