import * as v from "valibot";
import type { Key, User } from "../../domain.js";
import type { CloudService } from "../../service.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { type ApiCaller, found, type Route, route } from "../route.js";
import {
  KeyChanges,
  KeyView,
  LocationChanges,
  LocationView,
  NewKey,
  NewLocation,
  NewUser,
  PathId,
  UserChanges,
  UserView,
} from "../schemas.js";

const LOCATIONS: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/locations",
    id: "listLocations",
    summary: "Places with boxes, and their time zones",
    tag: "locations",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(LocationView),
    run: ({ cloud }, { query }) => pageById(cloud.store.organisation.locations, "locations", query),
  }),
  route({
    method: "post",
    path: "/v1/locations",
    id: "addLocation",
    summary: "Adds a location",
    tag: "locations",
    scope: "write",
    body: NewLocation,
    status: 201,
    answer: LocationView,
    run: ({ cloud }, { body }) => cloud.admin.addLocation(body),
  }),
  route({
    method: "get",
    path: "/v1/locations/{location}",
    id: "getLocation",
    summary: "One location",
    tag: "locations",
    scope: "read",
    params: v.object({ location: PathId }),
    status: 200,
    answer: LocationView,
    run: ({ cloud }, { path }) => locationOf(cloud, path.location),
  }),
  route({
    method: "patch",
    path: "/v1/locations/{location}",
    id: "changeLocation",
    summary: "Changes a location",
    tag: "locations",
    scope: "write",
    params: v.object({ location: PathId }),
    body: LocationChanges,
    status: 200,
    answer: LocationView,
    run({ cloud }, { path, body }) {
      locationOf(cloud, path.location);
      cloud.admin.changeLocation(path.location, body);
      return locationOf(cloud, path.location);
    },
  }),
  route({
    method: "delete",
    path: "/v1/locations/{location}",
    id: "removeLocation",
    summary: "Removes a location at which no box hangs and no key is at home",
    tag: "locations",
    scope: "write",
    params: v.object({ location: PathId }),
    status: 204,
    run({ cloud }, { path }) {
      locationOf(cloud, path.location);
      cloud.admin.removeLocation(path.location);
    },
  }),
];

const KEYS: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/keys",
    id: "listKeys",
    summary: "Keys, and where each is thought to be",
    tag: "keys",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(KeyView),
    run(caller, { query }) {
      const { items, next } = pageById(caller.cloud.store.organisation.keys, "keys", query);
      return { items: items.map((key) => keyView(caller, key)), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/keys",
    id: "addKey",
    summary: "Adds a key",
    tag: "keys",
    scope: "write",
    body: NewKey,
    status: 201,
    answer: KeyView,
    run: (caller, { body }) => keyView(caller, caller.cloud.admin.addKeys([body])[0]!),
  }),
  route({
    method: "get",
    path: "/v1/keys/{key}",
    id: "getKey",
    summary: "One key, and where it is thought to be",
    tag: "keys",
    scope: "read",
    params: v.object({ key: PathId }),
    status: 200,
    answer: KeyView,
    run: (caller, { path }) => keyView(caller, keyOf(caller.cloud, path.key)),
  }),
  route({
    method: "patch",
    path: "/v1/keys/{key}",
    id: "changeKey",
    summary: "Changes a key; `fob` null takes its fob off",
    tag: "keys",
    scope: "write",
    params: v.object({ key: PathId }),
    body: KeyChanges,
    status: 200,
    answer: KeyView,
    run(caller, { path, body }) {
      const { fob, ...changes } = body;
      keyOf(caller.cloud, path.key);
      caller.cloud.admin.changeKey(path.key, { ...changes, ...(fob !== undefined && { fob: fob ?? undefined }) });
      return keyView(caller, keyOf(caller.cloud, path.key));
    },
  }),
  route({
    method: "delete",
    path: "/v1/keys/{key}",
    id: "removeKey",
    summary: "Removes a key and its accesses; its fob stays where it hangs, as nobody's",
    tag: "keys",
    scope: "write",
    params: v.object({ key: PathId }),
    status: 204,
    run({ cloud }, { path }) {
      keyOf(cloud, path.key);
      cloud.admin.removeKey(path.key);
    },
  }),
  route({
    method: "post",
    path: "/v1/keys/{key}/code",
    id: "generateKeyCode",
    summary: "Gives the key a new code, which opens it for anybody",
    tag: "keys",
    scope: "codes",
    params: v.object({ key: PathId }),
    status: 201,
    answer: v.object({ code: v.string() }),
    run({ cloud }, { path }) {
      keyOf(cloud, path.key);
      return { code: cloud.admin.generateKeyCode(path.key) };
    },
  }),
  route({
    method: "delete",
    path: "/v1/keys/{key}/code",
    id: "removeKeyCode",
    summary: "Takes the key's code away",
    tag: "keys",
    scope: "codes",
    params: v.object({ key: PathId }),
    status: 204,
    run({ cloud }, { path }) {
      keyOf(cloud, path.key);
      cloud.admin.removeKeyCode(path.key);
    },
  }),
];

