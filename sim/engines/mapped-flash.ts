import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { soundImage } from "../../hal/boot/image-header.js";
import type { BootChoice } from "../../hal/boot/stub.js";
import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import type { Slot } from "../../hal/ports/update.js";
import type { XsWorker } from "./xs-worker.js";

/** What the boot stub in C asks of the part (hal/mcu/boot/boot-talk.c). */
const PROGRAM = 0x02;
const ERASE = 0x20;
const HEAD_BYTES = 5;
/** Of the partition `update` (hal/mcu/boot/boot-flash.h). */
const UPDATE_BYTES = 6 * 4_096;

/** The partition `update` and the two slots, as one boot sees them. */
export type BootPartitions = readonly [metadata: FlashPort, slot0: FlashPort, slot1: FlashPort];

/**
 * The cells of partitions that lie one behind the other, in a file which is memory of whoever runs the boot stub in C: it reads them there, and
 * what it programs and erases is done to the partitions; the file shows what they read then. So bits that are weak, stuck or torn are so to the
 * stub as well.
 */
export class MappedFlash {
  readonly #file: number;
  readonly #slotBytes: number;
  #partitions: BootPartitions | undefined;

  /** `bytes`: of the whole memory, the rest of which reads as zeros; `slotBytes`: of a slot, as the stub was compiled. */
  constructor(path: string, bytes: number, slotBytes: number) {
    this.#slotBytes = slotBytes;
    this.#file = openSync(path, "w+");
    ftruncateSync(this.#file, bytes);
  }

  /** From now on these are the partitions; bits that are weak read by chance, once. Throws RangeError: they are not where the stub looks. */
  powerOn(partitions: BootPartitions): void {
    const [metadata, ...slots] = partitions;
    if (metadata.sizeBytes !== UPDATE_BYTES || slots.some(({ sizeBytes }) => sizeBytes !== this.#slotBytes)) {
      const found = partitions.map(({ sizeBytes }) => sizeBytes).join(", ");
      throw new RangeError(
        `the boot stub is for partitions of ${UPDATE_BYTES} and twice ${this.#slotBytes} bytes, not of ${found}`,
      );
    }
    this.#partitions = partitions;
    for (const [partition, base] of this.#placed()) this.#show(partition, base, 0, partition.sizeBytes);
  }

  /** Does what the stub asks, and answers. Whatever a partition throws besides FlashError, a cut of the power, is passed on. */
  serve(request: Uint8Array): Uint8Array {
    const view = new DataView(request.buffer, request.byteOffset);
    const at = view.getUint32(1, true);
    const bytes = request.subarray(HEAD_BYTES);
    const [partition, base] = this.#placed().findLast(([, from]) => from <= at)!;
    const size = request[0] === ERASE ? partition.sectorBytes : bytes.length;
    try {
      if (request[0] === ERASE) partition.erase(at - base);
      else if (request[0] === PROGRAM) partition.program(at - base, bytes);
      else throw new Error(`the boot stub asks for operation ${request[0]}`);
      return Uint8Array.of(0);
    } catch (error) {
      if (error instanceof FlashError) return Uint8Array.of(1);
      throw error;
    } finally {
      this.#show(partition, base, at - base, size);
    }
  }

  /** What the stub that runs in `worker` chooses, as `chooseImage`. */
  choose(worker: XsWorker): BootChoice | undefined {
    const { result } = worker.command(new Uint8Array(0));
    if (result.length === 0) return undefined;
    const slot = result[0] as Slot;
    const image = soundImage(this.#partitions![1 + slot] as FlashPort);
    if (image === undefined) throw new Error(`the boot stub chose slot ${slot}, which holds no sound image`);
    return { slot, image, isTrial: result[1] === 1 };
  }

  close(): void {
    closeSync(this.#file);
  }

  #placed(): readonly (readonly [FlashPort, number])[] {
    let end = 0;
    return this.#partitions!.map((partition) => {
      const base = end;
      end += partition.sizeBytes;
      return [partition, base] as const;
    });
  }

  #show(partition: FlashPort, base: number, offset: number, size: number): void {
    const cells = new Uint8Array(size);
    partition.read(offset, cells);
    writeSync(this.#file, cells, 0, size, base + offset);
  }
}
