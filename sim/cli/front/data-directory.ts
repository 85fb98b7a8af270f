import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CloudError } from "../../cloud/domain.js";
import { DurableJsonFile } from "../../cloud/durable-file.js";
import { LockedError, LockFile } from "../../cloud/lock-file.js";
import { checkOrganisation } from "../../cloud/organisation.js";
import { FolderShelf } from "../../cloud/releases/folder-shelf.js";
import type { CloudData } from "../../cloud/state.js";
import { CloudStore } from "../../cloud/store.js";
import { PersistError } from "../../world/machine/persist.js";

/** The data directory cannot be used; the message names the file, what is wrong with it, and the way out. */
export class DataError extends Error {}

const WorldSchema = v.object({
  format: v.literal(1),
  /** Simulators that were started on this directory so far. */
  starts: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** True time of the simulated world when it was saved, s since 1970 UTC: it may be ahead of the host's. */
  wallSeconds: v.pipe(v.number(), v.minValue(0)),
});
export type WorldState = v.InferOutput<typeof WorldSchema>;

/** What a simulator wrote there, so that starting over removes nothing else. */
const OURS = [
  "cloud.json",
  "cloud.json.new",
  "cloud.log",
  "cloud.log.new",
  "cloud.lock",
  "cloud.json.erased",
  "world.json",
  "world.json.new",
  "prepared.json",
  "prepared.json.new",
  "boxes",
  "releases",
];

/** Where `npm start` keeps everything. One simulator at a time. */
export class DataDirectory {
  readonly path: string;
  /** Firmware that people have put here. */
  readonly releases: FolderShelf;
  readonly #lock: LockFile;

  /** Makes the directory if need be and takes it. Throws DataError. */
  constructor(path: string) {
    this.path = path;
    this.releases = new FolderShelf(join(path, "releases"));
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw new DataError(`${path} cannot be used: ${(error as Error).message}; choose another with --data DIR`);
    }
    this.#lock = takeLock(path);
  }

  get isFresh(): boolean {
    return !OURS.some((name) => existsSync(join(this.path, name)));
  }

  /** Starts over: removes what simulators have kept here, and nothing else. */
  clear(): void {
    for (const name of OURS) rmSync(join(this.path, name), { recursive: true, force: true });
  }

  release(): void {
    this.#lock.release();
  }

  get world(): WorldState {
    return this.read("world.json", WorldSchema) ?? { format: 1, starts: 0, wallSeconds: 0 };
  }

  /** Durable when it returns, as the other writes here. */
  set world(state: WorldState) {
    this.write("world.json", state);
  }

  boxFolder(box: string): string {
    const folder = join(this.path, "boxes", box);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Undefined when there is no such file. */
  read<const S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> | undefined {
    const file = join(this.path, name);
    if (!existsSync(file)) return undefined;
    return this.soundly(file, () => v.parse(schema, JSON.parse(readFileSync(file, "utf8"))));
  }

  write(name: string, value: unknown): void {
    new DurableJsonFile<unknown>(join(this.path, name)).write(value);
  }

  /** Opens the cloud's database, after `make` has given its first content where there is none. */
  cloud(make: () => CloudData, nowSeconds: number): CloudStore {
    const file = join(this.path, "cloud.json");
    if (!existsSync(file)) new DurableJsonFile<CloudData>(file).write(make());
    return this.soundly(file, () => {
      const store = CloudStore.inFile(file);
      try {
        if (store.organisation.boxes.length === 0) throw new CloudError("there is no box in it");
        checkOrganisation(store.organisation, new WeakSet(), nowSeconds);
        return store;
      } catch (error) {
        store.close();
        throw error;
      }
    });
  }

  /** Runs `read` and makes anything that goes wrong a DataError about `file`. */
  soundly<T>(file: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#damaged(file, error);
    }
  }

  #damaged(file: string, error: unknown): DataError {
    const message = error instanceof Error ? error.message : String(error);
    const cause = error instanceof PersistError || message.includes(file) ? message : `${file}: ${message}`;
    return new DataError(
      `${cause}\nPut back a copy of it, use another directory (--data DIR), or start over (--fresh).`,
    );
  }
}

/** Throws DataError. */
function takeLock(path: string): LockFile {
  const file = join(path, "lock");
  try {
    return new LockFile(file);
  } catch (error) {
    if (!(error instanceof LockedError)) {
      throw new DataError(`${file}: ${(error as Error).message}; choose another directory with --data DIR`);
    }
    const { owner } = error;
    throw new DataError(
      `${path} is in use by process ${owner}: quit that simulator or choose another directory with --data DIR ` +
        `(if process ${owner} is no simulator, delete ${file})`,
    );
  }
}
