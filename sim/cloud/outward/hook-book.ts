import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { CloudError } from "../domain.js";
import type { Hook } from "../state.js";
import type { CloudStore } from "../store.js";

const HOOKS_MOST = 50;

/** What somebody says about a hook. */
export interface HookChanges {
  readonly url?: string;
  readonly types?: readonly string[];
  readonly enabled?: boolean;
  /** It is told again of everything after this place. */
  readonly cursor?: number;
}

/** The hooks of an organisation, as they are kept. Nothing is durable before the next commit. */
export class HookBook {
  readonly #store: CloudStore;

  constructor(store: CloudStore) {
    this.#store = store;
  }

  get all(): readonly Hook[] {
    return Object.values(this.#store.document.hooks ?? {});
  }

  find(id: string): Hook | undefined {
    return this.#store.document.hooks?.[id];
  }

  /** Throws CloudError for an address that no hook may have. */
  add(url: string, types: readonly string[], cursor: number): Hook {
    if (this.all.length >= HOOKS_MOST) throw new CloudError(`there are ${HOOKS_MOST} webhooks: remove one first`);
    checkUrl(url);
    const id = randomBytes(8).toString("hex");
    const secret = `whsec_${randomBytes(24).toString("base64")}`;
    const hook: Hook = { id, url, secret, types, enabled: true, cursor, turn: 0 };
    this.#put(hook);
    return hook;
  }

  /** A changed hook is tried at once. Throws CloudError. */
  change(id: string, changes: HookChanges): Hook {
    const { failing: _failing, ...hook } = this.find(id)!;
    if (changes.url !== undefined) checkUrl(changes.url);
    const changed: Hook = { ...hook, ...changes, turn: hook.turn + 1 };
    this.#put(changed);
    return changed;
  }

  remove(id: string): void {
    delete this.#store.document.hooks?.[id];
    this.#store.changed(`hooks/${id}`);
  }

  /** How its deliveries go. Does nothing where somebody has changed or removed it since. */
  note({ id, turn }: Hook, news: Pick<Hook, "cursor"> & { readonly failing: Hook["failing"] }): void {
    const hook = this.find(id);
    if (hook === undefined || hook.turn !== turn) return;
    const { failing: _failing, ...rest } = hook;
    this.#put({ ...rest, cursor: news.cursor, ...(news.failing !== undefined && { failing: news.failing }) });
  }

  #put(hook: Hook): void {
    this.#store.document.hooks ??= {};
    this.#store.document.hooks[hook.id] = hook;
    this.#store.changed(`hooks/${hook.id}`);
  }
}

/** `https://`; on this machine `http://` as well. Where it leads is looked at again when it is called (`post.ts`). */
function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = parsed !== undefined && isLoopback(parsed.hostname);
  const isRight = parsed !== undefined && (parsed.protocol === "https:" || (parsed.protocol === "http:" && isLocal));
  if (!isRight) throw new CloudError(`${url} is no address for a webhook: write it as https://host/path`);
  if (parsed.username !== "" || parsed.password !== "") {
    throw new CloudError("a webhook's address has no user name: its signature says who it is from");
  }
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
