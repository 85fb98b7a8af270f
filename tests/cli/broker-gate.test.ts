import { expect, test } from "vitest";
import { BrokerGate } from "../../sim/cli/front/broker-gate.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import type { FarEvents, Network } from "../../sim/world/net/network.js";

function rig() {
  const scheduler = new Scheduler();
  const told: string[] = [];
  const far: { events: FarEvents; done: string[] }[] = [];
  const network: Network = {
    external: false,
    close: () => {},
    connect: (_options, events) => {
      const done: string[] = [];
      far.push({ events, done });
      return {
        send: () => true,
        flow: () => {},
        end: () => done.push("end"),
        reset: () => done.push("reset"),
        abandon: () => done.push("abandon"),
      };
    },
  };
  const gate = new BrokerGate(network, scheduler);
  const connect = () =>
    gate.connect(
      { host: "broker", port: 1883 },
      {
        opened: () => told.push("opened"),
        data: (bytes) => told.push(`data ${bytes.length}`),
        drained: () => told.push("drained"),
        closed: (error) => told.push(`closed ${error ?? "cleanly"}`),
      },
    );
  return { gate, far, told, connect, run: () => runAll(scheduler) };
}

function runAll(scheduler: Scheduler): void {
  while (scheduler.runNext());
}

test("a broker that stops breaks what is open, once, and takes nothing more until it is back", () => {
  const { gate, far, told, connect, run } = rig();
  connect();
  far[0]!.events.opened();
  far[0]!.events.data(new Uint8Array(3));
  gate.isUp = false;
  expect(far[0]!.done).toEqual(["reset"]);
  run();
  far[0]!.events.closed();
  expect(told).toEqual(["opened", "data 3", "closed connection reset"]);
  connect();
  run();
  expect(told.at(-1)).toBe("closed connection refused");
  expect(far).toHaveLength(1);
  gate.isUp = true;
  connect();
  far[1]!.events.opened();
  expect([told.at(-1), far.length]).toEqual(["opened", 2]);
});

test("who gave a connection up hears no more of it", () => {
  const { gate, far, told, connect, run } = rig();
  connect().end();
  gate.isUp = false;
  const refused = connect();
  refused.abandon();
  run();
  expect(told).toEqual([]);
  expect(far[0]!.done).toEqual(["end"]);
});
