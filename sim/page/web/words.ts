import { effect, signal } from "@preact/signals";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { Text } from "../../../hal/ports/panel.js";
import { LANGUAGES, type Language } from "../shared/state.js";
import { PAGE_TEXTS, sayIn, type Values } from "../texts/catalogue.js";
import { en, type PageTextId } from "../texts/en.js";
import { now } from "./live.js";

export const language = signal<Language>(firstLanguage());
/** As those who speak it write it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", fr: "Français", ja: "日本語" };
export const theme = signal<"auto" | "light" | "dark">(kept("theme", ["auto", "light", "dark"] as const) ?? "auto");

effect(() => {
  localStorage.setItem("language", language.value);
  document.documentElement.lang = language.value;
});
effect(() => {
  localStorage.setItem("theme", theme.value);
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

function kept<T extends string>(name: string, choices: readonly T[]): T | undefined {
  return choices.find((one) => one === localStorage.getItem(name));
}

function firstLanguage(): Language {
  const wanted = kept("language", LANGUAGES);
  return (
    wanted ?? LANGUAGES.find((one) => navigator.languages.some((tag) => tag.toLowerCase().startsWith(one))) ?? "en"
  );
}

/** A text of the page in its language. */
export function say(id: PageTextId, values?: Values): string {
  return sayIn(PAGE_TEXTS[language.value], id, values);
}

/** For ids that come from the server. */
export function sayAny(id: string, values?: Values): string {
  return id in en ? say(id as PageTextId, values) : id;
}

/** A text of the panel. */
export function formatPanel(text: Text): string {
  return formatText(language.value, text);
}

/** 14:03:59 where the box stands. */
export function clockTime(seconds: number): string {
  return format({ timeStyle: "medium" }).format(seconds * 1_000);
}

/** 14:03, for an axis; at midnight its day. */
export function shortTime(seconds: number): string {
  const time = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(seconds * 1_000);
  return time === "00:00" ? format({ day: "numeric", month: "short" }).format(seconds * 1_000) : time;
}

/** With its day. */
export function dateTime(seconds: number): string {
  return format({ dateStyle: "medium", timeStyle: "medium" }).format(seconds * 1_000);
}

export function longTime(seconds: number): string {
  return format({ dateStyle: "full", timeStyle: "medium" }).format(seconds * 1_000);
}

/** To make one takes a tenth of a millisecond, and a list of what was done needs hundreds: they are kept. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const timeZone = now.box.value?.timeZone ?? "UTC";
  const locale = language.value === "en" ? "en-GB" : language.value;
  const name = JSON.stringify([locale, timeZone, options]);
  const known = formats.get(name) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formats.set(name, known);
  return known;
}

export function numberIn(value: number, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language.value, options).format(value);
}
