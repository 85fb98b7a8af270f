import { describe, expect, it } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { Rest } from "../../firmware/sync/rest.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { BOX, makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Online with a cloud that bears an hour of silence, and at rest. */
function resting(): SyncRig {
  const rig = makeSyncRig();
  rig.cloud.quiet = 3_600;
  rig.task.start();
  rig.time.run(6 * HOUR);
  expect(rig.task.online).toBe(true);
  return rig;
}

describe("a session at rest", () => {
  it("does not rest past the end of the broker's certificate", () => {
    const longest = (certifiedSeconds: number): number => {
      const rest = new Rest();
      for (let i = 0; i < 12; i++) rest.welcomed(3_600, certifiedSeconds);
      return rest.ms;
    };
    expect(longest(1_000_000)).toBe(HOUR);
    expect(longest(700)).toBe(700 * SECOND);
    expect(longest(0)).toBe(5 * MINUTE);
  });

  it("asks after 5, 10, 20, 40 minutes and then every hour, and answers each welcome with one status", () => {
    const { cloud, time } = resting();
    expect(cloud.hellos).toHaveLength(1 + 4 + 4);
    expect(cloud.statuses).toHaveLength(cloud.hellos.length);
    expect(cloud.statuses.at(-1)!.quiet).toBe(3_600);
    time.run(10 * HOUR);
    expect(cloud.hellos).toHaveLength(9 + 10);
    expect(cloud.refused).toBe(0);
  });

  it("asks every 5 minutes where the cloud says nothing of silence, and says its state each time", () => {
    const { cloud, task, time } = makeSyncRig();
    task.start();
    time.run(HOUR + SECOND);
    expect(cloud.hellos).toHaveLength(13);
    expect(cloud.statuses.at(-1)!.quiet).toBe(300);
  });

  it("asks before it sends a record, and then as often as a session in use", () => {
    const rig = resting();
    const { cloud, time, host } = rig;
    time.run(7 * MINUTE);
    const before = cloud.hellos.length;
    rig.append(1);
    time.run(SECOND);
    expect(cloud.hellos).toHaveLength(before + 1);
    expect(cloud.acked).toBe(host.journal.nextSeq - 1);
    time.run(5 * MINUTE);
    expect(cloud.hellos).toHaveLength(before + 2);
  });

  it("takes nothing that comes to it, but asks: the cloud's command is carried out when it is sealed anew", () => {
    const { cloud, time, host, task } = resting();
    time.run(7 * MINUTE);
    const before = cloud.hellos.length;
    cloud.command({ id: 1, command: CommandKind.reboot });
    time.run(SECOND);
    expect(host.commands).toEqual([]);
    expect(cloud.hellos).toHaveLength(before + 1);
    expect(task.droppedMessages).toBe(0);
    cloud.command({ id: 1, command: CommandKind.reboot });
    time.run(SECOND);
    expect(host.commands.map(({ id }) => id)).toEqual([1]);
  });

  it("is woken by anything on its topics, and by nothing more often than a session in use asks", () => {
    const { cloud, time, task } = resting();
    const before = cloud.hellos.length;
    for (let i = 0; i < 600; i++) {
      cloud.raw(Lane.offer, new Uint8Array(0));
      time.run(10 * SECOND);
    }
    const asked = cloud.hellos.length - before;
    expect(asked).toBeGreaterThan(15);
    expect(asked).toBeLessThanOrEqual((600 * 10) / 300);
    expect(task.online).toBe(true);
  });

  it("is asked for by somebody who comes: ten seconds later the box knows that the cloud does not answer", () => {
    const { cloud, time, task, host } = resting();
    cloud.welcomes = false;
    time.run(7 * MINUTE);
    expect(task.online).toBe(true);
    task.somebodyCame();
    time.run(9 * SECOND);
    expect(task.online).toBe(true);
    time.run(2 * SECOND);
    expect(task.online).toBe(false);
    expect(host.log.at(-1)).toContain("cloud does not answer");
    expect(host.identity.box).toBe(BOX);
  });

  it("is not disturbed by somebody who comes while its last answer is young", () => {
    const { cloud, time, task } = makeSyncRig();
    cloud.quiet = 3_600;
    task.start();
    time.run(2 * MINUTE);
    for (let i = 0; i < 10; i++) task.somebodyCame();
    time.run(SECOND);
    expect(cloud.hellos).toHaveLength(1);
  });
});
