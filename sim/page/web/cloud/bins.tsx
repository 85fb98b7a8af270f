import { signal } from "@preact/signals";
import type { BinRow, KeyRow } from "../../shared/lists.js";
import { act } from "../live.js";
import { say } from "../words.js";
import { useAsked } from "./asked.js";

/** Label of the bin whose list of things to do is open; "": none. */
const opened = signal("");

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
          <details
            open={opened.value === bin.label}
            onToggle={(event) => {
              if (event.currentTarget.open) opened.value = bin.label;
              else if (opened.value === bin.label) opened.value = "";
            }}
          >
            <summary>
              {say("bin-more")}
              <span class="visually-hidden"> {bin.label}</span>
            </summary>
            {opened.value === bin.label && <What bin={bin} keys={keys} />}
          </details>
        </li>
      ))}
    </ul>
  );
}

/** What can be said and done of a bin. Of the one that is open alone: a list of all keys for each of a hundred would take its time. */
function What({ bin, keys }: { readonly bin: BinRow; readonly keys: readonly KeyRow[] }) {
  return (
    <>
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
    </>
  );
}

function beliefText({ belief, item }: BinRow): string {
  if (belief === "holds") return item ?? "";
  if (belief === "taken") return say("belief-taken", { item: item ?? "" });
  if (belief === "doubt" && item !== null) return say("belief-doubt-item", { item });
  return say(`belief-${belief}`);
}
