import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What `hal/moddable` was written for and compiled with; its README ("Versions") says what another version would break. `components`
 * are ESP-IDF's managed components, as the manifest of a target asks for them.
 */
export const WRITTEN_FOR = {
  sdk: "8.2.3",
  /** The SDK's EXPECTED_ESP_IDF. */
  idf: "6.0",
  components: { w5500: "^2.0.0", wiznet_common: "^1.0.0" },
} as const;

export const HOW_TO_GET_IT =
  "npm run firmware needs the Moddable SDK 8: get it with npx xs-dev setup, then run this where $MODDABLE names it";

/** A Moddable SDK with its tools built. */
export interface Sdk {
  readonly moddable: string;
  /** Where mcconfig, xsc and xsl are. */
  readonly tools: string;
  /** Such as `8.2.3`; undefined: it does not say. */
  readonly version: string | undefined;
}

/** The SDK that `env` names, or why it cannot be used. */
export function findSdk(env: NodeJS.ProcessEnv): Sdk | { readonly missing: string } {
  const moddable = env.MODDABLE;
  if (moddable === undefined || moddable === "") return { missing: HOW_TO_GET_IT };
  const host = { darwin: "mac", linux: "lin" }[process.platform as string] ?? "win";
  const tools = join(moddable, "build", "bin", host, "release");
  if (existsSync(join(tools, "mcconfig"))) return { moddable, tools, version: versionOf(moddable) };
  return { missing: `${HOW_TO_GET_IT}: there is no mcconfig in ${tools}` };
}

function versionOf(moddable: string): string | undefined {
  const file = join(moddable, "tools", "VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** What is to be said of an SDK that this was not written for; undefined: it was. */
export function strangeness({ version }: Sdk): string | undefined {
  if (version === WRITTEN_FOR.sdk) return undefined;
  return `This was written for Moddable SDK ${WRITTEN_FOR.sdk} with ESP-IDF ${WRITTEN_FOR.idf}, and $MODDABLE has ${version ?? "a version that it does not tell"}: hal/moddable/README.md, "Versions", says what may break.`;
}

/** ESP-IDF, without which a board's image is not compiled. */
export function hasIdf(env: NodeJS.ProcessEnv): boolean {
  return env.IDF_PATH !== undefined && existsSync(join(env.IDF_PATH, "tools", "idf.py"));
}
