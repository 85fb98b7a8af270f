import { mcuImage } from "./xs/mcu-image.js";
import type { Serve, XsMachines } from "./xs-machines.js";
import { XsHost, XsWorker } from "./xs-worker.js";

/**
 * On an emulated Cortex-M7: QEMU runs the image of `hal/mcu`, a fresh one for every boot, and its semihosting reaches the two pipes.
 * The emulated processor stands still while the world answers.
 */
export class McuXs implements XsMachines {
  /** The image holds bytecode, and a boot evaluates it anew. */
  readonly loadComputrons = 0;
  /** The program is linked into it. */
  readonly runsPrograms = false;
  readonly #host: XsHost;

  private constructor(command: readonly string[]) {
    this.#host = new XsHost(command);
  }

  /** Throws NoXsError where XS, the emulator or the cross compiler cannot be had. */
  static async open(): Promise<McuXs> {
    image ??= mcuImage();
    return new McuXs([...QEMU, await image]);
  }

  /** The same with a timer that counts instructions, and an XS that counts nothing; `program` as of `mcuImage`. */
  static async counting(program?: string): Promise<McuXs> {
    const image = await mcuImage({ program, metering: false });
    return new McuXs([...QEMU.slice(0, -1), "-icount", "shift=0,sleep=off", ...QEMU.slice(-1), image]);
  }

  /**
   * With its flash in the file `flash` (`CHIP_FLASH_BYTES`), which outlives the emulator. Before each boot the file `lifetime` tells after how
   * many seconds, with a fraction, SIGKILL ends the emulator; 0: not at all.
   */
  static async withFlash({ flash, lifetime }: { flash: string; lifetime: string }): Promise<McuXs> {
    const image = await mcuImage({ program: "mcu-flash-machine.ts" });
    const memory = ["-object", `memory-backend-file,id=flash,size=${CHIP_FLASH_BYTES},mem-path=${flash},share=on`];
    const qemu = QEMU.map((word) => (word === BOARD ? `${BOARD},memory-backend=flash` : word));
    return new McuXs(["sh", "-c", MORTAL, lifetime, qemu[0]!, ...memory, ...qemu.slice(1), image]);
  }

  start(serve: Serve): XsWorker {
    return new XsWorker(this.#host, serve);
  }

  close(): void {
    this.#host.close();
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
  ...["-semihosting-config", "enable=on,target=native", "-kernel"],
];

/** One for all of this process: the sources do not change under it. */
let image: Promise<string> | undefined;
