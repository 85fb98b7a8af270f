import { expect, it } from "vitest";
import { Stage } from "../../../sim/trials/stage/stage.js";

it("a box whose only way out is the modem syncs over it, and does so again after the network dropped it", async () => {
  const stage = await Stage.open({ seed: 5, broker: "virtual", parts: "registers", tls: false });
  try {
    const { machine, world } = stage;
    const modem = machine.parts!.modem!;
    machine.net.ethernet!.setAvailable(false);
    machine.start();
    await stage.untilInSync(60_000);
    expect(stage.inSync).toBe(true);
    expect(modem.commands.filter((command) => command.startsWith("AT+CIPSEND")).length).toBeGreaterThan(3);
    for (let drop = 0; drop < 3; drop++) {
      modem.commands.length = 0;
      modem.dropData();
      await world.advance(90_000);
      await stage.untilInSync(60_000);
      expect(modem.commands.some((command) => command.startsWith("AT+CIPSTART"))).toBe(true);
    }
    machine.setMains(false);
    await world.advance(200_000);
    expect([machine.state, modem.isOn]).toEqual(["asleep", false]);
    machine.setMains(true);
    await stage.untilInSync(120_000);
    expect(stage.judge.verdict().problems).toEqual([]);
  } finally {
    await stage.close();
  }
});
