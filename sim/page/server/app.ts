import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import * as v from "valibot";
import { CloudError, LANGUAGES } from "../../cloud/domain.js";
import { pageApp as listsApp } from "../../cloud/page/server.js";
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
import { eventStream } from "./event-stream.js";
import { guard } from "./guard.js";
import type { Hand } from "./hand.js";
import type { Live } from "./live.js";
import { play } from "./play.js";
import type { Theatre } from "./theatre.js";

export interface PageNeeds {
  readonly theatre: Theatre;
  readonly live: Live;
  readonly hand: Hand;
  readonly assets: Assets;
  readonly token: string | undefined;
}

const MOST_BODY_BYTES = 16_384;
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
  const { theatre, live, hand, assets, token } = needs;
  const app = new Hono();
  const api = cloudApi(theatre);
  app.all("/v1/*", (context) => api(context.req.raw));
  app.use(guard(token));
  app.route(
    "/lists",
    listsApp(
      theatre.cloud,
      () => theatre.world.wallSeconds(),
      () => theatre.isCloudUp,
    ),
  );
  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY }));
  app.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  app.get("/api/font", async (context) =>
    context.body(await assets.font(theatre.box), 200, { "Content-Type": "application/octet-stream" }),
  );
  app.get("/api/events", async (context) => eventStream(context, live, (await assets.built).version));
  // For a browser whose network lets no stream through: it asks again and again.
  app.get("/api/state", async (context) => context.json({ version: (await assets.built).version, told: live.whole() }));
  app.post("/api/act", bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const act = v.safeParse(ActSchema, body);
    if (!act.success) return context.json({ error: wrong(act.issues) }, 400);
    try {
      await play(theatre, act.output, hand);
    } catch (error) {
      if (!(error instanceof WorldError) && !(error instanceof CloudError)) throw error;
      return context.json({ error: error.message }, 409);
    }
    live.look();
    return context.json({});
  });
  addLists(app, theatre);
  app.get("*", async (context) => {
    const file = (await assets.built).files[context.req.path];
    return file === undefined ? context.notFound() : context.body(file.body, 200, { "Content-Type": file.type });
  });
  app.notFound((context) => context.text("there is no such page: open /\n", 404));
  return app;
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
  app.get("/api/cloud/pack.pdf", async (context) => {
    const language = LANGUAGES.find((one) => one === context.req.query("language")) ?? "en";
    // What makes a PDF takes a while to load: whoever asks for one waits.
    const { packFile } = await import("./cloud/pack-file.js");
    const file = await packFile(asked(), language);
    return context.body(file, 200, download("application/pdf", `${theatre.box.id}-pack.pdf`));
  });
}

function download(type: string, name: string): Record<string, string> {
  return { "Content-Type": type, "Content-Disposition": `attachment; filename="${name}"` };
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
