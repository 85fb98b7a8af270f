import { signal } from "@preact/signals";
import { LANGUAGES } from "../shared/state.js";
import { Console } from "./box/console.js";
import { Hint } from "./box/hint.js";
import { Ghost, InHand } from "./box/in-hand.js";
import { Neighbours } from "./box/neighbours.js";
import { isLoud, setLoud } from "./box/sound.js";
import { Wall } from "./box/wall.js";
import { Cloud } from "./cloud/cloud.js";
import { Switch } from "./controls.js";
import { act, complaint, line, now } from "./live.js";
import { Caption, Stories } from "./stories.js";
import { Track } from "./track.js";
import { LANGUAGE_NAMES, language, say, theme } from "./words.js";
import { Clock, World } from "./world.js";

export function App() {
  return (
    <>
      <Top />
      <Troubles />
      <main>
        <Stories />
        <Caption />
        <Track />
        <Hint />
        <div class="stage">
          <div class="front">
            <Console />
          </div>
          <div class="front">
            <Wall />
            <InHand />
          </div>
          <World />
        </div>
        <Neighbours />
        <Cloud />
        <StartOver />
      </main>
      <Ghost />
    </>
  );
}

function Top() {
  const box = now.box.value;
  return (
    <header class="top">
      <h1>
        {say("title")} <small>{say("about-1")}</small>
      </h1>
      <Clock />
      <div class="settings">
        {box !== undefined && (
          <label>
            <span class="visually-hidden">{say("box")}</span>
            <select value={box.id} onChange={(event) => act({ act: "box", id: event.currentTarget.value })}>
              {box.boxes.map(({ id, model, place }) => (
                <option key={id} value={id}>
                  {id} · {model} · {place}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          <span class="visually-hidden">{say("language")}</span>
          <select
            value={language.value}
            onChange={(event) => {
              language.value = LANGUAGES.find((one) => one === event.currentTarget.value)!;
            }}
          >
            {LANGUAGES.map((one) => (
              <option key={one} value={one}>
                {LANGUAGE_NAMES[one]}
              </option>
            ))}
          </select>
        </label>
        <Switch name={say("sound")} isOn={isLoud.value} onChange={setLoud} />
        <label>
          <span class="visually-hidden">{say("theme")}</span>
          <select
            value={theme.value}
            onChange={(event) => {
              theme.value = event.currentTarget.value as typeof theme.value;
            }}
          >
            {(["auto", "light", "dark"] as const).map((one) => (
              <option key={one} value={one}>
                {say("theme-is", { theme: say(`theme-${one}`) })}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  );
}

/** What is wrong with the line to the simulator, and with what was asked for last. */
function Troubles() {
  return (
    <div class="troubles" aria-live="assertive">
      {line.value === "lost" && <p class="notice bad">{say("lost")}</p>}
      {line.value === "polling" && <p class="notice">{say("polling")}</p>}
      {complaint.value !== undefined && (
        <p class="notice bad toast">
          {say("error", { why: complaint.value })}
          <button
            type="button"
            class="quiet"
            onClick={() => {
              complaint.value = undefined;
            }}
          >
            {say("close")}
          </button>
        </p>
      )}
    </div>
  );
}

const isAsking = signal(false);

function StartOver() {
  return (
    <footer>
      {isAsking.value ? (
        <>
          <span>{say("start-over-sure")}</span>
          <button
            type="button"
            class="bad"
            onClick={() => {
              isAsking.value = false;
              void act({ act: "start-over" });
            }}
          >
            {say("start-over-yes")}
          </button>
          <button
            type="button"
            onClick={() => {
              isAsking.value = false;
            }}
          >
            {say("no")}
          </button>
        </>
      ) : (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {say("start-over")}
        </button>
      )}
    </footer>
  );
}
