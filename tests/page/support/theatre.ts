import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandLoop } from "../../../sim/cli/front/command-loop.js";
import { DataDirectory } from "../../../sim/cli/front/data-directory.js";
import { Desk } from "../../../sim/cli/front/desk.js";
import type { Front } from "../../../sim/cli/front/front.js";
import { Assets } from "../../../sim/page/build.js";
import { LOOPBACK, PageServer } from "../../../sim/page/server/server.js";

/** A front that nobody looks at; what it complains of is kept. */
class SilentFront implements Front {
  readonly columns = 80;
  readonly complaints: string[] = [];
  open(): void {}
  echo(): void {}
  tell(): void {}
  complain(lines: readonly string[]): void {
    this.complaints.push(lines.join(" "));
  }
  notice(): void {}
  progress(): void {}
  close(): void {}
}

/** A desk in this process with its page, and a loop that runs the clock. */
export interface Played {
  readonly desk: Desk;
  readonly loop: CommandLoop;
  readonly server: PageServer;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const assets = new Assets();

export async function openTheatre(box = "MS5-PARIS"): Promise<Played> {
  const path = await mkdtemp(join(tmpdir(), "smartbox-page-"));
  const data = new DataDirectory(path);
  const desk = await Desk.open({ data, box, seed: 1, broker: { port: 0 }, language: undefined, onProblem: () => {} });
  const front = new SilentFront();
  const loop = new CommandLoop(desk, front);
  const server = await PageServer.start(desk, { port: 0, host: LOOPBACK, assets });
  const running = loop.run();
  return {
    desk,
    loop,
    server,
    complaints: front.complaints,
    async close() {
      loop.stop();
      await running;
      await server.stop();
      await desk.close();
      data.release();
      await rm(path, { recursive: true });
    },
  };
}
