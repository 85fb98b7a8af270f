import { createTransport } from "nodemailer";
import { CloudError } from "../domain.js";
import type { SendLetter } from "./mailer.js";

/** For each step with the server, ms. */
const TIMEOUT_MS = 15_000;

/** Letters by way of the server at `url` (`smtp://user:password@host:587`, `smtps://…`), from `from`. Throws CloudError. */
export function smtpSender(url: string, from: string): SendLetter {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new CloudError("the mail server's URL is not understood: write it as smtps://user:password@host:465");
  }
  const transport = createTransport({
    host: parsed.hostname,
    port: Number(parsed.port) || (parsed.protocol === "smtps:" ? 465 : 587),
    secure: parsed.protocol === "smtps:",
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(parsed.username !== "" && {
      auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
    }),
  });
  return async ({ messageId, to, subject, text }) => {
    await transport.sendMail({ from, to: [...to], subject, text, messageId });
  };
}
