import type { Place } from "./place.js";

/** MQTT's protocol level: 3.1.1 and 5. */
export type Version = 4 | 5;

/** `needed`: a box does not work without. `useful`: it works, and something comes later or costs more. */
export type Need = "needed" | "useful";

/** What a broker has of a feature. `untried`: it could not be seen here, and the note says why. */
export interface Finding {
  readonly verdict: "yes" | "no" | "untried";
  /** A clause without a full stop; empty: nothing to add. */
  readonly note: string;
}

export interface Probe {
  readonly id: string;
  /** What the broker is to do, for the table. */
  readonly title: string;
  readonly need: Need;
  /** Versions that have it; absent: both. */
  readonly only?: Version;
  /** TLS brokers only. */
  readonly tlsOnly?: boolean;
  /** Waits for most of its time: runs beside the others. */
  readonly inBackground?: boolean;
  /** s that it may take on top of the limit of every probe, because it waits for so long by its nature. */
  readonly extraSeconds?: number;
  /** What goes wrong at the broker is thrown as ProbeError, or answered as `no`. */
  run(place: Place): Promise<Finding>;
}

/** The broker does not do what was asked; the message says what came in its place. */
export class ProbeError extends Error {}

export const yes = (note = ""): Finding => ({ verdict: "yes", note });
export const no = (note: string): Finding => ({ verdict: "no", note });
export const untried = (note: string): Finding => ({ verdict: "untried", note });
