import type { FobNow } from "../../shared/state.js";
import { act, now } from "../live.js";
import { say } from "../words.js";
import { chosen, dragFrom, dragged } from "./hand.js";

/** What whoever stands in front of the box holds, and what they may come back with. */
export function InHand() {
  const people = now.people.value;
  if (people === undefined) return null;
  const { hand, away } = people;
  const isWanted = hand.length > 0 || dragged.value !== undefined;
  return (
    <section class={`hand card ${isWanted ? "wanted" : ""}`} aria-labelledby="hand-title" data-drop="hand">
      <h2 id="hand-title">{say("hand")}</h2>
      {hand.length === 0 && <p class="note">{say("hand-empty")}</p>}
      <ul>
        {hand.map((fob) => (
          <li key={fob.fob}>
            <button
              type="button"
              class={`chip ${chosen.value === fob.fob ? "chosen" : ""}`}
              aria-pressed={chosen.value === fob.fob}
              aria-label={say("hand-choose", { fob: `${fob.fob} ${nameOf(fob)}` })}
              onPointerDown={(event) => dragFrom(event as unknown as PointerEvent, fob.fob)}
              onClick={() => {
                chosen.value = chosen.value === fob.fob ? undefined : fob.fob;
              }}
            >
              <b>{fob.fob}</b> {nameOf(fob)}
            </button>
            <button type="button" class="quiet" onClick={() => act({ act: "leave", fob: fob.fob })}>
              {say("walk-away")}
            </button>
          </li>
        ))}
      </ul>
      {away.length > 0 && (
        <select
          aria-label={say("come-back")}
          value=""
          onChange={(event) => {
            const { value } = event.currentTarget;
            event.currentTarget.value = "";
            if (value !== "") void act({ act: "fetch", fob: value });
          }}
        >
          <option value="">{say("come-back")}</option>
          {away.map((fob) => (
            <option key={fob.fob} value={fob.fob}>
              {fob.fob} {nameOf(fob)}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}

function nameOf({ name, kind }: FobNow): string {
  if (kind === "badge") return say("badge", { name });
  return kind === "key" ? name : say("unknown-fob");
}

/** The fob under the finger. */
export function Ghost() {
  const drag = dragged.value;
  if (drag === undefined) return null;
  return (
    <div
      class="ghost"
      ref={(ghost) => {
        if (ghost !== null) ghost.style.transform = `translate(${drag.x}px, ${drag.y}px)`;
      }}
    >
      {drag.fob}
    </div>
  );
}
