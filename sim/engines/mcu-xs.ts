import { join } from "node:path";
import { MappedFlash } from "./mapped-flash.js";
import type { ImageFault } from "./node-image.js";
import { BOARD_SLOT_BYTES, bootStub } from "./xs/boot-stub.js";
import { type McuImageOptions, mcuImage, strippedImage } from "./xs/mcu-image.js";
import { xsProgram } from "./xs/program.js";
import type { Serve, StubMachines, XsMachines } from "./xs-machines.js";
import { XsHost, XsWorker } from "./xs-worker.js";

/**
 * On an emulated Cortex-M7: QEMU runs the image of `hal/mcu`, a fresh one for every boot, and its semihosting reaches the two pipes.
 * The emulated processor stands still while the world answers.
 */
export class McuXs implements XsMachines {
  /** The image holds bytecode, and a boot evaluates it anew. */
  readonly loadComputrons = 0;
  /** The whole of an image, the machine code with it. */
  readonly program = async (fault: ImageFault, version: string) => {
    const source = await xsProgram(fault, version, "mcu-update-machine.ts");
    return strippedImage(await mcuImage({ source }));
  };
  readonly #host: XsHost;
  readonly #image: string;
  #stub: BoardStub | undefined;

  /** `image`: what it runs where no slot holds another. */
  private constructor(command: readonly string[], image: string) {
    this.#host = new XsHost(command, "-kernel");
    this.#image = image;
  }

  /** Throws NoXsError where XS, the emulator or the cross compiler cannot be had. */
  static async open(): Promise<McuXs> {
    image ??= mcuImage();
    return new McuXs(QEMU, await image);
  }

  /** The same with a timer that counts instructions, and an XS that counts nothing. */
  static async counting(runs: Pick<McuImageOptions, "program" | "source"> = {}): Promise<McuXs> {
    const image = await mcuImage({ ...runs, metering: false });
    return new McuXs([...QEMU, "-icount", "shift=0,sleep=off"], image);
  }

  /**
   * With its flash in the file `flash` (`CHIP_FLASH_BYTES`), which outlives the emulator. Before each boot the file `lifetime` tells after how
   * many seconds, with a fraction, SIGKILL ends the emulator; 0: not at all.
   */
  static async withFlash({ flash, lifetime }: { flash: string; lifetime: string }): Promise<McuXs> {
    const image = await mcuImage({ program: "mcu-flash-machine.ts" });
    return new McuXs(["sh", "-c", MORTAL, lifetime, ...qemuWithFlash(flash)], image);
  }

  start(serve: Serve): XsWorker {
    return new XsWorker(this.#host, serve, this.#image);
  }

  /** What a slot holds runs by way of the boot stub, which loads it. */
  get stub(): StubMachines {
    this.#stub ??= new BoardStub(join(this.#host.dir, "flash"));
    return this.#stub;
  }

  close(): void {
    this.#stub?.close();
    this.#host.close();
  }
}

/** The emulated board with the boot stub of `hal/mcu/boot` where its reset leads, and the slots in its flash. */
class BoardStub implements StubMachines {
  readonly slotBytes = BOARD_SLOT_BYTES;
  readonly flash: MappedFlash;
  readonly #host: XsHost;
  readonly #program = bootStub("board");

  constructor(path: string) {
    this.flash = new MappedFlash(path, CHIP_FLASH_BYTES, BOARD_SLOT_BYTES);
    this.#host = new XsHost(qemuWithFlash(path), "-kernel");
  }

  start(serve: Serve): XsWorker {
    return new XsWorker(this.#host, serve, this.#program);
  }

  close(): void {
    this.#host.close();
    this.flash.close();
  }
}

/** Of the board's memory that can be a file: its PSRAM. */
export const CHIP_FLASH_BYTES = 16 * 1024 * 1024;

/** `$0` is the file with the seconds. */
const MORTAL = 'exec timeout --foreground --signal=KILL "$(cat "$0")" "$@"';

const BOARD = "mps2-an500";
const QEMU = [
  "qemu-system-arm",
  ...["-M", BOARD, "-display", "none", "-monitor", "none", "-serial", "none"],
  ...["-semihosting-config", "enable=on,target=native"],
];

function qemuWithFlash(path: string): readonly string[] {
  const memory = ["-object", `memory-backend-file,id=flash,size=${CHIP_FLASH_BYTES},mem-path=${path},share=on`];
  const [program, ...rest] = QEMU.map((word) => (word === BOARD ? `${BOARD},memory-backend=flash` : word));
  return [program!, ...memory, ...rest];
}

/** One for all of this process: the sources do not change under it. */
let image: Promise<string> | undefined;
