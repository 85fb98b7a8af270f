import { signal } from "@preact/signals";
import type { AccessRow, KeyRow, Overview } from "../../shared/lists.js";
import { act, now } from "../live.js";
import { dateTime, say } from "../words.js";
import { useAsked } from "./asked.js";

const DAY_SECONDS = 86_400;

export function People() {
  const accesses = useAsked<readonly AccessRow[]>("/api/cloud/accesses");
  if (accesses === undefined) return <p class="note">{say("loading")}</p>;
  return (
    <>
      <GiveAccess />
      <AddPerson />
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{say("col-person")}</th>
              <th scope="col">{say("col-key")}</th>
              <th scope="col">{say("col-code")}</th>
              <th scope="col">{say("col-when")}</th>
              <th scope="col">{say("col-at-box")}</th>
              <th scope="col">
                <span class="visually-hidden">{say("access-remove")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {accesses.map((access) => (
              <tr key={access.id} class={access.now === "now" ? "" : "past"}>
                <th scope="row">{access.user}</th>
                <td>{access.key}</td>
                <td class="mono">{access.code}</td>
                <td>{whenText(access)}</td>
                <td>
                  <span class={`at at-${access.atBox.state}`}>{atText(access)}</span>
                </td>
                <td>
                  <button type="button" class="quiet" onClick={() => act({ act: "remove-access", id: access.id })}>
                    {say("access-remove")}
                    <span class="visually-hidden">
                      {" "}
                      {access.user}, {access.key}
                    </span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function whenText({ window, now: is }: AccessRow): string {
  const when = window === null ? say("ongoing") : say("window", { start: plain(window.start), end: plain(window.end) });
  return is === "now" ? when : `${when} (${say(`now-${is}`)})`;
}

/** `2026-06-01T08:00` as people write it. */
function plain(local: string): string {
  return local.replace("T", " ");
}

function atText({ atBox }: AccessRow): string {
  if (atBox.state !== "silent") return say(`at-${atBox.state}`);
  return atBox.since === null ? say("at-silent-never") : say("at-silent", { time: dateTime(atBox.since) });
}

const person = signal("");
const key = signal("");
const isOngoing = signal(true);

function GiveAccess() {
  const known = useAsked<Overview>("/api/cloud/overview");
  const keys = useAsked<readonly KeyRow[]>("/api/cloud/keys");
  const users = known?.users ?? [];
  const isReady = person.value !== "" && key.value !== "";
  const give = async () => {
    const window = isOngoing.value ? null : nextDay();
    const isDone = await act({ act: "add-access", user: Number(person.value), key: Number(key.value), window });
    if (isDone) key.value = "";
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void give();
      }}
    >
      <label>
        <span>{say("access-person")}</span>
        <select
          value={person.value}
          onChange={(event) => {
            person.value = event.currentTarget.value;
          }}
        >
          <option value="">…</option>
          {users.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{say("access-key")}</span>
        <select
          value={key.value}
          onChange={(event) => {
            key.value = event.currentTarget.value;
          }}
        >
          <option value="">…</option>
          {(keys ?? []).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{say("col-when")}</span>
        <select
          value={isOngoing.value ? "ongoing" : "day"}
          onChange={(event) => {
            isOngoing.value = event.currentTarget.value === "ongoing";
          }}
        >
          <option value="ongoing">{say("access-ongoing")}</option>
          <option value="day">{say("access-today")}</option>
        </select>
      </label>
      <button type="submit" class="strong" disabled={!isReady}>
        {say("access-add")}
      </button>
    </form>
  );
}

const newName = signal("");
const newBadge = signal("");

function AddPerson() {
  const add = async () => {
    const badge = newBadge.value.trim().toUpperCase();
    if (!(await act({ act: "add-user", name: newName.value, badge: badge === "" ? null : badge }))) return;
    newName.value = "";
    newBadge.value = "";
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label>
        <span>{say("person-name")}</span>
        <input
          type="text"
          value={newName.value}
          onInput={(event) => {
            newName.value = event.currentTarget.value;
          }}
        />
      </label>
      <label>
        <span>{say("person-badge")}</span>
        <input
          type="text"
          value={newBadge.value}
          onInput={(event) => {
            newBadge.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" disabled={newName.value.trim() === ""}>
        {say("person-add")}
      </button>
    </form>
  );
}

/** From now on by the world's clock, in the box's own time. */
function nextDay(): { start: string; end: string } {
  const { wall } = now.time.value!;
  const local = (seconds: number): string => {
    const timeZone = now.box.value!.timeZone;
    const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
    return parts.format(seconds * 1_000).replace(" ", "T");
  };
  return { start: local(wall), end: local(wall + DAY_SECONDS) };
}
