import type { PanelProfile } from "../../../hal/ports/board.js";
import type { View } from "../../../hal/ports/panel.js";

/** What the server tells the page, in sections: a section is sent whole whenever something in it has changed. */

export type NetState = "up" | "down" | "stall";
export const LINK_KINDS = ["ethernet", "wifi", "cellular"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];
/** Virtual time per real time, 0: it stands still, or `next`: on to the next thing that somebody in front of the box would notice. */
export const PACES = [0, 1, 60, 3_600, "next"] as const;
export type Pace = (typeof PACES)[number];
export const LANGUAGES = ["en", "fr", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface BoxSection {
  readonly id: string;
  readonly model: string;
  readonly place: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Bins of each unit, from A on. */
  readonly units: readonly number[];
  readonly labels: readonly string[];
  readonly panel: PanelProfile;
  readonly hasBattery: boolean;
  readonly canOffline: boolean;
  /** Boxes that can be put on the desk. */
  readonly boxes: readonly { readonly id: string; readonly model: string; readonly place: string }[];
  readonly brokerName: string;
}

export type RunState = "off" | "starting" | "running" | "asleep";

export interface PanelSection {
  readonly view: View | null;
  /** Light of the screen, percent. */
  readonly percent: number;
  readonly lamp: "off" | "on" | "flash";
  readonly state: RunState;
}

export interface BinNow {
  readonly open: boolean;
  readonly fob: string | null;
  readonly jammed: boolean;
  readonly unreachable: boolean;
  readonly enabled: boolean;
}

/** A fob with the name of its key, or a badge with its user's. */
export interface FobNow {
  readonly fob: string;
  readonly name: string;
  readonly kind: "key" | "badge" | "unknown";
}

export interface PeopleSection {
  readonly bins: readonly BinNow[];
  /** In the hand of whoever stands in front of the box. */
  readonly hand: readonly FobNow[];
  /** Keys that somebody walked away with, and badges. */
  readonly away: readonly FobNow[];
  /** By serial: names of all the fobs in the bins. */
  readonly names: Readonly<Record<string, string>>;
  readonly mountReleased: boolean;
}

export interface PowerSection {
  readonly mains: boolean;
  readonly cell: boolean;
  readonly percent: number;
  readonly milliamps: number;
  readonly millivolts: number;
  readonly celsius: number;
}

export interface NetSection {
  readonly internet: NetState;
  readonly links: readonly {
    readonly kind: LinkKind;
    readonly fitted: boolean;
    readonly state: NetState;
    /** Whether the box has it up. */
    readonly up: boolean;
  }[];
  readonly hotspot: { readonly ssid: string; readonly passphrase: string; readonly hasInternet: boolean } | null;
  readonly broker: boolean;
  readonly cloud: boolean;
  /** As the cloud sees the box. */
  readonly online: boolean;
}

export interface TimeSection {
  /** True time, s since 1970 UTC. */
  readonly wall: number;
  readonly pace: Pace;
  /** The box's clock is ahead by so many seconds; null: it is lost. */
  readonly clockError: number | null;
}

export interface FaultsSection {
  readonly reader: boolean;
  readonly gauge: boolean;
}

/** A code that opens something here, for whoever has never seen a box. */
export interface HintSection {
  readonly code: string | null;
  readonly key: string | null;
}

export interface StorySection {
  readonly id: string;
  /** Id of the caption in the page's catalogue, with its values. */
  readonly caption: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly step: number;
  readonly isOver: boolean;
}

export interface SectorNow {
  readonly state: "free" | "live" | "head" | "old" | "damaged";
  readonly records: number;
  readonly unsent: number;
  /** Share of its bytes that are used, percent. */
  readonly used: number;
  readonly erases: number;
}

export interface RecordNow {
  readonly seq: number;
  readonly kind: string;
  readonly detail: string;
  /** s since 1970 UTC; null: the box's clock was unknown. */
  readonly time: number | null;
  readonly acked: boolean;
}

export interface JournalSection {
  readonly sectorBytes: number;
  readonly sectors: readonly SectorNow[];
  readonly nextSeq: number;
  readonly ackedThrough: number;
  /** The newest first. */
  readonly records: readonly RecordNow[];
}

/** What passed the broker, the newest first. */
export interface WireSection {
  readonly messages: readonly {
    /** s since 1970 UTC. */
    readonly at: number;
    readonly lane: string;
    readonly isUp: boolean;
    readonly bytes: number;
    /** The first bytes, as a broker sees them, in hex. */
    readonly head: string;
    /** What is inside, as JSON; "": it is not sealed with the box's key. */
    readonly inside: string;
  }[];
  /** Records that the box has told of, and that the cloud has not acknowledged. */
  readonly inFlight: number;
}

/** The box's machines of states, as they are seen from outside. */
export interface StatesSection {
  readonly power: RunState;
  readonly boots: number;
  readonly link: LinkKind | null;
  /** Whether a connection to the broker is open. */
  readonly isConnected: boolean;
  /** Whether the cloud has the box in a session. */
  readonly isInSession: boolean;
  readonly screen: string | null;
  readonly lock: string | null;
}

export const ENGINES = ["node", "xs"] as const;
export type EngineNow = (typeof ENGINES)[number];

/** What the box on the desk runs on. */
export interface EngineSection {
  readonly runs: EngineNow;
  /** From its next boot on. */
  readonly wanted: EngineNow;
  /** XS is being made ready. */
  readonly isOpening: boolean;
  /** What XS has executed of this box's firmware since it was chosen, about 24 instructions of a Cortex-M each; null: Node counts nothing. */
  readonly computrons: number | null;
  /** Most slots of the heap in use after a turn, 16 bytes each on a board; null likewise. */
  readonly peakSlots: number | null;
}

/** Another box that runs. */
export interface NeighbourNow {
  readonly id: string;
  readonly place: string;
  readonly state: RunState;
  readonly view: View | null;
  readonly online: boolean;
  /** By bin: a fob hangs there, or a door is open. */
  readonly bins: readonly ("empty" | "full" | "open")[];
}

/** A moment of the supply and the links. */
export interface Sample {
  /** s since 1970 UTC, true time. */
  readonly t: number;
  readonly percent: number;
  readonly milliamps: number;
  readonly mains: boolean;
  readonly lit: boolean;
  readonly link: LinkKind | null;
  readonly online: boolean;
}

export interface HistorySection {
  readonly samples: readonly Sample[];
}

/** Where the page looks: at the world as it is, or back. Times in ms since the world began. */
export interface DirectorSection {
  /** Whether the world can be had again: with a real broker it cannot. */
  readonly canLookBack: boolean;
  /** Null: the world as it is. `guest`: another one, from a file or a link. */
  readonly looksAt: "past" | "guest" | null;
  readonly at: number;
  readonly end: number;
  /** True time when the world began, s since 1970 UTC. */
  readonly began: number;
  /** On the way to another moment. */
  readonly isBusy: boolean;
  /** Whether all went as when it was kept; null: not yet at its end. */
  readonly isSame: boolean | null;
}

/** Something that was done, in ms since the world began; a story's caption has its text id. */
export interface MarkNow {
  readonly at: number;
  readonly act: string;
  readonly story: string | null;
}

export interface Sections {
  readonly box: BoxSection;
  readonly panel: PanelSection;
  readonly people: PeopleSection;
  readonly power: PowerSection;
  readonly net: NetSection;
  readonly time: TimeSection;
  readonly faults: FaultsSection;
  readonly hint: HintSection;
  readonly story: StorySection | null;
  readonly director: DirectorSection;
  readonly marks: readonly MarkNow[];
  readonly stories: readonly string[];
  readonly journal: JournalSection;
  readonly wire: WireSection;
  readonly states: StatesSection;
  /** Null: nobody chooses, as in a world that is looked back at. */
  readonly engine: EngineSection | null;
  readonly neighbours: readonly NeighbourNow[];
  readonly history: HistorySection;
}
export type SectionName = keyof Sections;
