import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { previewKeys } from "../../../cloud/import/preview-keys.js";
import { csvText, ENCODINGS } from "../../../cloud/import/text.js";
import { MOST_CSV } from "../acts.js";
import { download } from "../download.js";
import type { Theatre } from "../theatre.js";
import type { Asked } from "./lists.js";
import { preparation } from "./preparation.js";

/** Of a list of keys as it comes, in UTF-16 at most. */
const MOST_CSV_BYTES = 2 * MOST_CSV;
/** Lines that a preview shows. */
const MOST_LINES = 2_000;

/** What a manager prepares and enters: the checklist for an outage, what is saved for it, and lists of keys. */
export function addManager(app: Hono, theatre: Theatre, asked: () => Asked): void {
  app.get("/api/cloud/preparation", (context) => {
    if (!theatre.machine.board.offlineCapable) return context.json(null);
    return context.json(preparation(asked(), theatre.prepared));
  });
  app.get("/api/cloud/keys.csv", async (context) => {
    const { keysFile } = await import("./pack-file.js");
    const { box, now } = asked();
    const file = keysFile(asked(), context.req.query("language"));
    theatre.prepared.note(box.id, { keysAt: now });
    return context.body(file, 200, download("text/csv; charset=utf-8", `${box.id}-keys.csv`));
  });
  app.get("/api/cloud/pack.pdf", async (context) => {
    // What makes a PDF takes a while to load: whoever asks for one waits.
    const { packFile } = await import("./pack-file.js");
    const { box, cloud, now } = asked();
    const file = await packFile(asked(), context.req.query("language"));
    theatre.prepared.note(box.id, { packAt: now, sheet: cloud.sheets.sheet(box.id).sheet });
    return context.body(file, 200, download("application/pdf", `${box.id}-pack.pdf`));
  });
  const limited = bodyLimit({
    maxSize: MOST_CSV_BYTES,
    onError: (context) =>
      context.json({ error: `the list is longer than ${MOST_CSV_BYTES / 1e6} MB: import it in parts` }, 413),
  });
  const textOf = (bytes: ArrayBuffer, encoding: string | undefined) =>
    csvText(
      new Uint8Array(bytes),
      ENCODINGS.find((one) => one === encoding),
    );
  app.post("/api/cloud/import/preview", limited, async (context) => {
    const { cloud } = theatre;
    const csv = textOf(await context.req.arrayBuffer(), context.req.query("encoding"));
    const { columns, lines } = previewKeys(cloud.store.organisation, cloud.ingest.log.inventory, csv);
    const wrong = lines.filter(({ problems }) => problems.length > 0).length;
    const doubtful = lines.filter(({ doubts }) => doubts.length > 0).length;
    return context.json({ columns, lines: lines.slice(0, MOST_LINES), total: lines.length, wrong, doubtful });
  });
  app.post("/api/cloud/import", limited, async (context) => {
    const csv = textOf(await context.req.arrayBuffer(), context.req.query("encoding"));
    theatre.do({ act: "import", csv, sure: context.req.query("sure") === "1" });
    return context.json({});
  });
}
