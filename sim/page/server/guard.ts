import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
/** Cookies are by host, not by port: two servers on one machine must not take each other's. */
const cookieOf = (host: string) => `smartbox-${host.replace(/^.*:(\d+)$/, "$1")}`;

/**
 * Who may talk to the page. A page elsewhere, whose name was pointed at this machine, must neither read who has which key nor press
 * a button: the Host must be a name of this machine, and an Origin the page itself. `token`: asked of everybody, where the
 * page listens on more than loopback; it comes once as `/?token=…`, and then as a cookie.
 */
export function guard(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    const name = host.replace(/:\d+$/, "").toLowerCase();
    const isOwn = LOOPBACK.includes(name) || (token !== undefined && isNameOfThis(name));
    if (!isOwn) return context.text(`this page is not at ${host}: open it by the address that npm start tells\n`, 403);
    const origin = context.req.header("origin");
    const isForeign = origin !== undefined && origin !== `http://${host}`;
    if (isForeign || context.req.header("sec-fetch-site") === "cross-site") {
      return context.text("another page may not use this one\n", 403);
    }
    if (token === undefined) return await next();
    const given = context.req.query("token");
    if (given !== undefined && isSame(given, token)) {
      setCookie(context, cookieOf(host), token, { httpOnly: true, sameSite: "Strict", path: "/" });
      return context.redirect("/");
    }
    if (isSame(getCookie(context, cookieOf(host)) ?? "", token)) return await next();
    return context.text("open the address with the token that npm start tells\n", 401);
  };
}

function isNameOfThis(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || name === hostname().toLowerCase();
}

/** Takes as long for any guess. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
