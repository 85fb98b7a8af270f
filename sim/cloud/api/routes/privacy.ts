import * as v from "valibot";
import { DAYS } from "../../privacy/privacy.js";
import type { CloudService } from "../../service.js";
import { type Route, route } from "../route.js";
import { PathId, PrivacyView, RetentionChange } from "../schemas.js";

/** What is kept of people, and how it goes. */
export const PRIVACY_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/privacy",
    id: "getPrivacy",
    summary: "For how long the log tells who did something, and whose names are just going from it",
    tag: "users",
    scope: "read",
    status: 200,
    answer: PrivacyView,
    run: ({ cloud }) => privacyView(cloud),
  }),
  route({
    method: "put",
    path: "/v1/privacy",
    id: "setPrivacy",
    summary: `Says for how many days the log tells who did something, ${DAYS.least} to ${DAYS.most}; null: for ever`,
    tag: "users",
    scope: "write",
    body: RetentionChange,
    status: 200,
    answer: PrivacyView,
    run({ cloud }, { body }) {
      cloud.privacy.keepFor(body.days ?? undefined);
      return privacyView(cloud);
    },
  }),
  route({
    method: "post",
    path: "/v1/users/{user}/erasure",
    id: "eraseUser",
    summary: "Removes a person with their accesses and their name, also from the log, where their number stays",
    tag: "users",
    scope: "write",
    params: v.object({ user: PathId }),
    status: 202,
    answer: PrivacyView,
    run({ cloud }, { path }) {
      cloud.privacy.erase(path.user);
      return privacyView(cloud);
    },
  }),
];

function privacyView({ privacy }: CloudService): v.InferInput<typeof PrivacyView> {
  return { days: privacy.days ?? null, erasing: [...privacy.erasing], erased: [...privacy.erased] };
}
