import type * as v from "valibot";

/** What can be wrong with a request: the last part of the problem's `type`, its status and title. */
const PROBLEMS = {
  "not-json": { status: 400, title: "The body is not JSON" },
  "bad-cursor": { status: 400, title: "The cursor is not one of this list" },
  "no-token": { status: 401, title: "A token is missing, or not good" },
  "not-allowed": { status: 403, title: "The token may not do this" },
  "not-found": { status: 404, title: "There is no such thing" },
  "wrong-method": { status: 405, title: "This cannot be done here" },
  refused: { status: 409, title: "This cannot be done as things are" },
  "too-large": { status: 413, title: "The body is too long" },
  "wrong-shape": { status: 422, title: "The request is not as it should be" },
  "another-request": { status: 422, title: "The idempotency key was used for another request" },
  "too-many": { status: 429, title: "Too many requests at once" },
  fault: { status: 500, title: "The cloud has a fault" },
  "not-now": { status: 503, title: "The cloud cannot do this now" },
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

/** A field that is wrong, as a path such as `bins.3.label`, and why. */
interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** After so many seconds it is worth trying again: by then another process has what this one lacks. */
const RETRY_AFTER_SECONDS = 5;

/** Ends a request; told as `application/problem+json` (RFC 9457). `detail` names cause and way out. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly faults: readonly FieldFault[];
  readonly retryAfter: number;

  /** `retryAfter`: when it is worth trying again, s; where the status says that it is. */
  constructor(
    kind: ProblemKind,
    detail: string,
    faults: readonly FieldFault[] = [],
    retryAfter: number = RETRY_AFTER_SECONDS,
  ) {
    super(detail);
    this.kind = kind;
    this.faults = faults;
    this.retryAfter = retryAfter;
  }

  /** Of a value that a schema refused. `where`: `body`, `query` or `path`. */
  static ofIssues(where: string, issues: readonly v.BaseIssue<unknown>[]): Problem {
    const faults = issues.map(({ path, message }) => {
      const field = (path ?? []).map(({ key }) => String(key)).join(".");
      return { field: field === "" ? where : field, message };
    });
    const first = faults[0]!;
    return new Problem("wrong-shape", `${where}: ${first.field}: ${first.message}`, faults);
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }

  response(): Response {
    const { status, title } = PROBLEMS[this.kind];
    const errors = this.faults.length === 0 ? {} : { errors: this.faults };
    const body = { type: `urn:smartbox:problem:${this.kind}`, title, status, detail: this.message, ...errors };
    const headers: Record<string, string> = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
    if (status === 401) headers["WWW-Authenticate"] = 'Bearer realm="smartbox"';
    if (status === 503 || status === 429) headers["Retry-After"] = String(this.retryAfter);
    return new Response(JSON.stringify(body), { status, headers });
  }
}
