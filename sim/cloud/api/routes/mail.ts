import type * as v from "valibot";
import type { MailSettings } from "../../state.js";
import { type Route, route } from "../route.js";
import { MailView } from "../schemas.js";

/** Who is written to of alerts. */
export const MAIL_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/mail",
    id: "getMail",
    summary: "Who is written to of alerts, and when not",
    tag: "alerts",
    scope: "read",
    status: 200,
    answer: MailView,
    run: ({ cloud }) => mailView(cloud.store.document.mail ?? { to: [] }),
  }),
  route({
    method: "put",
    path: "/v1/mail",
    id: "setMail",
    summary: "Says who is written to of alerts; in quiet time letters wait for its end",
    tag: "alerts",
    scope: "alerts",
    body: MailView,
    status: 200,
    answer: MailView,
    run({ cloud }, { body: { to, quiet } }) {
      const mail: MailSettings = { to, ...(quiet !== null && { quiet }) };
      cloud.store.document.mail = mail;
      cloud.store.changed("mail");
      return mailView(mail);
    },
  }),
];

function mailView({ to, quiet }: MailSettings): v.InferInput<typeof MailView> {
  return { to: [...to], quiet: quiet === undefined ? null : { ...quiet } };
}
