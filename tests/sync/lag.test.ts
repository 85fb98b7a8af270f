import { expect, test } from "vitest";
import { Lag } from "../../firmware/sync/lag.js";
import { VirtualTime } from "../support/virtual-time.js";
import { FakeJournal } from "./support/fake-journal.js";

test("records that come one after another are not behind, however long there is a last one on its way", () => {
  const [journal, time] = [new FakeJournal(), new VirtualTime()];
  const lag = new Lag(journal, time, { hasNewer: false });
  for (let last = 1; last <= 100; last++) {
    journal.fill(1);
    lag.look();
    if (last > 1) journal.acknowledge(last - 1);
    lag.look();
    time.run(60_000);
    expect(lag.behind.unsent).toBeLessThanOrEqual(60);
  }
  time.run(600_000);
  expect(lag.behind.unsent).toBe(660);
});

test("permissions are behind from when the cloud told of them until the box has them", () => {
  const time = new VirtualTime();
  const permissions = { hasNewer: false };
  const lag = new Lag(new FakeJournal(), time, permissions);
  time.run(10_000);
  permissions.hasNewer = true;
  lag.look();
  time.run(90_000);
  expect(lag.behind.outdated).toBe(90);
  permissions.hasNewer = false;
  expect(lag.behind.outdated).toBeUndefined();
});
