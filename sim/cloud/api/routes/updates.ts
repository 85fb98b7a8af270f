import * as v from "valibot";
import { type Rollout, WAVES } from "../../releases/rollout.js";
import { versionOf, versionsOf } from "../../releases/versions.js";
import type { CloudService } from "../../service.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { found, type Route, route } from "../route.js";
import {
  BoxVersionView,
  NewRollout,
  PathName,
  Pin,
  ReleaseView,
  RolloutChanges,
  RolloutView,
  VersionQuery,
} from "../schemas.js";
import { BoxPath, boxOf } from "./boxes.js";

const RolloutPath = v.object({ model: PathName });

/**
 * Releases, who gets them, and who runs what. No request puts a release onto the shelf: it is all tenants', and files of half a megabyte
 * that were signed elsewhere come by `npm run cloud -- --add-release`.
 */
export const UPDATE_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/releases",
    id: "listReleases",
    summary: "Releases that are on the shelf",
    tag: "updates",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(ReleaseView),
    run({ cloud }, { query }) {
      const all = (cloud.releases.shelf?.all ?? []).map((one) => ({
        ...one,
        id: `${one.model}/${String(one.release).padStart(10, "0")}`,
      }));
      return pageById(all, "releases", query);
    },
  }),
  route({
    method: "get",
    path: "/v1/rollouts",
    id: "listRollouts",
    summary: "How far the newest release of each model has come",
    tag: "updates",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(RolloutView),
    run({ cloud }, { query }) {
      const all = Object.entries(cloud.releases.rollouts).map(([model, one]) => ({
        ...rolloutView(cloud, model, one),
        id: model,
      }));
      return pageById(all, "rollouts", query);
    },
  }),
  route({
    method: "post",
    path: "/v1/rollouts",
    id: "startRollout",
    summary: "Gives a release to the boxes of its model, wave by wave",
    tag: "updates",
    scope: "updates",
    body: NewRollout,
    status: 201,
    answer: RolloutView,
    run: ({ cloud }, { body: { model, release } }) => rolloutView(cloud, model, cloud.releases.start(model, release)),
  }),
  route({
    method: "get",
    path: "/v1/rollouts/{model}",
    id: "getRollout",
    summary: "How far it has come",
    tag: "updates",
    scope: "read",
    params: RolloutPath,
    status: 200,
    answer: RolloutView,
    run: ({ cloud }, { path: { model } }) => rolloutView(cloud, model, rolloutOf(cloud, model)),
  }),
  route({
    method: "patch",
    path: "/v1/rollouts/{model}",
    id: "changeRollout",
    summary: "Pauses it, or resumes it, also after it stopped by itself",
    tag: "updates",
    scope: "updates",
    params: RolloutPath,
    body: RolloutChanges,
    status: 200,
    answer: RolloutView,
    run({ cloud }, { path: { model }, body: { state } }) {
      rolloutOf(cloud, model);
      const { releases } = cloud;
      return rolloutView(cloud, model, state === "paused" ? releases.pause(model) : releases.resume(model));
    },
  }),
  route({
    method: "get",
    path: "/v1/versions",
    id: "listVersions",
    summary: "Which boxes run what: all, one release's, or those below a release that mends something",
    tag: "updates",
    scope: "read",
    query: VersionQuery,
    status: 200,
    answer: pageOf(BoxVersionView),
    run({ cloud }, { query }) {
      const all = versionsOf(cloud, query).map((one) => ({ ...one, id: one.box }));
      return pageById(all, "versions", query);
    },
  }),
  route({
    method: "put",
    path: "/v1/boxes/{box}/pin",
    id: "pinBox",
    summary: "The box has this release and no other, or again what the rollout gives it",
    tag: "updates",
    scope: "updates",
    params: BoxPath,
    body: Pin,
    status: 200,
    answer: BoxVersionView,
    run({ cloud }, { path, body: { release } }) {
      const box = boxOf(cloud, path.box);
      cloud.releases.pin(box.id, release ?? undefined);
      return versionOf(cloud, box);
    },
  }),
];

function rolloutOf({ releases }: CloudService, model: string): Rollout {
  return found(releases.rollouts[model], `rollout to ${model} boxes`);
}

function rolloutView(
  { releases }: CloudService,
  model: string,
  { release, state, why, expires, wave, since }: Rollout,
): v.InferInput<typeof RolloutView> {
  const waves = [...WAVES];
  return {
    model,
    release,
    state,
    why: why ?? null,
    expires: expires ?? null,
    waves,
    wave,
    since,
    ...releases.count(model),
  };
}
