import type { Language } from "../shared/state.js";
import { en, type PageTextId, type PageTexts } from "./en.js";
import { fr } from "./fr.js";
import { ja } from "./ja.js";

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en, fr, ja };

export type Values = Readonly<Record<string, string | number>>;

/** The text with its placeholders filled in, in one pass: a key may be called `{bin}`. */
export function sayIn(texts: PageTexts, id: PageTextId, values: Values = {}): string {
  return texts[id].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
