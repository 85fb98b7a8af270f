import type { SectorNow } from "../../shared/state.js";
import { now } from "../live.js";
import { dateTime, say, sayAny } from "../words.js";
import { Supply } from "./supply.js";
import { Engine, States, Wire } from "./wire.js";

/** What nobody sees from outside: the journal on flash, and how supply and links went. */
export function Inside() {
  return (
    <>
      <h3>{say("states-title")}</h3>
      <States />
      <Engine />
      <Journal />
      <h3>{say("wire-title")}</h3>
      <Wire />
      <h3>{say("supply-title")}</h3>
      <Supply />
    </>
  );
}

const LEGEND = ["free", "head", "unsent", "live", "old", "damaged"] as const;

function Journal() {
  const journal = now.journal.value;
  if (journal === undefined) return <p class="note">{say("loading")}</p>;
  const { sectors, sectorBytes, nextSeq, ackedThrough, records } = journal;
  const unsent = Math.max(0, nextSeq - 1 - ackedThrough);
  return (
    <>
      <h3>{say("journal-title")}</h3>
      <p class="note">{say("journal-note", { sectors: sectors.length, kb: sectorBytes / 1_024 })}</p>
      <p>{unsent === 0 ? say("journal-clear") : <b>{say("journal-waiting", { unsent })}</b>}</p>
      <ul class="sectors">
        {sectors.map((sector, i) => (
          <li key={i} class={`sector ${lookOf(sector)}`} title={aboutSector(sector, i)}>
            <span
              class="fill"
              ref={(fill) => {
                if (fill !== null) fill.style.height = `${sector.used}%`;
              }}
            />
            <span class="visually-hidden">{aboutSector(sector, i)}</span>
          </li>
        ))}
      </ul>
      <ul class="legend" aria-hidden="true">
        {LEGEND.map((look) => (
          <li key={look}>
            <span class={`sector ${look}`}>
              <span class="fill whole" />
            </span>
            {sayAny(`sector-${look}`)}
          </li>
        ))}
      </ul>
      <div class="wide">
        <table class="records">
          <thead>
            <tr>
              <th scope="col">{say("col-number")}</th>
              <th scope="col">{say("col-when")}</th>
              <th scope="col">{say("col-record")}</th>
              <th scope="col">{say("col-detail")}</th>
              <th scope="col">{say("col-cloud")}</th>
            </tr>
          </thead>
          <tbody>
            {records.slice(0, 12).map((record) => (
              <tr key={record.seq} class={record.acked ? "" : "unsent"}>
                <td class="mono">{record.seq}</td>
                <td class="mono">{record.time === null ? "" : dateTime(record.time)}</td>
                <td>{sayAny(`rec-${record.kind}`)}</td>
                <td lang="en">{record.detail}</td>
                <td>{say(record.acked ? "record-acked" : "record-unsent")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function lookOf({ state, unsent }: SectorNow): string {
  return unsent > 0 && state !== "old" ? `${state} unsent` : state;
}

function aboutSector(sector: SectorNow, at: number): string {
  const { state, records, unsent, used, erases } = sector;
  return say("sector-about", { number: at, state: sayAny(`sector-${state}`), records, unsent, used, erases });
}
