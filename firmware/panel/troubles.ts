import type { Text } from "../../hal/ports/panel.js";
import { text } from "./screen.js";
import type { TextId } from "./texts/en.js";

/** What parts are called where they tell their faults (hal/ports/parts.ts), as texts. */
const FAULTS: Readonly<Record<string, TextId>> = {
  battery: "fault-battery",
  broker: "fault-broker",
  clock: "fault-clock",
  "fuel gauge": "fault-fuel-gauge",
  identity: "fault-identity",
  "random numbers": "fault-random-numbers",
  reader: "fault-reader",
  modem: "fault-modem",
  "reset button": "fault-reset-button",
  snapshot: "fault-snapshot",
  update: "fault-update",
  "touch panel": "fault-touch-panel",
};

/** A part that does not work, for whoever was sent to look after the box. A board's own parts keep their own names. */
export function faultLine(name: string): Text {
  const known = FAULTS[name];
  if (known !== undefined) return text(known);
  const words = name.split(" ");
  const first = words[1] ?? "";
  if (words[0] === "bins") return text("fault-bins", { first, last: words[3] ?? "" });
  return words[0] === "bin" ? text("fault-bin", { bin: first }) : text("status-fault", { name });
}
