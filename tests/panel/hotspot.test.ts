import { expect, test } from "vitest";
import { HotspotFlow } from "../../firmware/panel/hotspot-flow.js";
import { Navigator } from "../../firmware/panel/navigator.js";
import { text } from "../../firmware/panel/screen.js";
import { messageScreen } from "../../firmware/panel/screens/message.js";
import type { WifiNetwork, WifiPort } from "../../hal/ports/network.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";
import { World } from "../../sim/world/machine/world.js";

function panelWith(wifi: Partial<WifiPort>, isOnline = () => false) {
  const world = new World({ seed: 1 });
  const navigator = new Navigator({
    panel: { render: () => {}, backlight: () => {}, onInput: undefined },
    timers: worldTimers(world.scheduler),
    host: {
      language: () => "en",
      notices: () => [],
      idle: () => messageScreen({ name: "idle", title: text("welcome"), timeoutMs: 60_000 }),
    },
  });
  const flow = new HotspotFlow({ navigator, wifi: wifi as WifiPort, host: { joined: () => {}, isOnline } });
  return { world, navigator, flow };
}

test("a radio that never answers does not keep the screen", async () => {
  const { world, navigator, flow } = panelWith({ scan: () => {} });
  flow.start();
  expect(navigator.screen?.name).toBe("hotspot-scan");
  await world.advance(26_000);
  expect(navigator.screen?.name).toBe("idle");
});

test("an answer that comes after the person has left takes no screen", () => {
  let answer: (networks: readonly WifiNetwork[]) => void = () => {};
  const { navigator, flow } = panelWith({
    scan: (done) => {
      answer = done;
    },
  });
  flow.start();
  navigator.input({ kind: "cancel" });
  answer([{ ssid: "phone", rssi: -40, secured: false }]);
  expect(navigator.screen?.name).toBe("idle");
});

test("after a join the screen stays until the box is online, and says so; somebody who waits is not sent back to Welcome", async () => {
  let online = false;
  const wifi: Partial<WifiPort> = {
    scan: (done) => done([{ ssid: "phone", rssi: -40, secured: false }]),
    join: (_ssid, _passphrase, done) => done(),
  };
  const { world, navigator, flow } = panelWith(wifi, () => online);
  flow.start();
  navigator.input({ kind: "choice", id: "0" });
  await world.advance(40_000);
  expect(navigator.screen).toMatchObject({ name: "hotspot-result", title: { id: "hotspot-joined" } });
  online = true;
  expect(navigator.screen?.title.id).toBe("hotspot-online");
  await world.advance(51_000);
  expect(navigator.screen?.name).toBe("idle");
});

test.each([100, 2_000])(
  "enter after the password, and %s ms later once more: the screen stays until the join has ended",
  async (afterMs) => {
    let joined: (error?: string) => void = () => {};
    const { world, navigator, flow } = panelWith({
      scan: (done) => done([{ ssid: "phone", rssi: -40, secured: true }]),
      join: (_ssid, _passphrase, done) => {
        joined = done;
      },
    });
    flow.start();
    navigator.input({ kind: "enter" });
    expect(navigator.screen?.name).toBe("hotspot-choose");
    navigator.input({ kind: "choice", id: "0" });
    navigator.input({ kind: "text", text: "correct horse" });
    navigator.input({ kind: "enter" });
    await world.advance(afterMs);
    navigator.input({ kind: "enter" });
    expect(navigator.screen?.name).toBe("hotspot-join");
    joined("no such password");
    expect(navigator.screen?.title.id).toBe("hotspot-failed");
  },
);
