import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { CloudService } from "../service.js";
import { cloudPage } from "./page.js";

/** Names by which a browser on this machine calls it. */
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** The cloud's lists over HTTP, for this machine only: it shows who has which key, and asks nobody for a password. */
export function pageApp(cloud: CloudService, nowSeconds: () => number, isUp: () => boolean = () => true): Hono {
  const app = new Hono();
  // A page elsewhere whose name was pointed at this machine must not read who has which key.
  app.use(async (context, next) => {
    if (!HOSTS.test(context.req.header("host") ?? "")) return context.text("only as localhost\n", 403);
    await next();
  });
  const contentSecurityPolicy = {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    scriptSrc: ["'unsafe-inline'"],
    connectSrc: ["'self'"],
    imgSrc: ["data:"],
  };
  app.use(secureHeaders({ contentSecurityPolicy }));
  app.get("/", async (context) => {
    context.header("Cache-Control", "no-store");
    if (!isUp()) return context.text("the cloud is down\n", 503);
    return context.html(await cloudPage(cloud, nowSeconds()));
  });
  app.notFound((context) => context.text("there is one page here: /\n", 404));
  return app;
}
