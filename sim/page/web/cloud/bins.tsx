import type { BinRow, KeyRow } from "../../shared/lists.js";
import { act } from "../live.js";
import { say } from "../words.js";
import { useAsked } from "./asked.js";

export function Bins() {
  const bins = useAsked<readonly BinRow[]>("/api/cloud/bins");
  const keys = useAsked<readonly KeyRow[]>("/api/cloud/keys") ?? [];
  if (bins === undefined) return <p class="note">{say("loading")}</p>;
  return (
    <ul class="bin-list">
      {bins.map((bin) => (
        <li key={bin.label} class={`belief-${bin.belief} ${bin.enabled ? "" : "disabled"}`}>
          <b>{bin.label}</b>
          <span class="holds">
            {beliefText(bin)}
            {!bin.enabled && <em>{say("bin-disabled")}</em>}
          </span>
          <details>
            <summary>
              …<span class="visually-hidden"> {bin.label}</span>
            </summary>
            <button type="button" onClick={() => act({ act: "unlock", bin: bin.label })}>
              {say("bin-unlock")}
            </button>
            <button type="button" onClick={() => act({ act: "enable", bin: bin.label, on: !bin.enabled })}>
              {say(bin.enabled ? "bin-disable" : "bin-enable")}
            </button>
            {bin.belief !== "empty" && (
              <button type="button" onClick={() => act({ act: "empty", bin: bin.label, sure: bin.belief === "holds" })}>
                {say("bin-is-empty")}
              </button>
            )}
            <select
              aria-label={`${say("bin-holds")} ${bin.label}`}
              value=""
              onChange={(event) => {
                const key = Number(event.currentTarget.value);
                event.currentTarget.value = "";
                if (key > 0) void act({ act: "holds", bin: bin.label, key, sure: true });
              }}
            >
              <option value="">{say("bin-holds")}</option>
              {keys.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </details>
        </li>
      ))}
    </ul>
  );
}

function beliefText({ belief, item }: BinRow): string {
  if (belief === "holds") return item ?? "";
  if (belief === "taken") return say("belief-taken", { item: item ?? "" });
  if (belief === "doubt" && item !== null) return say("belief-doubt-item", { item });
  return say(`belief-${belief}`);
}
