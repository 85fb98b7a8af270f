import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ImportPreview } from "../../shared/lists.js";
import { LANGUAGES } from "../../shared/state.js";
import { act, complaint, line, post } from "../live.js";
import { LANGUAGE_NAMES, say } from "../words.js";

const MODELS = ["MS5", "MS4", "MS3"] as const;
/** A longer list is not taken, bytes: it is told before it is sent. */
const MOST_BYTES = 4_000_000;

/** An organisation of one's own: from nothing, or one more place, box and list of keys. */
export function Own() {
  return (
    <>
      <h3>{say("own-keys")}</h3>
      <Import />
      <h3>{say("own-place")}</h3>
      <PlaceAndBox isNew={false} />
      <h3>{say("own-new")}</h3>
      <p class="note">{say("own-new-note")}</p>
      <PlaceAndBox isNew={true} />
    </>
  );
}

const preview = signal<ImportPreview | undefined>(undefined);
const file = signal<File | undefined>(undefined);
const encoding = signal("");

async function look(): Promise<void> {
  preview.value = undefined;
  const chosen = file.value;
  if (chosen === undefined) return;
  if (chosen.size > MOST_BYTES) {
    complaint.value = say("import-too-long", { mb: MOST_BYTES / 1e6 });
    file.value = undefined;
    return;
  }
  try {
    const path = `/api/cloud/import/preview?encoding=${encoding.value}`;
    const answer = await fetch(path, { method: "POST", body: chosen });
    const told = (await answer.json()) as ImportPreview & { error?: string };
    if (answer.ok) preview.value = told;
    complaint.value = answer.ok ? undefined : told.error;
  } catch {
    line.value = "lost";
  }
}

function Import() {
  const chooser = useRef<HTMLInputElement>(null);
  const found = preview.value;
  const take = async () => {
    const path = `/api/cloud/import?sure=${(found?.doubtful ?? 0) > 0 ? 1 : 0}&encoding=${encoding.value}`;
    if (!(await post(path, file.value!))) return;
    preview.value = undefined;
    file.value = undefined;
  };
  return (
    <>
      <p class="note">{say("import-note")}</p>
      <div class="form">
        <label class="button file">
          {say("import-choose")}
          <input
            ref={chooser}
            type="file"
            class="visually-hidden"
            accept=".csv,.txt,text/csv"
            onChange={(event) => {
              file.value = event.currentTarget.files?.[0];
              event.currentTarget.value = "";
              void look();
            }}
          />
        </label>
        <label>
          <span>{say("import-encoding")}</span>
          <select
            value={encoding.value}
            onChange={(event) => {
              encoding.value = event.currentTarget.value;
              void look();
            }}
          >
            <option value="">Unicode</option>
            <option value="windows-1252">Windows-1252</option>
            <option value="shift_jis">Shift_JIS</option>
          </select>
        </label>
        {found !== undefined && (
          <button type="button" class="strong" disabled={found.wrong > 0 || found.total === 0} onClick={take}>
            {say(found.doubtful > 0 ? "import-do-sure" : "import-do", { count: found.total })}
          </button>
        )}
      </div>
      {found !== undefined && <Preview found={found} />}
    </>
  );
}

function Preview({ found }: { found: ImportPreview }) {
  const { columns, lines, total, wrong, doubtful } = found;
  return (
    <>
      <p role="status">{say("import-found", { total, wrong, doubtful })}</p>
      <div class="wide">
        <table class="preview">
          <thead>
            <tr>
              <th scope="col">{say("import-line")}</th>
              {columns.map((column, i) => (
                <th scope="col" key={i}>
                  {column}
                </th>
              ))}
              <th scope="col">{say("import-says")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ line, fields, problems, doubts }) => (
              <tr key={line} class={problems.length > 0 ? "wrong" : doubts.length > 0 ? "doubtful" : ""}>
                <td>{line}</td>
                {columns.map((_, i) => (
                  <td key={i}>{fields[i]}</td>
                ))}
                <td lang="en">{[...problems, ...doubts].join("; ") || "✓"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** `isNew`: everything begins with them. */
function PlaceAndBox({ isNew }: { isNew: boolean }) {
  const submit = async (form: HTMLFormElement) => {
    const field = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const units = field("units").split("+").map(Number);
    const own = {
      location: field("location"),
      timeZone: field("zone"),
      language: LANGUAGES.find((one) => one === field("language"))!,
      box: field("box"),
      model: MODELS.find((one) => one === field("model"))!,
      units,
    };
    if (await act({ act: isNew ? "begin-own" : "add-own", ...own })) form.reset();
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <label>
        <span>{say("own-location")}</span>
        <input type="text" name="location" required maxLength={200} />
      </label>
      <label>
        <span>{say("own-zone")}</span>
        <input
          type="text"
          name="zone"
          required
          maxLength={64}
          defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
        />
      </label>
      <label>
        <span>{say("language")}</span>
        <select name="language">
          {LANGUAGES.map((one) => (
            <option key={one} value={one}>
              {LANGUAGE_NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{say("own-box")}</span>
        <input type="text" name="box" required maxLength={32} placeholder="MS5-LYON" />
      </label>
      <label>
        <span>{say("own-model")}</span>
        <select name="model">
          {MODELS.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{say("own-units")}</span>
        <input type="text" name="units" required pattern="\d+(\+\d+)*" defaultValue="12+12" />
      </label>
      <button type="submit" class={isNew ? "bad" : ""}>
        {say(isNew ? "own-begin" : "own-add")}
      </button>
    </form>
  );
}
