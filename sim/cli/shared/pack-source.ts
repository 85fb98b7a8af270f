import { existsSync } from "node:fs";
import { join } from "node:path";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { CloudError } from "../../cloud/domain.js";
import type { PackNeeds } from "../../cloud/pack/pack.js";
import { CloudService } from "../../cloud/service.js";
import { CloudStore } from "../../cloud/store.js";
import { makeSample } from "../../samples/sample.js";
import { Random } from "../../world/random.js";

/** As in every scenario that is not told otherwise. */
const SAMPLE_SEED = 1;

/** Where `npm start` keeps everything unless it is told otherwise. */
export const DEFAULT_DIRECTORY = ".data";

/**
 * The cloud's database in `directory`; where none is named, that of a simulator that was started in this folder, and else the
 * sample organisation. Throws CloudError.
 */
export function openSource(directory: string | undefined, nowSeconds: number): PackNeeds {
  // The sample's codes beside a box that is running would be taken for that box's.
  const found = directory ?? (existsSync(databaseIn(DEFAULT_DIRECTORY)) ? DEFAULT_DIRECTORY : undefined);
  const store = found === undefined ? sampleStore(nowSeconds) : storeIn(found);
  return { store, hash: TWEETNACL_HASH, nowSeconds, isSample: found === undefined };
}

function databaseIn(directory: string): string {
  return join(directory, "cloud.json");
}

function storeIn(directory: string): CloudStore {
  const file = databaseIn(directory);
  if (!existsSync(file)) {
    throw new CloudError(
      `there is no cloud database ${file}: name the folder that \`npm start -- --data\` uses, or start one there first`,
    );
  }
  try {
    return CloudStore.copyOfFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CloudError(`${file} cannot be read (${code}): run this as the user that runs the cloud`);
  }
}

function sampleStore(nowSeconds: number): CloudStore {
  const random = new Random(SAMPLE_SEED);
  const store = new CloudStore();
  const cloud = new CloudService({
    store,
    now: () => nowSeconds,
    timers: { set: () => 0, clear: () => {} },
    random: (count) => random.bytes(count),
  });
  makeSample(cloud, SAMPLE_SEED);
  return store;
}
