import type { Machine } from "../../world/machine/machine.js";
import type { Capabilities, Capability } from "./capabilities.js";
import { Rig } from "./rig.js";

/**
 * Everything can be done to a simulated box, whatever runs its firmware; to its parts only where they are simulated too. `lacks`: what a
 * target is to be without.
 */
export function simulatedRig(machine: Machine, lacks: readonly Capability[] = []): Rig {
  const { panel, reader, bins, button, net, flash, rtc, parts, battery } = machine;
  const has: Partial<Capabilities> = {
    power: {
      connect: () => machine.start(),
      get mainsPresent() {
        return machine.mains.present;
      },
      setMains: (present) => machine.setMains(present),
      cut: (options) => machine.powerCut(options),
      restore: () => machine.restorePower(),
      get cutCount() {
        return machine.powerCuts;
      },
    },
    cell: {
      fit: (present) => machine.setBattery(present),
      get chargePercent() {
        return battery.chargePercent;
      },
      setChargePercent: (percent) => battery.setChargePercent(percent),
      weather: (of) => battery.weather(of),
      usedMilliampHours: () => battery.usedMilliampHours(),
    },
    console: machine,
    cuts: machine,
    clock: rtc,
    links: net,
    latches: bins,
    panel,
    reader,
    bins,
    button,
    flash,
    ...(parts && { parts }),
  };
  const left = Object.entries(has).filter(([capability]) => !lacks.includes(capability as Capability));
  return new Rig(machine.name, machine.world, Object.fromEntries(left));
}
