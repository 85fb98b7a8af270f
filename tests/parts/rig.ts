import type { Hal } from "../../hal/ports/hal.js";
import type { MachineOptions } from "../../sim/machine/machine.js";
import type { PartsLevel } from "../../sim/machine/parts-level.js";
import { rig } from "../sim/rig.js";

/** A box with nine bins whose firmware only keeps the HAL of its newest boot and writes down what it is told. */
export async function board(level: PartsLevel, machine: Partial<MachineOptions> = {}) {
  const told: string[] = [];
  let hal: Hal | undefined;
  const { world, box } = rig(
    (given) => {
      hal = given;
      given.bins.onDoor = (bin, state) => told.push(`${given.bins.label(bin)} ${state}`);
      given.mains.onChange = (present) => told.push(`mains ${present}`);
      given.button.onPress = () => told.push("press");
      given.reader.onScan = (serial) => told.push(`scan ${serial}`);
      if (given.parts) given.parts.onChange = () => told.push(`faults ${names(given)}`);
    },
    { units: [8, 3], parts: level, rtc: { set: true }, ...machine },
  );
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
