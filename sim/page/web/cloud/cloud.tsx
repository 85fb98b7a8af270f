import { signal } from "@preact/signals";
import type { Overview } from "../../shared/lists.js";
import { Inside } from "../inside/inside.js";
import { act, now } from "../live.js";
import { clockTime, language, say, sayAny } from "../words.js";
import { useAsked } from "./asked.js";
import { Bins } from "./bins.js";
import { Firmware } from "./firmware.js";
import { Keys } from "./keys.js";
import { Log } from "./log.js";
import { Own } from "./own.js";
import { People } from "./people.js";
import { Prepare } from "./prepare.js";
import { Sheets } from "./sheets.js";

const TABS = {
  log: Log,
  keys: Keys,
  people: People,
  bins: Bins,
  sheets: Sheets,
  prepare: Prepare,
  firmware: Firmware,
  own: Own,
  inside: Inside,
} as const;
type Tab = keyof typeof TABS;
const NAMES = Object.keys(TABS) as Tab[];

const tab = signal<Tab>(NAMES.find((name) => location.hash === `#${name}`) ?? "log");

function show(name: Tab): void {
  tab.value = name;
  history.replaceState(null, "", `#${name}`);
}

/** What a manager sees, far away from the box, and what lies inside the box. */
export function Cloud() {
  const Body = TABS[tab.value];
  const isCloudUp = now.net.value?.cloud ?? true;
  const isOutside = tab.value !== "inside";
  return (
    <section class="card cloud" aria-labelledby="cloud-title">
      <header>
        <h2 id="cloud-title">{say("cloud-title")}</h2>
        {isCloudUp && <Seen />}
      </header>
      <div class="tabs" role="tablist" aria-labelledby="cloud-title">
        {NAMES.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === tab.value}
            aria-controls="tab-body"
            tabIndex={name === tab.value ? 0 : -1}
            onClick={() => show(name)}
            onKeyDown={(event) => step(event, name)}
          >
            {say(`tab-${name}`)}
          </button>
        ))}
      </div>
      <div id="tab-body" class="tab-body" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {isOutside && !isCloudUp ? <p class="notice">{say("cloud-down")}</p> : <Body />}
      </div>
    </section>
  );
}

/** Left and right go from tab to tab. */
function step(event: KeyboardEvent, name: Tab): void {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const next = NAMES[(NAMES.indexOf(name) + by + NAMES.length) % NAMES.length]!;
  show(next);
  document.getElementById(`tab-${next}`)?.focus();
}

/** The cloud words its alerts in English, with numbers and names in them; other languages say the kind, and the way out. */
function AlertText({ id, what, wayOut }: { id: string; what: string; wayOut: string }) {
  const kind = `alert-${id.split("/")[0]}`;
  const way = `${kind}-way`;
  if (language.value === "en" || sayAny(kind) === kind) return <span lang="en">{`${what}: ${wayOut}`}</span>;
  return (
    <>
      {`${sayAny(kind)} ${sayAny(way)}`} <small lang="en">({what})</small>
    </>
  );
}

function Seen() {
  const known = useAsked<Overview>("/api/cloud/overview");
  if (known === undefined) return null;
  const { online, lastSeen, alerts } = known;
  return (
    <>
      <span class={`badge ${online ? "good" : "bad"}`}>{online ? say("box-online") : `⊘ ${say("box-offline")}`}</span>
      <small>{lastSeen === null ? say("never-heard") : say("last-heard", { time: clockTime(lastSeen) })}</small>
      {alerts.length > 0 && (
        <div class="notice" role="alert">
          <b>{say("alerts")}</b>
          <ul>
            {alerts.map(({ id, what, wayOut }) => (
              <li key={id}>
                <AlertText id={id} what={what} wayOut={wayOut} />
              </li>
            ))}
          </ul>
          <button type="button" class="quiet" onClick={() => act({ act: "seen" })}>
            {say("alerts-seen")}
          </button>
        </div>
      )}
    </>
  );
}
