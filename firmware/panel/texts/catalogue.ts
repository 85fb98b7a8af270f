import type { Text } from "../../../hal/ports/panel.js";
import { type Catalogue, en } from "./en.js";
import { fr } from "./fr.js";
import { ja } from "./ja.js";

export const CATALOGUES: Readonly<Record<string, Catalogue>> = { en, fr, ja };

/**
 * The text in `language` (English where there is no such catalogue) with its placeholders filled in. An id that the catalogue
 * does not have gives the id itself: a strange word on the screen is better than none. In one pass: a key may be called `{bin}`.
 */
export function formatText(language: string, text: Text): string {
  const catalogue: Readonly<Record<string, string>> = CATALOGUES[language] ?? en;
  const params = text.params ?? {};
  const filled = (whole: string, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return one === undefined || many === undefined ? String(value) : value === 1 ? one : many;
  };
  // `{name}`, or `{name:one|many}`: the word that goes with that number.
  return (catalogue[text.id] ?? text.id).replace(/\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g, filled);
}
