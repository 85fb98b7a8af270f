import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { CloudError } from "../domain.js";
import { CloudStore } from "../store.js";
import { logPath } from "./embedded.js";
import { FileDisk, syncFolder } from "./file-disk.js";
import { LogFile } from "./log-file.js";

const PIECE_BYTES = 1024 * 1024;

export interface BackUp {
  /** The copy's document; its log is beside it. */
  readonly file: string;
  readonly bytes: number;
  readonly boxes: number;
  /** Exchanges and emergency openings in its log. */
  readonly entries: number;
}

/**
 * Copies the database `path` and its log into `folder`, whoever has them open, and opens the copy to see that it is whole. The document
 * comes first, which is replaced as a whole; what the log has above it makes it newer. Of the log only whole groups are copied. Throws
 * CloudError: a folder that has such a copy already, no room, a database that is damaged.
 */
export function backUp(path: string, folder: string): BackUp {
  const file = join(folder, basename(path));
  if (existsSync(file) || existsSync(logPath(file))) {
    throw new CloudError(`${folder} has a copy already, which stays as it is: give each copy a folder of its own`);
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CloudError(`the copy was not made, there can be no folder ${folder}: ${(error as Error).message}`);
  }
  try {
    const document = readFileSync(path);
    const logBytes = existsSync(logPath(path)) ? copyLog(logPath(path), logPath(file)) : 0;
    // The document last: without it, nobody takes half a copy for one.
    write(`${file}.new`, [document]);
    renameSync(`${file}.new`, file);
    syncFolder(folder);
    const { organisation, exchanges, emergencies } = whole(file);
    return {
      file,
      bytes: document.length + logBytes,
      boxes: organisation.boxes.length,
      entries: exchanges.length + emergencies.length,
    };
  } catch (error) {
    for (const half of [file, `${file}.new`, logPath(file)]) rmSync(half, { force: true });
    const { message } = error as Error;
    throw new CloudError(`the copy in ${folder} was not made, and what there was of it is gone: ${message}`);
  }
}

function copyLog(from: string, to: string): number {
  const disk = new FileDisk(from, true);
  try {
    const end = LogFile.read(disk, from, 0, () => {});
    write(to, pieces(disk, end));
    return end;
  } finally {
    disk.close();
  }
}

function* pieces(disk: FileDisk, end: number): Iterable<Uint8Array> {
  for (let at = 0; at < end; at += PIECE_BYTES) yield disk.read(at, Math.min(PIECE_BYTES, end - at));
}

function write(path: string, all: Iterable<Uint8Array>): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (const bytes of all) for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** All of the copy, read as a cloud reads it that begins with it. */
function whole(path: string) {
  const store = CloudStore.inFile(path);
  try {
    const { organisation, exchanges, emergencies } = store.data;
    return { organisation, exchanges, emergencies };
  } finally {
    store.close();
  }
}
