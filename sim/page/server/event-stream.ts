import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Live, Told } from "./live.js";

/** Pages that watch at once. */
const MOST_WATCHERS = 32;
/** Nothing to tell for so long: a sign of life, so that both ends notice when the other is gone, real ms. */
const BEAT_MS = 5_000;

/** Server-sent events: what the page shows, whole at first, then each change. A slow reader gets the newest, not every one. */
export function eventStream(context: Context, live: Live, version: string): Response {
  if (live.watchers >= MOST_WATCHERS) {
    return context.text(`${MOST_WATCHERS} pages watch already: close one of them\n`, 503);
  }
  return streamSSE(context, async (stream) => await tell(stream, live, version));
}

async function tell(stream: SSEStreamingApi, live: Live, version: string): Promise<void> {
  let pending: Told = live.whole();
  let wake = () => {};
  let isOver = false;
  const end = live.watch((told) => {
    pending = { ...pending, ...told };
    wake();
  });
  stream.onAbort(() => {
    isOver = true;
    wake();
  });
  try {
    await stream.writeSSE({ event: "hello", data: version, retry: 1_000 });
    while (!isOver) {
      const told = pending;
      pending = {};
      const isNews = Object.keys(told).length > 0;
      await stream.writeSSE(isNews ? { event: "told", data: asJson(told) } : { event: "beat", data: "" });
      if (Object.keys(pending).length > 0 || isOver) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, BEAT_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    end();
  }
}

/** The sections are JSON already. */
function asJson(told: Told): string {
  return `{${Object.entries(told)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
    .join(",")}}`;
}
