import { afterEach, expect, test, vi } from "vitest";
import { Stage } from "../../sim/trials/stage/stage.js";

vi.setConfig({ testTimeout: 60_000 });
const MINUTE_MS = 60_000;
const PHONE = { ssid: "phone", passphrase: "correct horse" };

let stage: Stage;
afterEach(() => stage.close());

/** From the choice on the idle screen, or beside a result, to the end of the password. */
async function join(passphrase: string): Promise<void> {
  const { person } = stage;
  await person.choose("hotspot");
  await person.see("hotspot-choose");
  await person.choose("0");
  await person.typeText(passphrase);
}

test.each([
  ["blackHole", 0],
  ["blackHole", 7],
  ["blackHole", 31],
  ["noInternet", 0],
  ["noInternet", 50],
  ["stall", 11],
] as const)(
  "an internet that is gone (%s), a wrong password, and then the right one: the panel waits until the box is online",
  async (mode, afterSeconds) => {
    stage = await Stage.open({ seed: 1, broker: "virtual" });
    const { machine, person, rig, world } = stage;
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    machine.net.setInternet(mode);
    const isOffline = () => rig.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) === true;
    await world.until(isOffline, 5 * MINUTE_MS, "the offline notice");
    await world.advance(5 * MINUTE_MS + afterSeconds * 1_000);
    machine.net.wifi!.appear(PHONE);
    await join("incorrect horse");
    await person.see("hotspot-result");
    expect(rig.panel.view?.title.id).toBe("hotspot-failed");
    await join(PHONE.passphrase);
    await person.see("hotspot-result");
    expect(rig.panel.view?.title.id).toBe("hotspot-joined");
    const left = () => rig.panel.view?.title.id !== "hotspot-joined";
    await world.until(left, 2 * MINUTE_MS, "the end of the screen");
    expect(rig.panel.view?.title.id).toBe("hotspot-online");
    expect(isOffline()).toBe(false);
  },
);
