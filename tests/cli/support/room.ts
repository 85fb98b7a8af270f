import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Simulator } from "./simulator.js";

/** A data directory of its own, and the simulators that are started on it. */
export class Room {
  readonly data: string;
  readonly #simulators: Simulator[] = [];
  readonly #servers: Server[] = [];

  constructor(data: string) {
    this.data = data;
  }

  /** With a broker inside, any free port for the page, and English texts, unless `options` say otherwise. */
  start(...options: string[]): Simulator {
    const simulator = new Simulator(["--data", this.data, "--http", "0", "--language", "en", ...options]);
    this.#simulators.push(simulator);
    return simulator;
  }

  /** Tries to start in vain, and answers what is told: a message, and never a stack. */
  async refused(...options: string[]): Promise<string> {
    const simulator = new Simulator(["--data", this.data, "--http", "0", ...options]);
    this.#simulators.push(simulator);
    expect([await simulator.end(), simulator.output]).toEqual([2, simulator.output]);
    expect(simulator.output).not.toMatch(/^ +at /m);
    return simulator.output;
  }

  /** On a free port, which it answers. */
  async listen(server: Server = createServer()): Promise<number> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** That nobody listens on. */
  async freePort(): Promise<number> {
    const server = createServer();
    const port = await this.listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  async clear(): Promise<void> {
    for (const simulator of this.#simulators) await simulator.kill();
    for (const server of this.#servers) server.close();
    await rm(this.data, { recursive: true, force: true });
  }
}

/** A test with a room of its own. */
export const it = test.extend<{ room: Room }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that this one needs from its pattern
  room: async ({}, use) => {
    const room = new Room(await mkdtemp(join(tmpdir(), "smartbox-cli-")));
    await use(room);
    await room.clear();
  },
});
