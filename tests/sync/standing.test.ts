import { expect, test } from "vitest";
import { whyOffline } from "../../firmware/panel/why-offline.js";
import { Standing } from "../../firmware/sync/standing.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";

const lines: string[] = [];
const standing = new Standing({
  host: { online: () => {}, offline: () => {} },
  clock: new HandClock(),
  trace: { line: (line) => lines.push(line) },
  lastSyncWallSeconds: undefined,
});

test.each([12, 64, 253])(
  "behind a server's name of %i characters, the cause is on the panel and in the trace",
  (length) => {
    const host = "h".repeat(length);
    standing.failed(`ethernet: the certificate of ${host} does not verify: it is for another-broker.example.com`);
    expect(whyOffline(standing.lastFailure).id).toBe("offline-not-the-broker");
    expect(lines.at(-1)).toMatch(
      /^sync: ethernet: the certificate of h.*does not verify: it is for another-broker.example.com$/,
    );
    expect(lines.at(-1)!.length).toBeLessThanOrEqual(120);
  },
);

test("whatever a broker says stays one bounded line of ASCII", () => {
  standing.failed(`broker closed: ${"ä\n".repeat(9_000)}end`);
  expect(standing.lastFailure).toMatch(/^broker closed: [?.]+end$/);
  expect(standing.lastFailure.length).toBe(400);
  expect(lines.at(-1)!.length).toBe(120);
});
