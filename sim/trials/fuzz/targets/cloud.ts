import * as v from "valibot";
import { ROUTES } from "../../../cloud/api/routes.js";
import { ImportError } from "../../../cloud/import/import-error.js";
import { previewKeys } from "../../../cloud/import/preview-keys.js";
import { csvText } from "../../../cloud/import/text.js";
import { binLabels, newBox } from "../../../cloud/new-box.js";
import { CloudService } from "../../../cloud/service.js";
import { CloudStore } from "../../../cloud/store.js";
import { chosen, holds, type Target, unlessRefused } from "../target.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

let sample: CloudService | undefined;

/** An organisation, to which nothing is added. */
function organisation(): CloudService {
  if (sample !== undefined) return sample;
  sample = new CloudService({
    store: new CloudStore(),
    now: () => 1_800_000_000,
    timers: { set: () => 1, clear: () => {} },
    random: (count) => new Uint8Array(count).fill(7),
  } as ConstructorParameters<typeof CloudService>[0]);
  const { id: location } = sample.admin.addLocation({ name: "Paris Marais", timeZone: "Europe/Paris", language: "fr" });
  const box = { id: "MS5-PARIS", model: "MS5", location, bins: binLabels([12, 12]) } as const;
  sample.admin.addBox(newBox(box, (count) => new Uint8Array(count).fill(7)));
  sample.admin.addUser({ name: "Ana" });
  return sample;
}

const csv: Target = {
  name: "csv",
  what: "a list of keys as a spreadsheet writes it",
  seeds: () => [
    bytesOf("key name,fob serial,bin,home location\nVan 9,900VAN,MS5-PARIS A-9,Paris Marais\n"),
    bytesOf('sep=;\nkey name;fob serial;bin;home location\n"a ""b""";;;Paris Marais\n'),
    Uint8Array.from([0xff, 0xfe, 0x6b, 0, 0x65, 0]),
  ],
  run(input) {
    const { store, ingest } = organisation();
    unlessRefused(() => {
      const { columns, lines } = previewKeys(store.organisation, ingest.log.inventory, csvText(input));
      holds(
        lines.every(({ line }) => Number.isInteger(line) && line >= 1),
        "a line without a number",
      );
      holds(columns.length > 0, "a table without columns");
    }, ImportError);
  },
};

const BODIES = ROUTES.flatMap(({ body }) => (body === undefined ? [] : [body as v.GenericSchema]));

const rest: Target = {
  name: "rest",
  what: "bodies of the API, as JSON: the first byte chooses of which route",
  seeds: () =>
    [
      '{"name":"Van","home":1,"roaming":false}',
      '{"enabled":true}',
      '{"url":"https://example.com/","types":["exchange"]}',
    ].map((text, i) => Uint8Array.from([i, ...bytesOf(text)])),
  run(input) {
    const { index, rest: json } = chosen(input, BODIES.length);
    const value = unlessRefused(() => JSON.parse(new TextDecoder().decode(json)) as unknown, SyntaxError);
    if (value === undefined) return;
    const { success, issues } = v.safeParse(BODIES[index]!, value);
    holds(success || issues.length > 0, "refused without a reason");
  },
};

export const CLOUD_TARGETS: readonly Target[] = [csv, rest];
