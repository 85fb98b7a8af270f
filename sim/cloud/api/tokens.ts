import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { CloudError } from "../domain.js";
import type { Token } from "../state.js";
import type { CloudStore } from "../store.js";

/** What a token may be good for; each says what it opens. */
export const SCOPES = {
  read: "all lists, without codes",
  codes: "codes of accesses, keys and emergency sheets",
  write: "locations, boxes, keys, users, accesses, and what hangs where",
  operate: "opens bins, takes them out of service, reboots boxes, sheets of emergency codes",
  updates: "starts, pauses and resumes rollouts, and pins boxes to a release",
  alerts: "takes alerts on, and says who is told of them and how",
  hooks: "webhooks, which tell all that happens",
  tokens: "lists tokens and ends them",
} as const;
export type Scope = keyof typeof SCOPES;

const PREFIX = "sbx";

/** Reads `read,codes`, or `all`. Throws CloudError. */
export function readScopes(text: string): readonly Scope[] {
  const known = Object.keys(SCOPES) as Scope[];
  if (text === "all") return known;
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!known.includes(name as Scope)) {
      throw new CloudError(`there is no scope ${name}: choose of ${known.join(", ")}, with commas, or all`);
    }
  }
  return [...new Set(names)] as Scope[];
}

/** A new token, and the text that a program shows: this is the only time that anybody sees it. Throws CloudError. */
export function mintToken(name: string, scopes: readonly Scope[], nowSeconds: number, days?: number) {
  if (!/^[\p{L}\p{N} ._-]{1,64}$/u.test(name)) {
    throw new CloudError(`"${name}" is no name for a token: use 1 to 64 letters, digits, blanks, . _ -`);
  }
  const id = randomBytes(8).toString("hex");
  const secret = randomBytes(24).toString("hex");
  const created = Math.floor(nowSeconds);
  const expires = days === undefined ? {} : { expires: created + days * 86_400 };
  const token: Token = { id, name, scopes, hash: hashOf(secret), created, ...expires };
  return { token, shown: `${PREFIX}_${id}_${secret}` };
}

/** 24 random bytes need no slow hash: nobody tries them all. */
function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** What a program shows, taken apart; undefined: that is no token. */
export function readToken(shown: string): { readonly id: string; readonly secret: string } | undefined {
  const found = new RegExp(`^${PREFIX}_([0-9a-f]{16})_([0-9a-f]{48})$`).exec(shown);
  return found === null ? undefined : { id: found[1]!, secret: found[2]! };
}

export function isGood(token: Token, secret: string, nowSeconds: number): boolean {
  const isSame = timingSafeEqual(Buffer.from(hashOf(secret), "hex"), Buffer.from(token.hash, "hex"));
  return isSame && (token.expires === undefined || nowSeconds < token.expires);
}

/** Where tokens are kept. What is revoked is gone at once, for every process. */
export interface Tokens {
  /** Whatever its tenant. */
  find(id: string): Promise<{ readonly tenant: string; readonly token: Token } | undefined>;
  of(tenant: string): Promise<readonly Token[]>;
  /** Answers whether there was one. In a file it is durable with the next commit, which is the caller's. */
  revoke(tenant: string, id: string): Promise<boolean>;
}

/** In the document of the one organisation that a file has. */
export class DocumentTokens implements Tokens {
  readonly #store: CloudStore;
  readonly #tenant: string;

  constructor(store: CloudStore, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  /** Durable when it returns. Throws CloudError. */
  add(token: Token): void {
    this.#store.document.tokens ??= {};
    this.#store.document.tokens[token.id] = token;
    this.#store.changed(`tokens/${token.id}`);
    this.#store.commit();
  }

  async find(id: string) {
    const token = this.#store.document.tokens?.[id];
    return token === undefined ? undefined : { tenant: this.#tenant, token };
  }

  async of(): Promise<readonly Token[]> {
    return Object.values(this.#store.document.tokens ?? {});
  }

  async revoke(_tenant: string, id: string): Promise<boolean> {
    if (this.#store.document.tokens?.[id] === undefined) return false;
    delete this.#store.document.tokens![id];
    this.#store.changed(`tokens/${id}`);
    return true;
  }
}
