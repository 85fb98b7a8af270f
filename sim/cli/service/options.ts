import { existsSync, readFileSync } from "node:fs";
import { CloudError } from "../../cloud/domain.js";
import type { ServiceLog } from "../../cloud/fleet/service-log.js";
import type { SendLetter } from "../../cloud/outward/mailer.js";
import { smtpSender } from "../../cloud/outward/smtp.js";
import { FolderShelf } from "../../cloud/releases/folder-shelf.js";
import type { Shelf } from "../../cloud/releases/shelf.js";
import type { BrokerAddress } from "../../cloud/transport-mqttjs.js";

export interface Options {
  readonly database: string;
  readonly broker?: string;
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly http: number;
  readonly api?: number;
  readonly listen: string;
  readonly address?: string;
  readonly hooksInside: boolean;
  readonly smtp?: string;
  readonly mailFrom: string;
  readonly releases?: string;
  readonly addRelease?: string;
  readonly name: string;
  readonly migrate: boolean;
  readonly backup?: string;
  readonly tenant?: string;
  readonly organisation?: string;
  readonly token?: string;
  readonly scopes: string;
  readonly days?: number;
}

/** How letters are sent, where they are. Throws CloudError. */
export function senderOf({ smtp = process.env.SMARTBOX_SMTP, mailFrom }: Options): SendLetter | undefined {
  return smtp === undefined ? undefined : smtpSender(smtp, mailFrom);
}

/** Firmware for boxes; undefined: there is none. Throws CloudError where its folder is not there. */
export function shelfOf({ releases }: Options): Shelf | undefined {
  if (releases === undefined) return undefined;
  if (existsSync(releases)) return new FolderShelf(releases);
  throw new CloudError(`there is no folder ${releases}: make it with --add-release, or leave --releases out`);
}

/** Something that has nothing to do with how it was called. */
export class Unreachable extends Error {}

/** Of what is wrong with an address people are told the same way; here it counts as a service that is not there. */
export async function reached<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof CloudError) || /not understood/.test(error.message)) throw error;
    throw new Unreachable(error.message);
  }
}

/** Throws CloudError. */
export function addressOf(
  { broker, user, password = process.env.SMARTBOX_BROKER_PASSWORD, ca, name }: Options,
  log: ServiceLog,
): BrokerAddress {
  if (broker === undefined)
    throw new CloudError("--broker is missing: the service needs one, such as mqtts://host:8883");
  let authority: string | undefined;
  try {
    authority = ca === undefined ? undefined : readFileSync(ca, "utf8");
  } catch (error) {
    throw new CloudError(`--ca ${ca}: ${(error as Error).message}`);
  }
  return {
    url: broker,
    clientId: `smartbox-cloud-${name}`,
    ...(user !== undefined && { username: user }),
    ...(user !== undefined && password !== undefined && { password }),
    ...(authority !== undefined && { ca: authority }),
    onState: (message) => log.info("broker", { message }),
  };
}

/** Ends the process once it is told to, after `end`. */
export function untilTold(log: ServiceLog, end: () => Promise<void>): void {
  let isEnding = false;
  const told = (signal: NodeJS.Signals): void => {
    if (isEnding) return;
    isEnding = true;
    log.info("service", { message: `ends, told by ${signal}` });
    end().then(
      () => process.exit(0),
      (error: Error) => {
        log.error("service", { message: error.message });
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, told);
}
