import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { Inventory } from "../../../sim/cloud/inventory.js";
import { emptyDocument } from "../../../sim/cloud/store/document.js";
import { CloudRecord } from "../../../sim/trials/judge/cloud-record.js";
import { soak } from "../../../sim/trials/soak/soak.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** Everything that both can be asked, by the judge's reading and by the cloud's own. */
function both({ record, cloud }: Stage) {
  const bins = cloud.store.organisation.boxes.flatMap(({ id, bins }) => bins.map((_, bin) => [id, bin] as const));
  const ids = cloud.store.organisation.boxes.map(({ id }) => id);
  const { exchanges, emergencies, organisation } = cloud.store.data;
  const { inventory } = cloud.ingest.log;
  return {
    judge: {
      organisation: record.organisation,
      exchanges: record.exchanges,
      emergencies: record.emergencies,
      bins: bins.map(([box, bin]) => record.content(box, bin)),
      alerts: ids.map((id) => [...record.alertsOf(id)].sort()),
      online: ids.map((id) => record.isOnline(id)),
    },
    cloud: JSON.parse(
      JSON.stringify({
        organisation,
        exchanges,
        emergencies,
        bins: bins.map(([box, bin]) => inventory.content(box, bin)),
        alerts: ids.map((id) =>
          cloud.alerts
            .of(id)
            .map((alert) => alert.id)
            .sort(),
        ),
        online: ids.map((id) => cloud.store.document.boxes[id]?.online ?? false),
      }),
    ),
  };
}

it("reads what the cloud has as the cloud does, through days of random use", async () => {
  let looked = 0;
  const { failure, problems } = await soak({
    seed: 3,
    exchanges: 30,
    progress: (visits, _, there) => {
      if (visits % 50 !== 1) return;
      looked++;
      const { judge, cloud } = both(there);
      expect(judge).toEqual(cloud);
    },
  });
  // What is thrown while the soak runs is a failure of it.
  expect([failure, problems]).toEqual([undefined, []]);
  expect(looked).toBeGreaterThan(1);
});

it("goes on from a copy where the cloud's database is put back", async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  stage.machine.start();
  await stage.untilInSync(600_000);
  await stage.putCloudBack(stage.copyCloud());
  await stage.untilInSync(600_000);
  const { judge, cloud } = both(stage);
  expect(judge).toEqual(cloud);
});

it("says of any rows of bins what the cloud makes of them", () => {
  const row = fc.record(
    {
      belief: fc.constantFrom("holds", "taken", "doubt"),
      item: fc.constantFrom("key:1", "key:2", "fob:777ZZZ"),
      at: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ["belief"] },
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.array(fc.nat(5), { maxLength: 3 }), (rows, gone) => {
      const document = emptyDocument();
      const record = new CloudRecord();
      // Two boxes of three bins: what one has, another may have been told of later.
      const nameOf = (at: number) => `${at % 2 === 0 ? "A" : "B"}/${Math.floor(at / 2)}`;
      for (const [at, one] of rows.entries()) {
        document.bins[nameOf(at)] = { ...one, told: at + 1 };
        record.committed("[]", [{ key: `bins/${nameOf(at)}`, json: JSON.stringify(document.bins[nameOf(at)]) }]);
      }
      for (const at of gone) {
        delete document.bins[nameOf(at)];
        record.committed("[]", [{ key: `bins/${nameOf(at)}`, json: undefined }]);
      }
      const inventory = new Inventory(document, () => {});
      for (let at = 0; at < 6; at++) {
        const [box, bin] = nameOf(at).split("/") as [string, string];
        expect(record.content(box, Number(bin))).toEqual(inventory.content(box, Number(bin)));
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});
