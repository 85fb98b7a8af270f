import { ENGINES, type StatesSection } from "../../shared/state.js";
import { Choice } from "../controls.js";
import { act, now } from "../live.js";
import { clockTime, numberIn, say, sayAny } from "../words.js";

/** What the firmware runs on, and what it has cost there. */
export function Engine() {
  const engine = now.engine.value;
  if (engine === undefined || engine === null) return null;
  const { runs, wanted, isOpening, computrons, peakSlots } = engine;
  return (
    <>
      <h3>{say("engine-title")}</h3>
      <div class="engine">
        <Choice
          name={say("engine-title")}
          value={wanted}
          options={ENGINES.map((value) => ({ value, label: say(`engine-${value}`) }))}
          onChange={(value) => act({ act: "engine", engine: value })}
        />
        <span role="status">
          {isOpening
            ? say("engine-opening")
            : wanted !== runs
              ? say("engine-next", { engine: say(`engine-${wanted}`) })
              : computrons === null
                ? say("engine-uncounted")
                : say("engine-cost", { millions: numberIn(computrons / 1e6, 1), slots: numberIn(peakSlots ?? 0) })}
        </span>
      </div>
      <p class="note">{say("engine-note")}</p>
    </>
  );
}

/** The states that box and session are in, as they show outside. */
export function States() {
  const states = now.states.value;
  if (states === undefined) return null;
  return (
    <ul class="states">
      {stepsOf(states).map(({ name, is }) => (
        <li key={name}>
          <small>{name}</small>
          <b>{is}</b>
        </li>
      ))}
    </ul>
  );
}

function stepsOf({ power, boots, link, isConnected, isInSession, screen, lock }: StatesSection) {
  const yes = (isSo: boolean) => say(isSo ? "state-yes" : "state-no");
  return [
    { name: say("state-power"), is: `${sayAny(`machine-${power}`)} (${say("state-boots", { boots })})` },
    { name: say("state-link"), is: link === null ? say("state-no") : say(link) },
    { name: say("state-broker"), is: yes(isConnected) },
    { name: say("state-session"), is: yes(isInSession) },
    { name: say("state-screen"), is: screen ?? "—" },
    { name: say("state-lock"), is: yes(lock !== null) },
  ];
}

/** What passes the broker: the bytes that it sees, and beside them what only box and cloud can read. */
export function Wire() {
  const wire = now.wire.value;
  if (wire === undefined) return null;
  const { messages, inFlight } = wire;
  return (
    <>
      <p class="note">{say("wire-note")}</p>
      <p>{inFlight === 0 ? say("wire-all-there") : <b>{say("wire-in-flight", { count: inFlight })}</b>}</p>
      <div class="wide">
        <table class="records wire">
          <thead>
            <tr>
              <th scope="col">{say("col-when")}</th>
              <th scope="col">{say("wire-lane")}</th>
              <th scope="col">{say("wire-bytes")}</th>
              <th scope="col">{say("wire-sealed")}</th>
              <th scope="col">{say("wire-inside")}</th>
            </tr>
          </thead>
          <tbody>
            {messages.map(({ at, lane, isUp, bytes, head, inside }, i) => (
              <tr key={`${at} ${i}`}>
                <td class="mono">{clockTime(at)}</td>
                <td>
                  <span aria-hidden="true">{isUp ? "↑" : "↓"}</span> {lane}
                </td>
                <td class="mono">{bytes}</td>
                <td class="mono">{head} …</td>
                <td class="mono" lang="en">
                  {inside}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
