import type { LinkKind, WifiNetwork } from "../../ports/network.js";
import type { PanelInput } from "../../ports/panel.js";

/** What the far end makes happen in front of the box: one JSON object a line. */
export type PlayedDeed =
  | { readonly do: "input"; readonly input: PanelInput }
  | { readonly do: "scan"; readonly serial: string }
  | { readonly do: "press" }
  | { readonly do: "mains"; readonly present: boolean }
  | { readonly do: "charge"; readonly percent: number }
  | { readonly do: "door"; readonly bin: number; readonly open: boolean }
  | { readonly do: "link"; readonly kind: LinkKind; readonly reachable: boolean }
  | { readonly do: "networks"; readonly networks: readonly (WifiNetwork & { readonly passphrase?: string })[] }
  /** The program ends as by a fault of its own. */
  | { readonly do: "fault"; readonly message: string }
  | { readonly do: "heap" };
