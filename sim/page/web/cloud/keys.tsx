import type { KeyRow, Where } from "../../shared/lists.js";
import { act, now } from "../live.js";
import { say } from "../words.js";
import { useAsked } from "./asked.js";

export function Keys() {
  const keys = useAsked<readonly KeyRow[]>("/api/cloud/keys");
  if (keys === undefined) return <p class="note">{say("loading")}</p>;
  const lost = keys.filter(({ where }) => where.kind === "nowhere");
  return (
    <>
      {lost.length > 0 && (
        <div class="notice">
          <b>{say("nowhere")}:</b> {lost.map(({ name }) => name).join(", ")}. {say("nowhere-note")}
        </div>
      )}
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{say("col-key")}</th>
              <th scope="col">{say("col-fob")}</th>
              <th scope="col">{say("col-where")}</th>
              <th scope="col">{say("col-code")}</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id} class={key.where.kind === "holder" ? "out" : ""}>
                <th scope="row">{key.name}</th>
                <td class="mono">{key.fob ?? ""}</td>
                <td>{whereText(key.where)}</td>
                <td class="actions">
                  <span class="mono">{key.code ?? ""}</span>
                  <button
                    type="button"
                    class="quiet"
                    onClick={() => act({ act: "key-code", key: key.id, on: key.code === null })}
                  >
                    {say(key.code === null ? "key-code-make" : "key-code-take")}
                    <span class="visually-hidden"> {key.name}</span>
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

function whereText(where: Where): string {
  if (where.kind === "holder") return say("where-holder", { name: where.name });
  if (where.kind !== "bin") return say(`where-${where.kind}`);
  if (where.box !== now.box.value?.id) return say("where-other", { bin: where.bin, box: where.box });
  return say(where.certain ? "where-bin" : "where-perhaps", { bin: where.bin });
}
