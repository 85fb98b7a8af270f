import type { ApiHost } from "../../cloud/api/app.js";
import { ApiServer } from "../../cloud/api/server.js";
import { mintToken, readScopes } from "../../cloud/api/tokens.js";
import type { ServiceLog } from "../../cloud/fleet/service-log.js";
import type { Options } from "./options.js";

export function now(): number {
  return Date.now() / 1_000;
}

/** The API of this process, where one is wanted. Rejects with CloudError when its port cannot be had. */
export async function startApi(
  { api, listen }: Options,
  host: Pick<ApiHost, "tokens" | "find">,
  log: ServiceLog,
): Promise<ApiServer | undefined> {
  if (api === undefined) return undefined;
  const onFault = (message: string) => log.warn("api", { message });
  return await ApiServer.start({ ...host, now, onFault }, api, listen);
}

/** A token as `--token`, `--scopes` and `--days` ask for it. Throws CloudError. */
export function tokenOf({ token, scopes, days }: Options) {
  return mintToken(token!, readScopes(scopes), now(), days);
}

/** The only time that anybody sees it: on the standard output, in no log. */
export function tell(shown: string, { token, scopes }: Options): void {
  console.log(JSON.stringify({ token: shown, name: token, scopes: readScopes(scopes) }));
}
