import * as v from "valibot";
import type { Box } from "../../domain.js";
import { binLabels } from "../../new-box.js";
import type { CloudService } from "../../service.js";
import { PageQuery, pageById, pageOf } from "../paging.js";
import { found, type Route, route } from "../route.js";
import { BinChanges, BinContent, BinView, BoxChanges, BoxView, NewBox, PathName } from "../schemas.js";
import { alertView } from "./alerts.js";

export const BoxPath = v.object({ box: PathName });
const BinPath = v.object({ box: PathName, bin: PathName });

/** Boxes, and what hangs in them. */
export const BOX_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/boxes",
    id: "listBoxes",
    summary: "Boxes, with their supply and what is held up",
    tag: "boxes",
    scope: "read",
    query: PageQuery,
    status: 200,
    answer: pageOf(BoxView),
    run({ cloud }, { query }) {
      const { items, next } = pageById(cloud.store.organisation.boxes, "boxes", query);
      return { items: items.map((box) => boxView(cloud, box)), next };
    },
  }),
  route({
    method: "post",
    path: "/v1/boxes",
    id: "addBox",
    summary: "Adds a box with secrets of its own; `npm run provision` writes its identity",
    tag: "boxes",
    scope: "write",
    body: NewBox,
    status: 201,
    answer: BoxView,
    run({ cloud }, { body: { id, model, location, units } }) {
      return boxView(cloud, cloud.admin.addNewBox({ id, model, location, bins: binLabels(units) }));
    },
  }),
  route({
    method: "get",
    path: "/v1/boxes/{box}",
    id: "getBox",
    summary: "One box",
    tag: "boxes",
    scope: "read",
    params: BoxPath,
    status: 200,
    answer: BoxView,
    run: ({ cloud }, { path }) => boxView(cloud, boxOf(cloud, path.box)),
  }),
  route({
    method: "patch",
    path: "/v1/boxes/{box}",
    id: "moveBox",
    summary: "Says that the box hangs at another location",
    tag: "boxes",
    scope: "write",
    params: BoxPath,
    body: BoxChanges,
    status: 200,
    answer: BoxView,
    run({ cloud }, { path, body }) {
      boxOf(cloud, path.box);
      cloud.admin.moveBox(path.box, body.location);
      return boxView(cloud, boxOf(cloud, path.box));
    },
  }),
  route({
    method: "get",
    path: "/v1/boxes/{box}/bins",
    id: "listBins",
    summary: "Bins of a box, and what is believed of each",
    tag: "bins",
    scope: "read",
    params: BoxPath,
    status: 200,
    answer: v.object({ items: v.array(BinView) }),
    run({ cloud }, { path }) {
      const box = boxOf(cloud, path.box);
      return { items: box.bins.map((_, bin) => binView(cloud, box, bin)) };
    },
  }),
  route({
    method: "patch",
    path: "/v1/boxes/{box}/bins/{bin}",
    id: "setBinEnabled",
    summary: "Takes a bin out of service, or puts it back",
    tag: "bins",
    scope: "operate",
    params: BinPath,
    body: BinChanges,
    status: 200,
    answer: BinView,
    run({ cloud }, { path, body }) {
      const bin = binOf(cloud, path);
      cloud.setBinEnabled(path.box, path.bin, body.enabled);
      return binView(cloud, boxOf(cloud, path.box), bin);
    },
  }),
  route({
    method: "put",
    path: "/v1/boxes/{box}/bins/{bin}/content",
    id: "correctBin",
    summary: "Somebody looked: this key hangs there, or nothing",
    tag: "bins",
    scope: "write",
    params: BinPath,
    body: BinContent,
    status: 200,
    answer: BinView,
    run({ cloud }, { path, body: { key, sure } }) {
      const bin = binOf(cloud, path);
      if (key === null) cloud.admin.emptyBin(path.box, path.bin, sure);
      else cloud.admin.fillBin(path.box, path.bin, key, sure);
      return binView(cloud, boxOf(cloud, path.box), bin);
    },
  }),
];

export function boxOf({ store }: CloudService, id: string): Box {
  return found(
    store.organisation.boxes.find((one) => one.id === id),
    `box ${id}`,
  );
}

export function binOf(cloud: CloudService, { box, bin }: { readonly box: string; readonly bin: string }): number {
  const number = boxOf(cloud, box).bins.findIndex(({ label }) => label === bin);
  return found(number < 0 ? undefined : number, `bin ${bin} in box ${box}`);
}

function binView({ ingest }: CloudService, box: Box, bin: number): v.InferInput<typeof BinView> {
  const { belief, item } = ingest.log.inventory.content(box.id, bin);
  const [kind, id = ""] = (item ?? "").split(":");
  const { label, enabled } = box.bins[bin]!;
  return { label, enabled, belief, key: kind === "key" ? Number(id) : null, fob: kind === "fob" ? id : null };
}

function boxView(cloud: CloudService, { id, model, location, bins }: Box): v.InferInput<typeof BoxView> {
  const { online, lastSeen, status } = cloud.store.boxState(id);
  const power = cloud.power(id);
  return {
    id,
    model,
    location,
    bins: bins.length,
    online,
    lastSeen: lastSeen ?? null,
    link: status?.link ?? null,
    faults: [...(status?.faults ?? [])],
    power:
      power === undefined
        ? null
        : {
            toldAt: power.toldAt,
            mains: power.mains,
            chargePercent: power.chargePercent ?? null,
            millivolts: power.millivolts ?? null,
            celsius: power.celsius ?? null,
            mainsLostAt: power.mainsLostAt ?? null,
            emptyAt: power.emptyAt ?? null,
          },
    permissions: cloud.permissions.versions(id),
    recordsMissing: cloud.recordsMissing(id),
    alerts: cloud.alerts.of(id).map(alertView),
  };
}
