import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Assets } from "../../page/build.js";
import { LOOPBACK, PageServer } from "../../page/server/server.js";
import { CommandLoop } from "../front/command-loop.js";
import { DataDirectory } from "../front/data-directory.js";
import { Desk } from "../front/desk.js";
import type { WorldRecord } from "../front/record/world-record.js";
import { SilentFront } from "./silent-front.js";

/** A desk in this process with its page, and a loop that runs the clock. */
export interface Played {
  readonly desk: Desk;
  readonly loop: CommandLoop;
  readonly server: PageServer;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const assets = new Assets();

/** In a folder of its own, which goes with it. `record`: a world that it goes on from; absent: the sample. */
export async function openTheatre(record?: WorldRecord): Promise<Played> {
  const path = await mkdtemp(join(tmpdir(), "smartbox-page-"));
  const data = new DataDirectory(path);
  const desk = await Desk.open({
    data,
    box: undefined,
    record,
    seed: 1,
    broker: "inside",
    language: undefined,
    onProblem: () => {},
  });
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
