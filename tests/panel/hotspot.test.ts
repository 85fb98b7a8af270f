import { expect, test } from "vitest";
import { HotspotFlow } from "../../firmware/panel/hotspot-flow.js";
import { Navigator } from "../../firmware/panel/navigator.js";
import { text } from "../../firmware/panel/screen.js";
import { messageScreen } from "../../firmware/panel/screens/message.js";
import type { WifiNetwork, WifiPort } from "../../hal/ports/network.js";
import { worldTimers } from "../../sim/clock/world-timers.js";
import { World } from "../../sim/machine/world.js";

function panelWith(wifi: Partial<WifiPort>) {
  const world = new World({ seed: 1 });
  const navigator = new Navigator({
    panel: { render: () => {}, backlight: () => {}, onInput: undefined },
    timers: worldTimers(world.scheduler),
    language: () => "en",
    notices: () => [],
    home: () => messageScreen({ name: "idle", title: text("welcome"), timeoutMs: 60_000 }),
  });
  const flow = new HotspotFlow({ navigator, wifi: wifi as WifiPort, joined: () => {} });
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
