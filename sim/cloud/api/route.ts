import type * as v from "valibot";
import type { CloudService } from "../service.js";
import { Problem } from "./problem.js";
import type { Scope, Tokens } from "./tokens.js";

/** Whose organisation it is, and who asks. */
export interface ApiCaller {
  readonly tenant: string;
  readonly cloud: CloudService;
  readonly tokens: Tokens;
  /** s since 1970 UTC. */
  readonly now: number;
  readonly scopes: readonly string[];
}

interface Entries {
  readonly path: v.GenericSchema;
  readonly query: v.GenericSchema;
  readonly body: v.GenericSchema;
}

interface RouteOf<E extends Entries, A extends v.GenericSchema | undefined> {
  readonly method: "get" | "post" | "patch" | "put" | "delete";
  /** As in OpenAPI: `/v1/keys/{key}`. */
  readonly path: string;
  /** One in the whole API; what generated clients call it. */
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly scope: Scope;
  readonly params?: E["path"];
  readonly query?: E["query"];
  readonly body?: E["body"];
  readonly status: 200 | 201 | 202 | 204;
  /** What leaves: fields that it does not name do not. Absent: no body. */
  readonly answer?: A;
  /**
   * Does it. What changes something does so before it returns: then it is made durable together with the answer. Throws Problem and
   * CloudError.
   */
  readonly run: (
    caller: ApiCaller,
    asked: {
      readonly path: v.InferOutput<E["path"]>;
      readonly query: v.InferOutput<E["query"]>;
      readonly body: v.InferOutput<E["body"]>;
    },
  ) => A extends v.GenericSchema ? v.InferInput<A> | Promise<v.InferInput<A>> : void | Promise<void>;
}

/** A route with all that is known of it: it is served, and described, from this alone. */
export type Route = Omit<RouteOf<Entries, v.GenericSchema | undefined>, "run"> & {
  readonly run: (caller: ApiCaller, asked: { path: unknown; query: unknown; body: unknown }) => unknown;
};

/** Checks that schemas and `run` fit each other. */
export function route<
  P extends v.GenericSchema,
  Q extends v.GenericSchema,
  B extends v.GenericSchema,
  const A extends v.GenericSchema | undefined = undefined,
>(one: RouteOf<{ path: P; query: Q; body: B }, A>): Route {
  return one as unknown as Route;
}

/** What was asked for, or the end of the request. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Problem("not-found", `there is no ${what}: list what there is`);
  return thing;
}
