import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { CloudError, NotNow } from "../domain.js";
import type { CloudService } from "../service.js";
import { NotDurable } from "../store.js";
import { Answers, type Asked, askedOf } from "./answers.js";
import { openApi } from "./openapi.js";
import { Pace, PER_SECOND } from "./pace.js";
import { Problem } from "./problem.js";
import type { ApiCaller, Route } from "./route.js";
import { ROUTES } from "./routes.js";
import { isGood, readToken, type Tokens } from "./tokens.js";

/** Where organisations are, as far as this process knows. */
export interface ApiHost {
  readonly tokens: Tokens;
  /** s since 1970 UTC. */
  now(): number;
  /** The cloud of a tenant that this process answers for; the address of the process that does; undefined: nobody does right now. */
  find(tenant: string): Promise<{ readonly cloud: CloudService } | { readonly address: string } | undefined>;
  /** Told of what nobody foresaw, for the log; without secrets. */
  readonly onFault: (message: string) => void;
}

const MOST_BODY_BYTES = 65_536;
/** On a request that one process hands on to another: it is handed on once. */
const HANDED_ON = "smartbox-handed-on";
/** Longer than a process waits for its database. */
const FORWARD_TIMEOUT_MS = 20_000;
/** So long whoever asks is kept waiting while the database does not take it, ms. */
const DURABLE_TIMEOUT_MS = 15_000;

/** The API over HTTP, as `openapi.ts` describes it. */
export function apiApp(host: ApiHost): Hono {
  const app = new Hono();
  const pace = new Pace();
  app.onError((error) => problemOf(error, host).response());
  app.notFound((context) => {
    const isThere = ROUTES.some(({ path }) => pattern(path).test(context.req.path));
    const problem = isThere
      ? new Problem("wrong-method", `${context.req.method} is not for ${context.req.path}: see /v1/openapi.json`)
      : new Problem("not-found", `there is nothing at ${context.req.path}: see /v1/openapi.json`);
    return problem.response();
  });
  app.use(
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: () => new Problem("too-large", `send at most ${MOST_BODY_BYTES} bytes`).response(),
    }),
  );
  const description = JSON.stringify(openApi(ROUTES));
  app.get("/v1/openapi.json", (context) => context.body(description, 200, { "Content-Type": "application/json" }));
  for (const route of ROUTES) {
    app.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ":$1"), async (context) => {
      const request = context.req.raw;
      const body = await context.req.text();
      return await answer({ ...host, pace }, route, request, context.req.param(), context.req.query(), body);
    });
  }
  return app;
}

async function answer(
  host: ApiHost & { readonly pace: Pace },
  route: Route,
  request: Request,
  path: Record<string, string>,
  query: Record<string, string>,
  body: string,
): Promise<Response> {
  const { tenant, token } = await authorised(host, route, request);
  const waitSeconds = host.pace.take(token.id, host.now());
  if (waitSeconds > 0) {
    const wayOut = `ask again in ${waitSeconds} s, or follow /v1/events or a webhook in place of asking in a loop`;
    throw new Problem("too-many", `this token may ask ${PER_SECOND} times a second: ${wayOut}`, [], waitSeconds);
  }
  const there = await host.find(tenant);
  const isHandedOn = request.headers.has(HANDED_ON);
  if (there === undefined || ("address" in there && isHandedOn)) {
    throw new Problem(
      "not-now",
      "no process answers for this organisation right now: another one takes it within seconds",
    );
  }
  if ("address" in there) return await handOn(there.address, request, body);
  const { cloud } = there;
  const now = host.now();
  const caller: ApiCaller = { tenant, cloud, tokens: host.tokens, now, scopes: token.scopes };
  const asked = {
    path: read("path", route.params, path),
    query: read("query", route.query, query),
    body: bodyOf(route, body),
  };
  if (route.method === "get") return written(route, await route.run(caller, asked));
  const key = request.headers.get("idempotency-key");
  const url = new URL(request.url);
  const once = key === null ? undefined : askedOf(token.id, key, route.method, `${url.pathname}${url.search}`, body);
  return await change(route, caller, asked, once);
}

