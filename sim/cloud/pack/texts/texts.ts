import { FREE_FAILURES } from "../../../../firmware/codes/ladder.js";
import { GRACE_SECONDS } from "../../../../firmware/codes/sheet.js";
import { boardOf } from "../../../../hal/boards/index.js";
import { ANY_LANGUAGE, CloudError, LANGUAGES, type Language } from "../../domain.js";
import type { Pack } from "../pack.js";
import { en } from "./en.js";
import { fr } from "./fr.js";
import { ja } from "./ja.js";

export type PackTextId = keyof typeof en;
export type PackTexts = Readonly<Record<PackTextId, string>>;

export const PACK_TEXTS: Readonly<Record<Language, PackTexts>> = { en, fr, ja };

type Params = Readonly<Record<string, string | number>>;

/** What the panel calls things: the paper must say the same words. */
const PANEL_TEXTS = [
  "choice-emergency",
  "choice-hotspot",
  "choice-one-bin",
  "choice-all-bins",
  "choice-unmount",
  "choice-newer-sheet",
  "notice-offline",
] as const;

/** How the panel says a text in a language: the cloud has no words of the panel's of its own. */
export type PanelWords = (
  language: Language,
  text: { readonly id: (typeof PANEL_TEXTS)[number] | "ask-code-bin"; readonly params?: Params },
) => string;

export interface Words {
  readonly language: Language;
  say(id: PackTextId, params?: Params): string;
  /** Local date and time at the box. */
  time(seconds: number): string;
  /** The same, short. */
  day(seconds: number): string;
}

/** Speaks about `pack` in `language`. */
export function wordsFor(pack: Pack, language: Language, panel: PanelWords): Words {
  const texts = PACK_TEXTS[language];
  const always: Record<string, string | number> = {
    minutes: boardOf(pack.model).profile.power.sleepAfterMs / 60_000,
    grace: GRACE_SECONDS / 60,
    free: FREE_FAILURES + 1,
    model: pack.model,
    sheet: pack.sheet?.sheet ?? "",
    ask: panel(language, {
      id: "ask-code-bin",
      params: { bin: pack.bins[0]!.label, sheet: pack.sheet?.sheet ?? 1, number: "01" },
    }),
  };
  for (const id of PANEL_TEXTS) always[id] = panel(language, { id });
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(language, { ...options, timeZone: pack.location.timeZone });
    return (seconds: number): string => formatter.format(new Date(seconds * 1_000));
  };
  return {
    language,
    say: (id, params = {}) => {
      const text = fill(texts[id], { ...always, ...params });
      return language === "fr" ? frenchSpaces(text) : text;
    },
    time: format({ dateStyle: "long", timeStyle: "short" }),
    day: format({ dateStyle: "short" }),
  };
}

/** Guillemets and high punctuation stay with their word at the end of a line. */
function frenchSpaces(text: string): string {
  return text.replaceAll("« ", "«\u00a0").replaceAll(/ ([»?!:;])/g, "\u00a0$1");
}

/** A placeholder that nobody fills would be printed: that is a defect of this program. */
function fill(text: string, params: Params): string {
  return text.replaceAll(/\{([a-z0-9-]+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`nothing to fill in for {${name}} in: ${text}`);
    return String(value);
  });
}

export function parseLanguage(text: string): Language {
  const language = LANGUAGES.find((one) => one === text);
  if (language !== undefined) return language;
  throw new CloudError(`the pack is not written in ${text}: choose ${ANY_LANGUAGE}`);
}
