import { expect, test } from "vitest";
import { HealthServer } from "../../sim/cloud/fleet/health.js";
import { Metrics } from "../../sim/cloud/fleet/metrics.js";
import { BOX, CloudRig, TestBox } from "./support/cloud-rig.js";

test("a process tells its health, whether it is ready, and sums for Prometheus without a name in them", async () => {
  const rig = new CloudRig();
  const box = new TestBox(rig);
  box.connect();
  rig.cloud.alerts.raise({ id: `bins/${BOX}`, box: BOX, what: "it has 23 bins", wayOut: "look" });
  rig.receive("smartbox/NOBODY/up/hello", new Uint8Array(9));
  const state = { ready: true, tenants: 1, boxes: 3 };
  const metrics = new Metrics({ clouds: () => [rig.cloud], isReady: () => state.ready });
  metrics.committed(5);
  metrics.committed(2);
  const server = await HealthServer.start(0, () => state, metrics);
  try {
    const get = async (path: string) => await fetch(`${server.url}${path}`);
    expect((await get("/healthz")).status).toBe(200);
    expect(await (await get("/readyz")).json()).toEqual(state);
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const text = await answer.text();
    for (const line of [
      "smartbox_ready 1",
      "smartbox_boxes 3",
      "smartbox_boxes_online 1",
      'smartbox_alerts{kind="bins"} 1',
      'smartbox_dropped_messages{reason="box"} 1',
      "smartbox_lines_total 7",
      "smartbox_commits_total 2",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toContain("nodejs_eventloop_lag_seconds");
    expect(text).not.toMatch(/MS5|Paris|Amélie/);
    state.ready = false;
    expect((await get("/readyz")).status).toBe(503);
    expect(await (await get("/metrics")).text()).toContain("smartbox_ready 0\n");
  } finally {
    await server.stop();
  }
});
