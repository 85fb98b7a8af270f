import type { ComponentChildren } from "preact";
import type { Preparation } from "../../shared/lists.js";
import { now } from "../live.js";
import { dateTime, language, numberIn, say } from "../words.js";
import { useAsked } from "./asked.js";

/** A list of keys is worth something for so long, s. */
const FRESH_SECONDS = 7 * 86_400;
/** Enough for an outage, percent. */
const CHARGED_PERCENT = 80;

/** What to have ready before an outage: it ticks itself. */
export function Prepare() {
  const known = useAsked<Preparation | null>("/api/cloud/preparation");
  const wall = now.time.value?.wall ?? 0;
  if (known === undefined) return <p class="note">{say("loading")}</p>;
  if (known === null) return <p>{say("no-sheets", { model: now.box.value?.model ?? "" })}</p>;
  const { sheet, packAt, isPackOfSheet, keysAt, isOnline, hasNewest, charge, usedUp, doubts, alerts } = known;
  const when = (at: number | null) =>
    at === null ? say("prepare-never") : say("prepare-when", { time: dateTime(at) });
  return (
    <>
      <p class="note">{say("prepare-note")}</p>
      <ul class="checklist">
        <Item isDone={packAt !== null && isPackOfSheet} what={say("prepare-sheets", { sheet })} how={when(packAt)}>
          <a class="button" href={`/api/cloud/pack.pdf?language=${language.value}`} download>
            {say("pack-save")}
          </a>
        </Item>
        <Item isDone={keysAt !== null && wall - keysAt < FRESH_SECONDS} what={say("prepare-keys")} how={when(keysAt)}>
          <a class="button" href={`/api/cloud/keys.csv?language=${language.value}`} download>
            {say("prepare-keys-save")}
          </a>
        </Item>
        <Item isDone={isOnline && hasNewest} what={say("prepare-sync")} how={say(hasNewest ? "at-there" : "at-way")} />
        <Item
          isDone={(charge ?? 0) >= CHARGED_PERCENT}
          what={say("prepare-battery", { percent: CHARGED_PERCENT })}
          how={charge === null ? say("prepare-untold") : `${numberIn(charge)} %`}
        />
        <Item isDone={usedUp === 0} what={say("prepare-codes")} how={say("prepare-codes-used", { count: usedUp })} />
        <Item isDone={doubts === 0} what={say("prepare-bins")} how={say("prepare-bins-doubt", { count: doubts })} />
        <Item isDone={alerts === 0} what={say("prepare-alerts")} how={say("prepare-alerts-are", { count: alerts })} />
      </ul>
    </>
  );
}

function Item(props: {
  readonly isDone: boolean;
  readonly what: string;
  readonly how: string;
  readonly children?: ComponentChildren;
}) {
  const { isDone, what, how, children } = props;
  return (
    <li class={isDone ? "done" : "open"}>
      <span class="tick" aria-hidden="true">
        {isDone ? "✓" : "○"}
      </span>
      <span>
        <b>{what}</b> <span class="visually-hidden">{say(isDone ? "prepare-done" : "prepare-open")}</span>
        <small>{how}</small>
      </span>
      {children}
    </li>
  );
}
