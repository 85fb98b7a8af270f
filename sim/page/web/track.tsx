import { signal } from "@preact/signals";
import type { MarkNow } from "../shared/state.js";
import { act, ask, complaint, now, post } from "./live.js";
import { clockTime, say, sayAny } from "./words.js";

/** The link that was asked for; it is shown to be copied by hand where the browser does not do it. */
const link = signal<string | undefined>(undefined);
const isSure = signal(false);

/** Opens the world of the page's own address, if there is one in it. */
export function openLinked(): void {
  const open = () => {
    const { hash } = location;
    if (!hash.startsWith("#world=")) return;
    history.replaceState(null, "", "/");
    void post("/api/world", hash);
  };
  addEventListener("hashchange", open);
  open();
}

/** The director's track: the world from its beginning, what was done in it, and how it was at any moment. */
export function Track() {
  const director = now.director.value;
  const time = now.time.value;
  if (director === undefined || time === undefined || !director.canLookBack) return null;
  const { looksAt, began, isBusy } = director;
  const isPast = looksAt !== null;
  const at = isPast ? director.at / 1_000 : time.wall - began;
  const end = Math.max(1, isPast ? director.end / 1_000 : time.wall - began);
  return (
    <section class={`track ${isPast ? "past" : ""}`} aria-label={say("track-title")} aria-busy={isBusy}>
      <div class="track-does">
        <p class="track-says" role="status">
          {isPast
            ? say(looksAt === "guest" ? "track-guest" : "track-past", { time: clockTime(began + at) })
            : say("track-now")}
          {director.isSame === false && <b> {say("track-differs")}</b>}
        </p>
        <Moments began={began} marks={now.marks.value ?? []} />
        {isPast && (
          <button type="button" class="strong back" onClick={() => act({ act: "back-to-now" })}>
            {say("track-back")}
          </button>
        )}
        {isPast && <GoOn />}
        <button type="button" onClick={copyLink}>
          {say("track-link")}
        </button>
        <a class="button" href="/api/world/file" download>
          {say("track-save")}
        </a>
        <label class="button file">
          {say("track-open")}
          <input
            type="file"
            class="visually-hidden"
            accept=".json,application/json,text/plain"
            onChange={async (event) => {
              const input = event.currentTarget;
              const text = await input.files?.[0]?.text();
              input.value = "";
              if (text !== undefined) await post("/api/world", text);
            }}
          />
        </label>
        {link.value !== undefined && (
          <input
            class="link mono"
            readOnly
            aria-label={say("track-link-is")}
            value={link.value}
            onFocus={(event) => event.currentTarget.select()}
          />
        )}
      </div>
      <div class="track-line">
        <span class="mono">{clockTime(began)}</span>
        <span class="track-way">
          <Marks marks={now.marks.value ?? []} end={end} />
          <input
            type="range"
            aria-label={say("track-title")}
            aria-valuetext={clockTime(began + at)}
            min={0}
            max={Math.ceil(end)}
            step={1}
            value={at}
            onChange={(event) => act({ act: "look-back", at: 1_000 * Number(event.currentTarget.value) })}
          />
        </span>
        <span class="mono">{clockTime(began + end)}</span>
      </div>
    </section>
  );
}

/** What was done, the newest first: one is chosen to see the world as it was right after it. */
function Moments({ began, marks }: { began: number; marks: readonly MarkNow[] }) {
  if (marks.length === 0) return null;
  return (
    <select
      class="moments"
      aria-label={say("track-moments")}
      value=""
      onChange={(event) => {
        const { value } = event.currentTarget;
        event.currentTarget.value = "";
        if (value !== "") void act({ act: "look-back", at: Number(value) });
      }}
    >
      <option value="">{say("track-moments")} …</option>
      {[...marks].reverse().map(({ at, act: what, story }, i) => (
        <option key={marks.length - i} value={at}>
          {clockTime(began + at / 1_000)} {story === null ? sayAny(`did-${what}`) : sayAny(story)}
        </option>
      ))}
    </select>
  );
}

/** It forgets what came after: asked twice. */
function GoOn() {
  if (!isSure.value) {
    return (
      <button
        type="button"
        onClick={() => {
          isSure.value = true;
        }}
      >
        {say("track-go-on")}
      </button>
    );
  }
  return (
    <span class="sure">
      {say("track-go-on-sure")}
      <button
        type="button"
        class="bad"
        onClick={() => {
          isSure.value = false;
          void act({ act: "go-on" });
        }}
      >
        {say("track-go-on-yes")}
      </button>
      <button
        type="button"
        onClick={() => {
          isSure.value = false;
        }}
      >
        {say("no")}
      </button>
    </span>
  );
}

async function copyLink(): Promise<void> {
  const answer = await ask<{ link?: string; error?: string }>("/api/world/link", true);
  if (answer?.link === undefined) {
    complaint.value = answer?.error;
    return;
  }
  link.value = `${location.origin}/#${answer.link}`;
  // Refused where the page is not served from this machine: the field beside it has the link.
  await navigator.clipboard?.writeText(link.value).catch(() => {});
}

/** In permille of the way. */
function Marks({ marks, end }: { marks: readonly MarkNow[]; end: number }) {
  return (
    <svg class="marks" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
      {marks.map(({ at, story }, i) => (
        <rect
          key={i}
          class={story === null ? "did" : "said"}
          x={Math.min(998, at / end)}
          y={story === null ? 6 : 0}
          width={3}
          height={story === null ? 10 : 16}
        />
      ))}
    </svg>
  );
}
