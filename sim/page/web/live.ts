import { type Signal, signal } from "@preact/signals";
import type { Act } from "../server/acts.js";
import type { SectionName, Sections } from "../shared/state.js";

/** The page's end of the line to the server: sections come as they change, acts go one by one. */

type Known = { readonly [K in SectionName]: Signal<Sections[K] | undefined> };

const NAMES: readonly SectionName[] = [
  "box",
  "panel",
  "people",
  "power",
  "net",
  "time",
  "faults",
  "hint",
  "story",
  "stories",
  "director",
  "marks",
  "journal",
  "wire",
  "states",
  "engine",
  "neighbours",
  "history",
];

/** What the server told last, by section. */
export const now = Object.fromEntries(NAMES.map((name) => [name, signal(undefined)])) as unknown as Known;

/** `polling`: no stream comes through, and the page asks again and again. */
export const line = signal<"on" | "lost" | "polling">("on");
export const complaint = signal<string | undefined>(undefined);

/** Longer than two of the server's signs of life, ms. */
const SILENCE_MS = 12_000;
const POLL_MS = 1_000;
const RETRY_MS = 2_000;
/** Streams that never opened before the page asks instead. */
const TRIES = 2;

let version: string | undefined;
let failed = 0;
let source: EventSource | undefined;
let alarm: ReturnType<typeof setTimeout> | undefined;

export function connect(): void {
  clearTimeout(alarm);
  source?.close();
  const stream = new EventSource("/api/events");
  source = stream;
  let hasOpened = false;
  const heard = () => {
    hasOpened = true;
    failed = 0;
    line.value = "on";
    clearTimeout(alarm);
    alarm = setTimeout(() => gone(), SILENCE_MS);
  };
  const gone = () => {
    clearTimeout(alarm);
    stream.close();
    if (!hasOpened) failed++;
    if (line.value === "on") line.value = "lost";
    if (failed >= TRIES) void poll();
    alarm = setTimeout(connect, RETRY_MS);
  };
  stream.addEventListener("hello", (event) => {
    heard();
    checkVersion((event as MessageEvent<string>).data);
  });
  stream.addEventListener("told", (event) => {
    heard();
    take(JSON.parse((event as MessageEvent<string>).data));
  });
  stream.addEventListener("beat", heard);
  stream.addEventListener("error", gone);
  // A proxy that swallows the stream reports no error.
  alarm = setTimeout(gone, SILENCE_MS);
}

let isPolling = false;

async function poll(): Promise<void> {
  if (isPolling) return;
  isPolling = true;
  while (line.value !== "on") {
    try {
      const answer = await fetch("/api/state");
      if (!answer.ok) throw new Error(await answer.text());
      const { version: newest, told } = (await answer.json()) as { version: string; told: Record<string, string> };
      checkVersion(newest);
      take(Object.fromEntries(Object.entries(told).map(([name, text]) => [name, JSON.parse(text)])));
      line.value = "polling";
    } catch {
      line.value = "lost";
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  isPolling = false;
}

/** A server of another version is there: its page, too. */
function checkVersion(newest: string): void {
  if (version !== undefined && version !== newest) location.reload();
  version = newest;
}

function take(told: Partial<Sections>): void {
  for (const name of NAMES) {
    if (name in told) (now[name] as Signal<unknown>).value = told[name];
  }
}

/** Does it. What is wrong with it is shown; answers whether it was done. */
export async function act(what: Act): Promise<boolean> {
  return await post("/api/act", JSON.stringify(what));
}

/** Sends it; what is wrong with it is shown. */
export async function post(path: string, body: string | File): Promise<boolean> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": typeof body === "string" ? "application/json" : "application/octet-stream" },
      body,
    });
    if (answer.ok) {
      complaint.value = undefined;
      return true;
    }
    const { error } = (await answer.json()) as { error?: string };
    complaint.value = error ?? answer.statusText;
  } catch {
    line.value = "lost";
  }
  return false;
}

/** Bytes that the page cannot be without: it asks until it has them, or until `isGone`. */
export async function need(path: string, isGone: () => boolean): Promise<ArrayBuffer | undefined> {
  while (!isGone()) {
    try {
      const answer = await fetch(path);
      if (answer.ok) return await answer.arrayBuffer();
    } catch {
      line.value = "lost";
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return undefined;
}

/** Undefined: the cloud or the server does not answer; `evenRefused`: what it answers when it refuses is an answer as well. */
export async function ask<T>(path: string, evenRefused = false): Promise<T | undefined> {
  try {
    const answer = await fetch(path);
    return answer.ok || evenRefused ? ((await answer.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}