/** Does it and keeps the answer in one step: what was done and what was said about it are durable together. */
async function change(
  route: Route,
  caller: ApiCaller,
  asked: Parameters<Route["run"]>[1],
  once: Asked | undefined,
): Promise<Response> {
  const { store } = caller.cloud;
  const answers = new Answers(store);
  const before = once === undefined ? undefined : answers.find(once, caller.now);
  if (before !== undefined) {
    await inTime(store.together(() => {}));
    const headers = { "Idempotency-Replayed": "true" };
    return respond(before.status, before.body, headers);
  }
  try {
    const done = await inTime(
      store.together(() => {
        const result = route.run(caller, asked);
        if (result instanceof Promise) return result;
        const text = textOf(route, result);
        if (once !== undefined) answers.keep(once, route.status, text, caller.now);
        return text;
      }),
    );
    return respond(route.status, typeof done === "string" ? done : textOf(route, done));
  } catch (error) {
    if (error instanceof NotDurable && once !== undefined) answers.forget(once);
    throw error;
  }
}

/** Nobody waits for a database for ever: what was asked for is done once it takes it. */
async function inTime<T>(done: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const wayOut = "ask again with the same Idempotency-Key, and it is done once";
      reject(new Problem("not-now", `the database does not take it right now, and will once it can: ${wayOut}`));
    }, DURABLE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function authorised(host: ApiHost, route: Route, request: Request) {
  const shown = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (shown === undefined) throw new Problem("no-token", "send a token: Authorization: Bearer sbx_…");
  const parts = readToken(shown);
  const known = parts && (await host.tokens.find(parts.id));
  if (known === undefined || !isGood(known.token, parts!.secret, host.now())) {
    throw new Problem("no-token", "this token is not known, was revoked, or has expired: have a new one made");
  }
  if (known.token.scopes.includes(route.scope)) return known;
  throw new Problem("not-allowed", `this token is not good for ${route.scope}: have one made with that scope`);
}

/** To the process that has the organisation, as it came. */
async function handOn(address: string, request: Request, body: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set(HANDED_ON, "1");
  for (const own of ["host", "connection", "content-length", "transfer-encoding"]) headers.delete(own);
  try {
    const hasBody = body !== "" && request.method !== "GET";
    const answer = await fetch(`${address}${pathname}${search}`, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(FORWARD_TIMEOUT_MS),
      ...(hasBody && { body }),
    });
    return new Response(answer.status === 204 ? null : await answer.arrayBuffer(), {
      status: answer.status,
      headers: [...answer.headers].filter(([name]) => name !== "content-length" && name !== "transfer-encoding"),
    });
  } catch (error) {
    const isGone = error instanceof TypeError || (error as Error).name === "TimeoutError";
    if (!isGone) throw error;
    throw new Problem(
      "not-now",
      "the process that has this organisation does not answer: another one takes it within seconds",
    );
  }
}

function bodyOf({ body: schema }: Route, text: string): unknown {
  if (schema === undefined) {
    if (text !== "") throw new Problem("wrong-shape", "body: this takes none");
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Problem("not-json", `body: ${(error as Error).message}`);
  }
  return read("body", schema, json);
}

const NOTHING = v.strictObject({});

function read(where: string, schema: v.GenericSchema = NOTHING, input: unknown): unknown {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw Problem.ofIssues(where, result.issues);
}

/** Only what the route's schema names. */
function textOf({ answer }: Route, result: unknown): string {
  return answer === undefined ? "" : JSON.stringify(v.parse(answer, result));
}

function written(route: Route, result: unknown): Response {
  return respond(route.status, textOf(route, result));
}

function respond(status: number, text: string, headers: Record<string, string> = {}): Response {
  const type = text === "" ? {} : { "Content-Type": "application/json" };
  return new Response(text === "" ? null : text, {
    status,
    headers: { ...type, "Cache-Control": "no-store", ...headers },
  });
}

function problemOf(error: Error, host: ApiHost): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof NotNow) return new Problem("not-now", `${error.message}: nothing was done; try again later`);
  if (error instanceof CloudError) return new Problem("refused", error.message);
  host.onFault(`${error.name}: ${error.message}`);
  return new Problem("fault", "it is in the cloud's log; try again, and tell whoever runs the cloud");
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}
