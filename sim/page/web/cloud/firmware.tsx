import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Firmware as Known, ReleaseRow, RolloutRow, VersionRow } from "../../shared/lists.js";
import { post } from "../live.js";
import { dateTime, numberIn, say, sayAny } from "../words.js";
import { useAsked } from "./asked.js";

const PATH = "/api/cloud/firmware";

const change = (what: object) => post(PATH, JSON.stringify(what));

/** What the boxes run, and how they get something newer. */
export function Firmware() {
  const known = useAsked<Known>(PATH);
  if (known === undefined) return <p class="note">{say("loading")}</p>;
  const { releases, rollouts, versions } = known;
  return (
    <>
      <h3>{say("fw-shelf")}</h3>
      <Shelf releases={releases} rollouts={rollouts} />
      {rollouts.map((rollout) => (
        <Rollout key={rollout.model} rollout={rollout} />
      ))}
      <h3>{say("fw-versions")}</h3>
      <Versions versions={versions} releases={releases} />
    </>
  );
}

function Shelf({ releases, rollouts }: { releases: readonly ReleaseRow[]; rollouts: readonly RolloutRow[] }) {
  const isAbove = ({ model, release }: ReleaseRow) =>
    release > (rollouts.find((one) => one.model === model)?.release ?? 0);
  return (
    <>
      <p class="note">{say("fw-shelf-note")}</p>
      <ChooseFile />
      {releases.length === 0 ? (
        <p>{say("fw-none")}</p>
      ) : (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{say("fw-release")}</th>
                <th scope="col">{say("fw-size")}</th>
                <th scope="col">{say("fw-until")}</th>
                <th scope="col">
                  <span class="visually-hidden">{say("fw-start")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {releases.map((one) => (
                <tr key={`${one.model}-${one.release}`}>
                  <th scope="row">{`${one.model} ${one.release} (${one.firmware})`}</th>
                  <td>{`${numberIn(one.imageBytes / 1_024)} KiB`}</td>
                  <td>{dateTime(one.expires)}</td>
                  <td>
                    {isAbove(one) && (
                      <button
                        type="button"
                        class="quiet"
                        onClick={() => change({ change: "start", model: one.model, release: one.release })}
                      >
                        {say("fw-start")}
                        <span class="visually-hidden">{` ${one.model} ${one.release}`}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function ChooseFile() {
  const input = useRef<HTMLInputElement>(null);
  const send = async (file: File | undefined) => {
    if (file === undefined) return;
    await post(`${PATH}/file?name=${encodeURIComponent(file.name)}`, file);
    if (input.current !== null) input.current.value = "";
  };
  return (
    <p>
      <label class="button">
        {say("fw-add")}
        <input
          ref={input}
          type="file"
          class="visually-hidden"
          accept=".release,.cbor"
          onChange={(event) => void send(event.currentTarget.files?.[0])}
        />
      </label>
    </p>
  );
}

function Rollout({ rollout }: { rollout: RolloutRow }) {
  const { model, release, state, why, wave, waves } = rollout;
  return (
    <section class="rollout">
      <h3>{say("fw-rollout", { model, release })}</h3>
      <p>
        <span class={`badge ${state === "stopped" ? "bad" : "good"}`}>{say(`fw-state-${state}`)}</span>
        {why !== null && <small lang="en">{` ${why}`}</small>}
      </p>
      <ol class="waves">
        {waves.map(({ percent, members, confirmed, failed }, i) => (
          <li key={percent} class={i === wave ? "on" : ""}>
            <label>
              <span>{say("fw-wave", { percent })}</span>
              <progress max={Math.max(members, 1)} value={i <= wave ? confirmed : 0} />
            </label>
            <small>
              {members === 0
                ? say("fw-wave-none")
                : i > wave
                  ? say("fw-wave-later", { members })
                  : say("fw-wave-now", { confirmed, members, failed })}
            </small>
          </li>
        ))}
      </ol>
      <p>
        {state === "running" ? (
          <button type="button" onClick={() => change({ change: "pause", model })}>
            {say("fw-pause")}
          </button>
        ) : (
          <button type="button" onClick={() => change({ change: "resume", model })}>
            {say("fw-resume")}
          </button>
        )}
      </p>
    </section>
  );
}

const below = signal("");

function Versions({ versions, releases }: { versions: readonly VersionRow[]; releases: readonly ReleaseRow[] }) {
  const limit = below.value === "" ? undefined : Number(below.value);
  const shown = versions.filter(({ release }) => limit === undefined || (release ?? 0) < limit);
  return (
    <>
      <div class="form">
        <label>
          <span>{say("fw-below")}</span>
          <input
            type="number"
            min="1"
            value={below.value}
            onInput={(event) => {
              below.value = event.currentTarget.value;
            }}
          />
        </label>
        <span>{say("fw-count", { count: shown.length })}</span>
      </div>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{say("box")}</th>
              <th scope="col">{say("fw-runs")}</th>
              <th scope="col">{say("fw-pin")}</th>
              <th scope="col">{say("fw-wanted")}</th>
              <th scope="col">{say("fw-told")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.box}>
                <th scope="row">{one.box}</th>
                <td>{runsText(one)}</td>
                <td>
                  <PinOf version={one} releases={releases.filter(({ model }) => model === one.model)} />
                </td>
                <td>{wantedText(one)}</td>
                <td>{toldText(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function PinOf({ version, releases }: { version: VersionRow; releases: readonly ReleaseRow[] }) {
  const { box, pin } = version;
  const numbers = new Set([...releases.map(({ release }) => release), ...(pin === null ? [] : [pin])]);
  const set = (text: string) => change({ change: "pin", box, release: text === "" ? null : Number(text) });
  return (
    <select
      aria-label={`${say("fw-pin")}, ${box}`}
      value={pin ?? ""}
      onChange={(event) => void set(event.currentTarget.value)}
    >
      <option value="">{say("fw-pin-none")}</option>
      {[...numbers].map((number) => (
        <option key={number} value={number}>
          {number}
        </option>
      ))}
    </select>
  );
}

function runsText({ release, isTrial }: VersionRow): string {
  if (release === null) return say("fw-never-told");
  return isTrial ? say("fw-on-trial", { release }) : `${release}`;
}

function wantedText({ wanted, heldBack }: VersionRow): string {
  if (wanted === null) return "";
  return heldBack === null ? `${wanted}` : `${wanted}: ${sayAny(`fw-held-${heldBack}`)}`;
}

function toldText({ told }: VersionRow): string {
  if (told === null) return "";
  const { event, release, reason } = told;
  return `${release}: ${sayAny(`fw-event-${event}`)}${reason === null ? "" : ` (${reason})`}`;
}
