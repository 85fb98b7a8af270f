import { randomBytes } from "node:crypto";
import { boardOf } from "../../../hal/boards/index.js";
import { type Box, CloudError, type Location, LocationSchema, type Organisation } from "../../cloud/domain.js";
import { calledSo } from "../../cloud/names.js";
import { binLabels } from "../../cloud/new-box.js";
import { CloudService } from "../../cloud/service.js";
import { CloudStore } from "../../cloud/store.js";
import type { DataDirectory } from "../front/data-directory.js";

/** A box to be found or made. All but its id is for one that is new. */
export interface NewBox {
  readonly box: string;
  readonly model: string;
  /** Bins of each unit, such as `12+8`. */
  readonly bins: string;
  readonly location: string;
  readonly zone: string;
  readonly language: string;
}

/** The cloud's record of the box, durable when it returns. Throws CloudError and DataError; then nothing has changed. */
export function recordOf(data: DataDirectory, wanted: NewBox): { readonly box: Box; readonly isNew: boolean } {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  let made: Box | undefined;
  // A database is written as a whole, with the box in it: one without a box is taken for a damaged one.
  const store = data.cloud(() => {
    const cloud = service(new CloudStore(), nowSeconds);
    made = add(cloud, wanted);
    return cloud.store.data;
  }, nowSeconds);
  try {
    return recordIn(store, made, wanted, nowSeconds);
  } finally {
    store.close();
  }
}

/** `made`: the box is new with its database. */
function recordIn(
  store: CloudStore,
  made: Box | undefined,
  wanted: NewBox,
  nowSeconds: number,
): ReturnType<typeof recordOf> {
  const known = made ?? store.organisation.boxes.find((box) => box.id.toLowerCase() === wanted.box.toLowerCase());
  if (known === undefined) return { box: add(service(store, nowSeconds), wanted), isNew: true };
  requireOffline(known.model);
  return { box: known, isNew: made !== undefined };
}

function add({ admin, store }: CloudService, { box: id, model, bins, location, zone, language }: NewBox): Box {
  requireOffline(model);
  const units = binLabels(bins.split("+").map(Number));
  const place =
    placeIn(store.organisation, location) ??
    admin.addLocation({ name: location, timeZone: zone, language: languageOf(language) });
  return admin.addNewBox({ id, model: model as Box["model"], location: place.id, bins: units });
}

/** Throws CloudError: a box without an offline mode reads no identity. */
function requireOffline(model: string): void {
  let isOffline: boolean;
  try {
    isOffline = boardOf(model).profile.offlineCapable;
  } catch (error) {
    throw new CloudError(error instanceof Error ? error.message : String(error));
  }
  if (!isOffline)
    throw new CloudError(`${model} has no offline mode and runs no such firmware: \`npm run pack\` prints its plan`);
}

function placeIn({ locations }: Organisation, name: string): Location | undefined {
  const [place, another] = calledSo(locations, name);
  if (another !== undefined)
    throw new CloudError(`there is more than one location ${name}: give them names that differ`);
  return place;
}

function languageOf(text: string): Location["language"] {
  const languages = LocationSchema.entries.language.options;
  const found = languages.find((one) => one === text);
  if (found === undefined) throw new CloudError(`--language ${text}: it is one of ${languages.join(", ")}`);
  return found;
}

function service(store: CloudStore, nowSeconds: number): CloudService {
  return new CloudService({
    store,
    now: () => nowSeconds,
    timers: { set: () => 0, clear: () => {} },
    random: (count) => new Uint8Array(randomBytes(count)),
  });
}
