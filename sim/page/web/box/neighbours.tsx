import { act, now } from "../live.js";
import { formatPanel, say, sayAny } from "../words.js";

/** The other boxes that run, side by side: what their screens say, and their doors. A key in the hand goes along to them. */
export function Neighbours() {
  const neighbours = now.neighbours.value ?? [];
  if (neighbours.length === 0) return null;
  return (
    <section class="neighbours" aria-label={say("neighbours-title")}>
      {neighbours.map(({ id, place, state, view, online, bins }) => (
        <div class="neighbour" key={id}>
          <b>{id}</b> <small>{place}</small>
          <span class={`badge ${online ? "good" : "bad"}`}>{say(online ? "box-online" : "box-offline")}</span>
          <p>{view === null ? sayAny(`machine-${state}`) : formatPanel(view.title)}</p>
          <span class="doors" role="img" aria-label={say("neighbour-bins", counted(bins))}>
            {bins.map((bin, i) => (
              <i key={i} class={bin} />
            ))}
          </span>
          <button type="button" onClick={() => act({ act: "box", id })}>
            {say("neighbour-go")}
          </button>
        </div>
      ))}
    </section>
  );
}

function counted(bins: readonly string[]) {
  const of = (wanted: string) => bins.filter((bin) => bin === wanted).length;
  return { full: of("full"), open: of("open"), all: bins.length };
}
