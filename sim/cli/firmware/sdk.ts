import { existsSync } from "node:fs";
import { join } from "node:path";

export const HOW_TO_GET_IT =
  "npm run firmware needs the Moddable SDK 8: get it with npx xs-dev setup, then run this where $MODDABLE names it";

/** A Moddable SDK with its tools built. */
export interface Sdk {
  readonly moddable: string;
  /** Where mcconfig, xsc and xsl are. */
  readonly tools: string;
}

/** The SDK that `env` names, or why it cannot be used. */
export function findSdk(env: NodeJS.ProcessEnv): Sdk | { readonly missing: string } {
  const moddable = env.MODDABLE;
  if (moddable === undefined || moddable === "") return { missing: HOW_TO_GET_IT };
  const host = { darwin: "mac", linux: "lin" }[process.platform as string] ?? "win";
  const tools = join(moddable, "build", "bin", host, "release");
  if (existsSync(join(tools, "mcconfig"))) return { moddable, tools };
  return { missing: `${HOW_TO_GET_IT}: there is no mcconfig in ${tools}` };
}

/** ESP-IDF, without which a board's image is not compiled. */
export function hasIdf(env: NodeJS.ProcessEnv): boolean {
  return env.IDF_PATH !== undefined && existsSync(join(env.IDF_PATH, "tools", "idf.py"));
}
