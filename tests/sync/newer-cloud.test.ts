import { expect, it } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { BOX, makeSyncRig } from "./support/sync-rig.js";

it("fields that a newer cloud adds to every message change nothing", () => {
  const world = makeSyncRig();
  const { cloud, host, time, task } = world;
  cloud.extra = { chapter: 7, doors: [1, { kind: 200 }], entries: new Uint8Array(300) };
  cloud.snapshot = { version: 4, bytes: new Uint8Array(5_000).fill(3) };
  host.journal.fill(200);
  task.start();
  time.run(20_000);
  expect(task.online).toBe(true);
  expect(host.version).toBe(4);
  expect(host.journal.acknowledged).toBe(200);
  cloud.command({ id: 1, command: CommandKind.enableBin, bin: 3 });
  time.run(1_000);
  expect(host.commands).toMatchObject([{ id: 1, command: CommandKind.enableBin, bin: 3 }]);
  expect(task.droppedMessages).toBe(0);
});

it("a command with a kind or a value that this box cannot read is handed on, so that it gets its receipt", () => {
  const { cloud, host, time, task } = makeSyncRig();
  task.start();
  time.run(1_000);
  cloud.send(Lane.command, encodeCbor({ id: 1, command: 200, bin: 3 }));
  cloud.send(Lane.command, encodeCbor({ id: 2, command: CommandKind.enableBin, bin: 230, sheet: "x", time: -4 }));
  time.run(1_000);
  expect(host.commands).toEqual([
    { id: 1, command: 200, bin: 3 },
    { id: 2, command: CommandKind.enableBin },
  ]);
});

it("a lane that this box does not know is dropped and counted, and the session goes on", () => {
  const { cloud, broker, time, task, host } = makeSyncRig();
  task.start();
  time.run(1_000);
  for (const lane of ["firmware", "settings", "command/urgent", ""]) {
    broker.publish({ topic: `smartbox/${BOX}/down/${lane}`, payload: new Uint8Array(60), qos: 1, retain: false });
  }
  time.run(1_000);
  expect(task.droppedMessages).toBe(4);
  expect(task.online).toBe(true);
  cloud.command({ id: 1, command: CommandKind.reboot });
  time.run(1_000);
  expect(host.commands).toHaveLength(1);
});
