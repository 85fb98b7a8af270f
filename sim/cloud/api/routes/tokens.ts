import * as v from "valibot";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { found, type Route, route } from "../route.js";
import { PathName, TokenView } from "../schemas.js";

/** Rights of programs. They are made by `npm run cloud -- --token`, so that no answer on a wire ever holds one. */
export const TOKEN_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/tokens",
    id: "listTokens",
    summary: "Tokens, without what is secret of them",
    tag: "tokens",
    scope: "tokens",
    query: PageQuery,
    status: 200,
    answer: pageOf(TokenView),
    async run({ tokens, tenant }, { query }) {
      const { items, next } = pageById(await tokens.of(tenant), "tokens", query);
      return { items: items.map((one) => ({ ...one, scopes: [...one.scopes], expires: one.expires ?? null })), next };
    },
  }),
  route({
    method: "delete",
    path: "/v1/tokens/{token}",
    id: "revokeToken",
    summary: "Ends a token: it is good for nothing from now on",
    tag: "tokens",
    scope: "tokens",
    params: v.object({ token: PathName }),
    status: 204,
    async run({ tokens, tenant }, { path }) {
      found((await tokens.revoke(tenant, path.token)) || undefined, `token ${path.token}`);
    },
  }),
];
