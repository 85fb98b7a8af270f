import type { Hal } from "../../../hal/ports/hal.js";
import type { MachineOptions } from "../../../sim/world/machine/machine-options.js";
import { PARTS_LEVELS } from "../../../sim/world/machine/parts-level.js";
import { Loopback } from "../../bridge/support/loopback.js";
import { rig } from "../rig.js";

/** `bridged`: at register level, with the drivers at the far end of the bridge. */
export const WAYS = [...PARTS_LEVELS, "bridged"] as const;
type Way = (typeof WAYS)[number];

/** A box with eleven bins whose firmware only keeps the HAL of its newest boot and writes down what it is told. */
export async function board(way: Way, machine: Partial<MachineOptions> = {}) {
  const told: string[] = [];
  let hal: Hal | undefined;
  const boot = (given: Hal) => {
    hal = given;
    given.bins.onDoor = (bin, state) => told.push(`${given.bins.label(bin)} ${state}`);
    given.mains.onChange = (present) => told.push(`mains ${present}`);
    given.button.onPress = () => told.push("press");
    given.reader.onScan = (serial) => told.push(`scan ${serial}`);
    if (given.parts) given.parts.onChange = () => told.push(`faults ${names(given)}`);
  };
  const bridge = new Loopback({ boot });
  const { world, box } = rig(boot, {
    units: [8, 3],
    parts: way === "ports" ? "ports" : "registers",
    ...(way === "bridged" && { bootOnIo: (bare, io) => bridge.bootOnIo(bare, io) }),
    rtc: { set: true },
    ...machine,
  });
  box.start();
  await world.advance(1_000);
  return {
    world,
    box,
    told,
    get hal() {
      return hal!;
    },
    /** What was told since the last call. */
    news: () => told.splice(0),
    advance: (ms: number) => world.advance(ms),
  };
}

/** The same at register level, with its parts at hand. */
export async function registers(machine: Partial<MachineOptions> = {}) {
  const rigged = await board("registers", machine);
  const parts = rigged.box.parts!;
  return Object.assign(rigged, { parts, faults: () => names(rigged.hal) });
}

function names(hal: Hal): string {
  return hal
    .parts!.faults()
    .map((fault) => fault.name)
    .join(", ");
}
