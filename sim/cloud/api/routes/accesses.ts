import * as v from "valibot";
import type { Access } from "../../domain.js";
import type { CloudService } from "../../service.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { type ApiCaller, found, type Route, route } from "../route.js";
import { AccessChanges, AccessView, NewAccess, PathId } from "../schemas.js";

const ListQuery = v.strictObject({
  ...PageQuery.entries,
  /** Only those of this person, and of this key. */
  user: v.optional(PathId),
  key: v.optional(PathId),
});

/** Who may take what. */
export const ACCESS_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/accesses",
    id: "listAccesses",
    summary: "Who may take which key when, and which boxes have heard of it",
    tag: "accesses",
    scope: "read",
    query: ListQuery,
    status: 200,
    answer: pageOf(AccessView),
    run(caller, { query: { user, key, ...page } }) {
      const wanted = caller.cloud.store.organisation.accesses.filter(
        (one) => (user === undefined || one.user === user) && (key === undefined || one.key === key),
      );
      const { items, next } = pageById(wanted, `accesses/${user ?? ""}/${key ?? ""}`, page);
      return { items: items.map((access) => accessView(caller, access)), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/accesses",
    id: "addAccess",
    summary: "Gives somebody an access to a key; without `code` it gets a booking code",
    tag: "accesses",
    scope: "write",
    body: NewAccess,
    status: 201,
    answer: AccessView,
    run: (caller, { body }) => accessView(caller, caller.cloud.admin.addAccesses([body])[0]!),
  }),
  route({
    method: "get",
    path: "/v1/accesses/{access}",
    id: "getAccess",
    summary: "One access",
    tag: "accesses",
    scope: "read",
    params: v.object({ access: PathId }),
    status: 200,
    answer: AccessView,
    run: (caller, { path }) => accessView(caller, accessOf(caller.cloud, path.access)),
  }),
  route({
    method: "patch",
    path: "/v1/accesses/{access}",
    id: "changeAccess",
    summary: "Changes an access",
    tag: "accesses",
    scope: "write",
    params: v.object({ access: PathId }),
    body: AccessChanges,
    status: 200,
    answer: AccessView,
    run(caller, { path, body }) {
      accessOf(caller.cloud, path.access);
      caller.cloud.admin.changeAccess(path.access, body);
      return accessView(caller, accessOf(caller.cloud, path.access));
    },
  }),
  route({
    method: "delete",
    path: "/v1/accesses/{access}",
    id: "removeAccess",
    summary: "Takes an access away; it ends at a box when the box hears of it",
    tag: "accesses",
    scope: "write",
    params: v.object({ access: PathId }),
    status: 204,
    run({ cloud }, { path }) {
      accessOf(cloud, path.access);
      cloud.admin.removeAccess(path.access);
    },
  }),
];

function accessOf({ store }: CloudService, id: number): Access {
  return found(
    store.organisation.accesses.find((one) => one.id === id),
    `access ${id}`,
  );
}

function accessView({ cloud, scopes }: ApiCaller, access: Access): v.InferInput<typeof AccessView> {
  const code = scopes.includes("codes") ? access.code : null;
  return { ...access, code, boxes: cloud.permissions.boxesOf(access) };
}
