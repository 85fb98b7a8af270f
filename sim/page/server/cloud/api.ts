import { apiApp } from "../../../cloud/api/app.js";
import { DocumentTokens } from "../../../cloud/api/tokens.js";
import type { Theatre } from "../theatre.js";

/**
 * The cloud's API for programs (`sim/cloud/api`), below `/v1`. It overlaps with the page's own `/api/cloud/…`: those show the same lists
 * as rows for people, of the box on the desk, to whoever may see the page; these ask for a token and follow the API's document. It is
 * outside the page's guard: a token is never sent by a browser on its own.
 */
export function cloudApi(theatre: Theatre): (request: Request) => Response | Promise<Response> {
  const { cloud, world } = theatre;
  const app = apiApp({
    tokens: new DocumentTokens(cloud.store, "desk"),
    now: () => world.wallSeconds(),
    find: async () => (theatre.isCloudUp ? { cloud } : undefined),
    onFault: (message) => console.error(`API: ${message}`),
  });
  return (request: Request) => app.fetch(request);
}
