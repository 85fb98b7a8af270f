import { signal } from "@preact/signals";
import type { LogPage, LogRow } from "../../shared/lists.js";
import { dateTime, say } from "../words.js";
import { useAsked } from "./asked.js";

const PAGE = 25;
const KINDS = ["PICKUP", "DROPOFF", "EMERGENCY"] as const;

const text = signal("");
const kind = signal("");
const isOffline = signal(false);
const limit = signal(PAGE);

export function Log() {
  const filter = new URLSearchParams({ text: text.value, kind: kind.value, offline: isOffline.value ? "1" : "0" });
  const page = useAsked<LogPage>(`/api/cloud/log?${filter}&limit=${limit.value}`);
  return (
    <>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{say("log-filter")}</span>
          <input
            type="search"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        <label>
          <span>{say("log-kind")}</span>
          <select
            value={kind.value}
            onChange={(event) => {
              kind.value = event.currentTarget.value;
            }}
          >
            <option value="">{say("log-all")}</option>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {say(`kind-${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isOffline.value}
            onChange={(event) => {
              isOffline.value = event.currentTarget.checked;
            }}
          />
          <span>{say("log-offline")}</span>
        </label>
        <a class="button" href={`/api/cloud/log.csv?${filter}`} download>
          {say("log-csv")}
        </a>
      </form>
      {page === undefined ? <p class="note">{say("loading")}</p> : <Rows page={page} />}
    </>
  );
}

function Rows({ page: { rows, total } }: { page: LogPage }) {
  if (rows.length === 0) return <p class="note">{say("log-none")}</p>;
  return (
    <>
      <div class="wide">
        <table class="log">
          <thead>
            <tr>
              <th scope="col">{say("col-when")}</th>
              <th scope="col">
                <span aria-hidden="true">⊘</span>
                <span class="visually-hidden">{say("offline-mark")}</span>
              </th>
              <th scope="col">{say("col-what")}</th>
              <th scope="col">{say("col-bin")}</th>
              <th scope="col">{say("col-key")}</th>
              <th scope="col">{say("col-who")}</th>
              <th scope="col">{say("col-how")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} class={`kind-${row.kind} status-${row.status}`}>
                <td class="mono">{timeText(row)}</td>
                <td>
                  {row.offline && (
                    <abbr title={say("offline-mark")} class="offline">
                      ⊘
                    </abbr>
                  )}
                </td>
                <td>{say(`kind-${row.kind}`)}</td>
                <td class="mono">{row.where}</td>
                <td>{row.what}</td>
                <td>{row.who}</td>
                <td>{say(`status-${row.status}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        {say("log-more", { shown: rows.length, total })}{" "}
        {rows.length < total && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              limit.value += PAGE;
            }}
          >
            {say("log-older")}
          </button>
        )}
      </p>
    </>
  );
}

function timeText({ time, boot, sinceBoot }: LogRow): string {
  if (time !== null) return dateTime(time);
  return say("clock-unknown", { boot: boot ?? "?", seconds: sinceBoot ?? "?" });
}