const USERS: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/users",
    id: "listUsers",
    summary: "People",
    tag: "users",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(UserView),
    run({ cloud }, { query }) {
      const { items, next } = pageById(cloud.store.organisation.users, "users", query);
      return { items: items.map(userView), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/users",
    id: "addUser",
    summary: "Adds a person",
    tag: "users",
    scope: "write",
    body: NewUser,
    status: 201,
    answer: UserView,
    run: ({ cloud }, { body }) => userView(cloud.admin.addUser(body)),
  }),
  route({
    method: "get",
    path: "/v1/users/{user}",
    id: "getUser",
    summary: "One person",
    tag: "users",
    scope: "read",
    params: v.object({ user: PathId }),
    status: 200,
    answer: UserView,
    run: ({ cloud }, { path }) => userView(userOf(cloud, path.user)),
  }),
  route({
    method: "patch",
    path: "/v1/users/{user}",
    id: "changeUser",
    summary: "Changes a person; `badge` null takes the badge away",
    tag: "users",
    scope: "write",
    params: v.object({ user: PathId }),
    body: UserChanges,
    status: 200,
    answer: UserView,
    run({ cloud }, { path, body }) {
      const { badge, ...changes } = body;
      userOf(cloud, path.user);
      cloud.admin.changeUser(path.user, { ...changes, ...(badge !== undefined && { badge: badge ?? undefined }) });
      return userView(userOf(cloud, path.user));
    },
  }),
  route({
    method: "delete",
    path: "/v1/users/{user}",
    id: "removeUser",
    summary: "Removes a person and their accesses",
    tag: "users",
    scope: "write",
    params: v.object({ user: PathId }),
    status: 204,
    run({ cloud }, { path }) {
      userOf(cloud, path.user);
      cloud.admin.removeUser(path.user);
    },
  }),
];

/** Locations, keys and people. */
export const ORGANISATION_ROUTES: readonly Route[] = [...LOCATIONS, ...KEYS, ...USERS];

function locationOf({ store }: CloudService, id: number) {
  return found(
    store.organisation.locations.find((one) => one.id === id),
    `location ${id}`,
  );
}

function keyOf({ store }: CloudService, id: number): Key {
  return found(
    store.organisation.keys.find((one) => one.id === id),
    `key ${id}`,
  );
}

function userOf({ store }: CloudService, id: number): User {
  return found(
    store.organisation.users.find((one) => one.id === id),
    `user ${id}`,
  );
}

function userView({ id, name, badge }: User) {
  return { id, name, badge: badge ?? null };
}

function keyView({ cloud, scopes }: ApiCaller, key: Key): v.InferInput<typeof KeyView> {
  const code = scopes.includes("codes") ? (key.code ?? null) : null;
  return { ...key, fob: key.fob ?? null, code, where: whereIs(cloud, key.id) };
}

function whereIs({ ingest }: CloudService, key: number): v.InferInput<typeof KeyView>["where"] {
  const { inventory, index } = ingest.log;
  const { place, holder } = inventory.whereabouts(`key:${key}`) ?? {};
  if (place !== undefined) {
    const { box, bin, certain } = place;
    return { kind: "bin", box, bin: index.boxes.get(box)?.bins[bin]?.label ?? `${bin}`, certain };
  }
  return holder === undefined ? { kind: "nowhere" } : { kind: "holder", name: holder };
}
