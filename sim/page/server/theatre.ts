import type { Box } from "../../cloud/domain.js";
import type { FolderShelf } from "../../cloud/releases/folder-shelf.js";
import type { CloudService } from "../../cloud/service.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import type {
  DirectorSection,
  EngineNow,
  EngineSection,
  LinkKind,
  MarkNow,
  NetState,
  Pace,
  StorySection,
} from "../shared/state.js";
import type { Input } from "./acts.js";
import type { Hand } from "./hand.js";
import type { Prepared } from "./prepared.js";
import type { Wire } from "./wire.js";

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

/** A world with the box that somebody stands in front of: what inputs are done to. */
export interface Scene {
  readonly world: World;
  readonly cloud: CloudService;
  /** Boxes that run, with the one in front. */
  readonly running: readonly Machine[];
  /** Of the box in front, which changes. */
  readonly machine: Machine;
  readonly box: Box;
  readonly surroundings: Building;
  readonly hand: Hand;
  readonly wire: Wire;
  /** Connections of boxes to the broker that are open. */
  readonly connections: readonly string[];
  readonly timeZone: string;
  readonly brokerName: string;
  readonly isLit: boolean;
  readonly isCloudUp: boolean;
  readonly isBrokerUp: boolean;
  /** The story that is played, or was last. */
  readonly story: StorySection | null;
}

/** A scene that can be touched. */
export interface Stage extends Scene {
  isCloudUp: boolean;
  isBrokerUp: boolean;
  story: StorySection | null;
  /** Throws CloudError, and DataError where it was kept. */
  switchTo(id: string): void;
}

/** Looks back: shows the world as it was at any moment, by playing it again from what was done. */
export interface Director {
  /** The world as it was; undefined: nobody looks back. */
  readonly past: Scene | undefined;
  /** How fast the past goes by; 0: it stands still. */
  pace: Pace;
  readonly section: DirectorSection;
  /** What was done, for a track: changes only when more was done. */
  readonly marks: readonly MarkNow[];
  /** To the world at `at` ms after its beginning; now stands still meanwhile. Throws WorldError where no world can be had again. */
  goTo(at: number): void;
  /** Back to the world as it is, which goes on. */
  backToNow(): void;
  /** The past that is shown becomes the world; what came after it is forgotten. Throws WorldError. */
  goOn(): void;
  /** Looks into another world, from its file or link. Rejects with WorldError that says what is wrong with it. */
  open(text: string): Promise<void>;
  /** Throws WorldError where there is none. */
  readonly file: string;
  /** What stands behind the `#` of the page's address. Throws WorldError where there is none, or it is too long. */
  readonly link: string;
}

/** The least that an organisation has: a place and a box. */
export type OwnOrganisation = Omit<Extract<Input, { act: "add-own" }>, "act">;

/** What the page shows and works: the session that the terminal drives, too. `Desk` in sim/cli fulfils it. */
export interface Theatre extends Scene {
  /** Does it, at once, and keeps it. Throws WorldError and CloudError. */
  do(input: Input): void;
  /** A program has changed the world past `do`: it cannot be had again. */
  touchedFromOutside(): void;
  pace: Pace;
  /** Stories that can be played, by id. */
  readonly stories: readonly string[];
  playStory(id: string): void;
  stopStory(): void;
  /** Forgets everything and begins anew. */
  startOver(): void;
  /** Forgets everything and begins with an organisation of one's own. Throws CloudError. */
  beginOwn(own: OwnOrganisation): void;
  /** What the box on the desk runs on; null: nobody chooses. */
  readonly engine: EngineSection | null;
  /**
   * The box on the desk goes on with that engine: it loses its power for a moment, and boots. The world goes as it would have gone. Rejects
   * with WorldError where the engine cannot be had.
   */
  useEngine(engine: EngineNow): Promise<void>;
  readonly director: Director;
  /** What was saved for an outage. */
  readonly prepared: Prepared;
  /** Firmware for boxes; no part of the world. */
  readonly shelf: FolderShelf;
}
