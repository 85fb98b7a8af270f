import type { SheetView } from "../../shared/lists.js";
import { act, now } from "../live.js";
import { language, say } from "../words.js";
import { useAsked } from "./asked.js";

/** The printed codes, and the pack that they are printed in. */
export function Sheets() {
  const box = now.box.value!;
  const pack = (
    <a class="button strong" href={`/api/cloud/pack.pdf?language=${language.value}`} download>
      {say("pack-save")}
    </a>
  );
  if (!box.canOffline) {
    return (
      <>
        <p>{say("no-sheets", { model: box.model })}</p>
        {pack}
      </>
    );
  }
  return <Sheet pack={pack} />;
}

function Sheet({ pack }: { pack: preact.JSX.Element }) {
  const view = useAsked<SheetView>("/api/cloud/sheet");
  if (view === undefined) return <p class="note">{say("loading")}</p>;
  return (
    <>
      <div class="form">
        <h3>{say("sheet-number", { sheet: view.sheet })}</h3>
        {pack}
        <button type="button" onClick={() => act({ act: "rotate" })}>
          {say("sheet-rotate")}
        </button>
        <button type="button" onClick={() => act({ act: "revoke" })}>
          {say("sheet-revoke")}
        </button>
      </div>
      <p class="note">{say("sheet-note")}</p>
      <ul class="sheet">
        {view.targets.map(({ target, codes }) => (
          <li key={target}>
            <b>{targetText(target)}</b>
            <span>
              {codes.map(({ number, code, state }) => (
                <span key={number} class={`code ${state}`}>
                  <small>{String(number).padStart(2, "0")}</small>{" "}
                  {state === "good" ? (
                    <span class="mono">{`${code.slice(0, 4)} ${code.slice(4)}`}</span>
                  ) : (
                    <s class="mono">{code}</s>
                  )}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function targetText(target: string): string {
  if (target === "all") return say("sheet-all");
  return target === "unmount" ? say("sheet-unmount") : target.slice(4);
}
