import type { Input } from "../../../page/server/acts.js";
import type { Scene } from "../../../page/server/theatre.js";
import type { Machine } from "../../../world/machine/machine.js";

/** What puts everything right again: all is switched on, nothing is broken, every door is shut. Ends at the box where it began. */
export function mending(scene: Scene): readonly Input[] {
  const { name } = scene.machine;
  const others = scene.running.filter((machine) => machine.name !== name);
  return [
    { act: "cloud", on: true },
    { act: "broker", on: true },
    ...others.flatMap((machine): readonly Input[] => [{ act: "box", id: machine.name }, ...mendingOf(machine)]),
    { act: "box", id: name },
    ...mendingOf(scene.machine),
  ];
}

function mendingOf({ board, bins }: Machine): readonly Input[] {
  const ofBins = Array.from({ length: bins.count }, (_, bin): readonly Input[] => [
    ...(bins.isJammed(bin) ? [{ act: "jam", bin, on: false } as const] : []),
    ...(bins.isUnreachable(bin) ? [{ act: "unreachable", bin, on: false } as const] : []),
    ...(bins.isOpen(bin) ? [{ act: "close", bin } as const] : []),
  ]);
  return [
    { act: "hotspot", hotspot: null },
    { act: "internet", state: "up" },
    ...(board.battery === undefined
      ? []
      : [{ act: "cell", on: true } as const, { act: "weather", celsius: 25 } as const]),
    { act: "mains", on: true },
    { act: "fault", part: "reader", on: false },
    { act: "fault", part: "gauge", on: false },
    ...ofBins.flat(),
  ];
}
