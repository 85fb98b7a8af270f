import type { ApiHost } from "../../../sim/cloud/api/app.js";
import { apiApp } from "../../../sim/cloud/api/app.js";
import { DocumentTokens, mintToken, SCOPES, type Scope } from "../../../sim/cloud/api/tokens.js";
import { MemoryShelf, type Shelf } from "../../../sim/cloud/releases/shelf.js";
import type { CloudStore } from "../../../sim/cloud/store.js";
import { CloudRig } from "../support/cloud-rig.js";

export const ALL = Object.keys(SCOPES) as Scope[];

/** The API of one organisation, the sample's, without a socket. */
export function apiRig(
  options: { store?: CloudStore; scopes?: readonly Scope[]; sample?: boolean; shelf?: Shelf } = {},
) {
  const rig = new CloudRig({
    ...(options.store && { store: options.store }),
    sample: options.sample ?? true,
    ...(options.shelf && { shelf: options.shelf }),
  });
  const tokens = new DocumentTokens(rig.cloud.store, "one");
  const now = () => Math.floor(1_780_308_000 + rig.timers.nowMs / 1_000);
  const faults: string[] = [];
  const host: ApiHost = {
    tokens,
    now,
    find: async () => ({ cloud: rig.cloud }),
    onFault: (message) => faults.push(message),
  };
  const app = apiApp(host);
  const token = (scopes: readonly Scope[], days?: number): string => {
    const minted = mintToken("test", scopes, now(), days);
    tokens.add(minted.token);
    return minted.shown;
  };
  const own = token(options.scopes ?? ALL);
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: never }> => {
    const answer = await app.request(path, {
      method,
      headers: { Authorization: `Bearer ${own}`, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as never,
    };
  };
  return { ...rig, rig, cloud: rig.cloud, timers: rig.timers, app, ask, token, tokens, faults };
}

/** Releases of MS5 boxes on a shelf in memory, for nobody to verify. */
export function shelfOf(...releases: readonly number[]): MemoryShelf {
  const shelf = new MemoryShelf();
  for (const release of releases) {
    const image = new Uint8Array(3_000).fill(release);
    const facts = { model: "MS5", release, firmware: `0.${release}.0`, security: 1, expires: 1_900_000_000, list: 1 };
    shelf.put({ ...facts, imageBytes: image.length, envelope: Uint8Array.of(release), image });
  }
  return shelf;
}
