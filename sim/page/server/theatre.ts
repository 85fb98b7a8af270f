import type { Box } from "../../cloud/domain.js";
import type { CloudService } from "../../cloud/service.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import type { LinkKind, NetState, Pace, StorySection } from "../shared/state.js";

/** What the building and the phones in it offer to a box. */
export interface Building {
  readonly state: {
    readonly internet: NetState;
    readonly links: Readonly<Record<LinkKind, NetState>>;
    readonly hotspot: { readonly ssid: string; readonly passphrase: string; readonly hasInternet: boolean } | null;
  };
  setInternet(state: NetState): void;
  setLink(kind: LinkKind, state: NetState): void;
  openHotspot(hotspot: { ssid: string; passphrase: string; hasInternet: boolean }): void;
  closeHotspot(): void;
}

/** What the page shows and works: the session that the terminal drives, too. `Desk` in sim/cli fulfils it. */
export interface Theatre {
  readonly world: World;
  readonly cloud: CloudService;
  /** Of the box on the desk, which changes. */
  readonly machine: Machine;
  readonly box: Box;
  readonly surroundings: Building;
  readonly timeZone: string;
  readonly brokerName: string;
  readonly isLit: boolean;
  isCloudUp: boolean;
  isBrokerUp: boolean;
  pace: Pace;
  /** Stories that can be played, by id, and the one that is played or was last. */
  readonly stories: readonly string[];
  readonly story: StorySection | null;
  playStory(id: string): void;
  stopStory(): void;
  /** Throws CloudError and DataError. */
  switchTo(id: string): Promise<void>;
  /** Forgets everything and begins anew. */
  startOver(): void;
  /** Something was done to the world: the clock must look. */
  poke(): void;
}
