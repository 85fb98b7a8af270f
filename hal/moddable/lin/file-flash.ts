import { FlashError, type FlashPort } from "../../ports/flash.js";
import { checkRange, checkSector } from "../flash-range.js";
import { FlashFile } from "./native.js";

export interface FileFlashOptions {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A partition in a file. What was written is there after the process is killed. */
export class FileFlash implements FlashPort {
  readonly sizeBytes: number;
  readonly #file: FlashFile;

  constructor(options: FileFlashOptions) {
    this.sizeBytes = options.sizeBytes;
    this.#file = new FlashFile(options.path, options.sizeBytes, false);
  }

  get sectorBytes(): number {
    return 4_096;
  }

  get alignBytes(): number {
    return 1;
  }

  read(offset: number, into: Uint8Array): void {
    checkRange("read", this, offset, into.length);
    demand("read", offset, this.#file.read(offset, into));
  }

  program(offset: number, bytes: Uint8Array): void {
    checkRange("program", this, offset, bytes.length);
    demand("program", offset, this.#file.program(offset, bytes));
  }

  erase(offset: number): void {
    checkSector(this, offset);
    demand("erase", offset, this.#file.erase(offset, this.sectorBytes));
  }
}

function demand(operation: string, offset: number, error: string | undefined): void {
  if (error !== undefined) throw new FlashError(`${operation} at ${offset}: ${error}`);
}
