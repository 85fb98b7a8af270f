import * as v from "valibot";
import { CommandKind } from "../../../../firmware/records/records.js";
import { nameIn } from "../../ingest/names.js";
import type { CloudService } from "../../service.js";
import type { IssuedCommand } from "../../state.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { type Route, route } from "../route.js";
import { CommandView, PathName, SheetNumber, SheetView, Unlock } from "../schemas.js";
import { BoxPath, binOf, boxOf } from "./boxes.js";

const SheetPath = v.object({ box: PathName, sheet: PathName });

/** What a box is told to do, and its printed codes. */
export const OPERATION_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/boxes/{box}/commands",
    id: "listCommands",
    summary: "What the box was told to do, and whether it has heard",
    tag: "operations",
    scope: "read",
    params: BoxPath,
    query: PageQuery,
    status: 200,
    answer: pageOf(CommandView),
    run({ cloud }, { path, query }) {
      boxOf(cloud, path.box);
      const { items, next } = pageById(cloud.store.boxState(path.box).commands, `commands/${path.box}`, query);
      return { items: items.map((command) => commandView(cloud, path.box, command)), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/boxes/{box}/unlocks",
    id: "unlock",
    summary: "One-touch: the bin opens at the next press of the box's button within a minute",
    tag: "operations",
    scope: "operate",
    params: BoxPath,
    body: Unlock,
    status: 202,
    answer: CommandView,
    run({ cloud }, { path, body }) {
      binOf(cloud, { box: path.box, bin: body.bin });
      return commandView(cloud, path.box, cloud.oneTouchUnlock(path.box, body.bin));
    },
  }),
  route({
    method: "post",
    path: "/v1/boxes/{box}/reboots",
    id: "reboot",
    summary: "Makes the box start anew",
    tag: "operations",
    scope: "operate",
    params: BoxPath,
    status: 202,
    answer: CommandView,
    run({ cloud }, { path }) {
      boxOf(cloud, path.box);
      return commandView(cloud, path.box, cloud.reboot(path.box));
    },
  }),
  route({
    method: "post",
    path: "/v1/boxes/{box}/sheets",
    id: "rotateSheet",
    summary: "Takes the next sheet of emergency codes into use",
    tag: "operations",
    scope: "operate",
    params: BoxPath,
    status: 201,
    answer: SheetNumber,
    run({ cloud }, { path }) {
      boxOf(cloud, path.box);
      return { box: path.box, sheet: cloud.sheets.rotate(path.box) };
    },
  }),
  route({
    method: "post",
    path: "/v1/boxes/{box}/sheets/closed",
    id: "closeSheets",
    summary: "Closes every sheet older than the one in force",
    tag: "operations",
    scope: "operate",
    params: BoxPath,
    status: 202,
    answer: CommandView,
    run({ cloud }, { path }) {
      boxOf(cloud, path.box);
      return commandView(cloud, path.box, cloud.closeSheets(path.box));
    },
  }),
  route({
    method: "get",
    path: "/v1/boxes/{box}/sheets/{sheet}",
    id: "getSheet",
    summary: "Codes of a sheet, by its number; `current`: of the one in force",
    tag: "operations",
    scope: "codes",
    params: SheetPath,
    status: 200,
    answer: SheetView,
    run({ cloud }, { path }) {
      boxOf(cloud, path.box);
      const sheet = cloud.sheets.sheet(path.box, path.sheet === "current" ? undefined : Number(path.sheet));
      return {
        ...sheet,
        targets: sheet.targets.map(({ target, codes }) => ({ target, codes: codes.map((code) => ({ ...code })) })),
      };
    },
  }),
];

function commandView(
  { store }: CloudService,
  box: string,
  { id, command, bin, sheet, issued, status }: IssuedCommand,
): v.InferInput<typeof CommandView> {
  const label =
    bin === undefined ? undefined : store.organisation.boxes.find((one) => one.id === box)?.bins[bin]?.label;
  return { id, kind: nameIn(CommandKind, command), bin: label ?? null, sheet: sheet ?? null, issued, status };
}
