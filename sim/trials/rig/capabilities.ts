import type { PanelInput, View } from "../../../hal/ports/panel.js";
import type { BinEvent, BinsState } from "../../world/devices/bins.js";
import type { NorFlash } from "../../world/devices/nor-flash.js";
import type { CutOptions } from "../../world/machine/machine.js";
import type { BackhaulMode, LineQuality } from "../../world/net/backhaul.js";
import type { WifiCredentials } from "../../world/net/wifi.js";
import type { BoardParts } from "../../world/parts/board-parts.js";

/** Mains, and the supply as a whole. Every target has it: a switch, or a relay. */
export interface Power {
  /** Connects the supply for the first time: the box boots if there is any. */
  connect(): void;
  readonly mainsPresent: boolean;
  setMains(present: boolean): void;
  /** Mains and cell are gone at once, now. */
  cut(options?: CutOptions): void;
  /** The end of a cut; mains and cell are as they were. Idempotent. */
  restore(): void;
  /** Cuts so far. */
  readonly cutCount: number;
}

/** The backup cell, where it can be charged, aged and taken out at will. */
export interface BackupCell {
  fit(present: boolean): void;
  readonly chargePercent: number;
  setChargePercent(percent: number): void;
  /** `health`: of its capacity when new, 0 to 1. */
  weather(of: { readonly health?: number; readonly celsius?: number }): void;
  /** What left it so far by cause, self-discharge included, mAh. */
  usedMilliampHours(): ReadonlyMap<string, number>;
}

/** Cuts of the power at an instant that only the far end of the box knows. */
export interface Cuts {
  /** Inside the `operation`th program or erase from now (1 is the next); `at` as in `CutPlan`. Replaces the one armed before. */
  armFlashCut(
    plan: { readonly operation: number; readonly at: number | "before" | "after" | "scattered" } & CutOptions,
  ): void;
  /** Right after the next lock pulse starts; `doorOpens`: the latch has let go by then. */
  armPulseCut(plan: { readonly doorOpens: boolean } & CutOptions): void;
  /** Takes back what is armed. */
  disarm(): void;
}

/** The reset button, and the lamp in its ring. */
export interface ButtonHand {
  /** For `holdMs`; long enough to be noticed if absent. */
  press(holdMs?: number): void;
  readonly lamp: "off" | "on" | "flash";
}

/** Screen, keypad and touch. */
export interface PanelHand {
  /** What the screen would show if it were lit; undefined while the box is off or asleep. */
  readonly view: View | undefined;
  readonly backlightPercent: number;
  /** Called with each view that is drawn; undefined: the screen went dark. Returns what ends it. */
  watch(watcher: (view: View | undefined) => void): () => void;
  /** One key or touch. */
  input(input: PanelInput): void;
}

/** A hand with a fob in front of the reader. */
export interface ReaderHand {
  scan(serial: string): void;
}

/** Doors, and what hangs behind them. Numbers of bins as the firmware counts them, from 0. */
export interface BinsHand {
  readonly count: number;
  label(bin: number): string;
  byLabel(label: string): number;
  isOpen(bin: number): boolean;
  /** The fob in it; undefined: none. */
  content(bin: number): string | undefined;
  readonly state: BinsState;
  /** Takes what hangs behind an open door, and tells what that is. */
  take(bin: number): string;
  put(bin: number, fob: string): void;
  close(bin: number): void;
  /** Called with each event at locks, doors and hooks. Returns what ends it. */
  watch(watcher: (event: BinEvent) => void): () => void;
}

/** Latches that can be made to jam, and doors that give way to a crowbar. */
export interface Latches {
  jam(bin: number, jammed: boolean): void;
  /** The door is open, whatever the lock says. */
  force(bin: number): void;
}

interface Cable {
  readonly powered: boolean;
  /** In reach of its network, or not. */
  setAvailable(available: boolean): void;
  readonly access: { drop(): void; setMode(mode: BackhaulMode): void };
}

/** Links to the internet. */
export interface LinksHand {
  /** What is behind every link of the building. */
  setInternet(mode: BackhaulMode): void;
  /** How much that carries, and loses; undefined: whatever comes. */
  setQuality(quality: LineQuality | undefined): void;
  readonly ethernet: Cable | undefined;
  readonly cellular: Cable | undefined;
  readonly wifi:
    | {
        readonly powered: boolean;
        /** A phone's hotspot or another network comes into reach. Answers what is behind it. */
        appear(network: WifiCredentials): { setMode(mode: BackhaulMode): void };
        vanish(ssid: string): void;
      }
    | undefined;
}

/** The real-time clock of the box, where it can be spoilt. */
export interface ClockHand {
  lose(): void;
  /** Puts it off by `seconds` from now on. */
  shift(seconds: number): void;
  /** Parts per million, negative when slow. */
  driftPpm: number;
  /** Seconds that it is ahead of true time; undefined when it is lost. */
  readonly errorSeconds: number | undefined;
}

/** Images of the partitions, as somebody reads them who takes the chip out. */
export interface FlashImages {
  readonly journal: NorFlash;
  readonly snapshot: NorFlash;
}

/** What the box tells of its own life. */
export interface Console {
  readonly state: "off" | "starting" | "running" | "asleep";
  readonly boots: number;
  /** How long the box was busy with sealed messages. */
  readonly load: { readonly busyMs: number };
  readonly crashCount: number;
  /** The newest crashes. */
  readonly crashes: readonly { readonly atMs: number; readonly message: string; readonly stack: string }[];
}

/** Whatever somebody can do to a box, or see of it. A target has all of it, or some. */
export interface Capabilities {
  readonly power: Power;
  readonly console: Console;
  readonly panel: PanelHand;
  readonly reader: ReaderHand;
  readonly bins: BinsHand;
  readonly button: ButtonHand;
  readonly links: LinksHand;
  readonly flash: FlashImages;
  readonly cell: BackupCell;
  readonly cuts: Cuts;
  readonly latches: Latches;
  readonly clock: ClockHand;
  /** Parts of the board that can be broken, register by register. */
  readonly parts: BoardParts;
}

export type Capability = keyof Capabilities;

/** What every target has: without it nobody could use the box. A scenario need not ask for them. */
export const BASIC = ["power", "console", "panel", "reader", "bins"] as const satisfies readonly Capability[];
