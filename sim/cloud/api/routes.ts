import type { Route } from "./route.js";
import { ACCESS_ROUTES } from "./routes/accesses.js";
import { ALERT_ROUTES } from "./routes/alerts.js";
import { BOX_ROUTES } from "./routes/boxes.js";
import { HOOK_ROUTES } from "./routes/hooks.js";
import { LOG_ROUTES } from "./routes/log.js";
import { MAIL_ROUTES } from "./routes/mail.js";
import { OPERATION_ROUTES } from "./routes/operations.js";
import { ORGANISATION_ROUTES } from "./routes/organisation.js";
import { PRIVACY_ROUTES } from "./routes/privacy.js";
import { TOKEN_ROUTES } from "./routes/tokens.js";
import { UPDATE_ROUTES } from "./routes/updates.js";

/** All that the API can do. */
export const ROUTES: readonly Route[] = [
  ...ORGANISATION_ROUTES,
  ...PRIVACY_ROUTES,
  ...ACCESS_ROUTES,
  ...BOX_ROUTES,
  ...OPERATION_ROUTES,
  ...UPDATE_ROUTES,
  ...LOG_ROUTES,
  ...ALERT_ROUTES,
  ...MAIL_ROUTES,
  ...HOOK_ROUTES,
  ...TOKEN_ROUTES,
];
