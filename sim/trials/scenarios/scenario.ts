import type { Verdict } from "../judge/judge.js";
import type { Capability } from "../rig/capabilities.js";
import type { BrokerKind } from "../stage/broker-side.js";
import type { Scene } from "../stage/stage.js";
import type { People } from "./people.js";

export interface Act {
  readonly stage: Scene;
  readonly people: People;
  /** What is being done, for whoever watches. */
  step(text: string): void;
  readonly options: ScenarioOptions;
}

export interface ScenarioOptions {
  /** Random exchanges while offline. */
  readonly exchanges: number;
  /** Kill the broker in the middle of the replay. */
  readonly killBroker: boolean;
}

/** Brokers that a story can be played with, and why not with the others. */
export interface OnlyWith {
  readonly brokers: readonly BrokerKind[];
  readonly why: string;
}

/** For stories of many hours: real brokers keep real time, however fast the box lives. */
export const VIRTUAL_ONLY: OnlyWith = { brokers: ["virtual"], why: "the story is too long for a broker in real time" };
export const BROKER_TURNS: OnlyWith = { brokers: ["virtual"], why: "the story turns the broker against the box" };
export const BAD_WAY: OnlyWith = {
  brokers: ["mosquitto", "embedded"],
  why: "the story is about bytes on real sockets",
};
export const IN_WORLD_TIME: OnlyWith = {
  brokers: ["virtual"],
  why: "its cloud lives in the world's time",
};
export const KILLS_BROKER: OnlyWith = {
  brokers: ["virtual", "mosquitto"],
  why: "the story kills the broker, and this one lives in the simulator's own process",
};

/** What keeps a story from being played with a broker, with the way out; undefined: nothing. */
export function whyNotWith(
  scenario: Scenario,
  broker: BrokerKind,
  { killBroker }: ScenarioOptions,
): string | undefined {
  const limits = [...(scenario.onlyWith ? [scenario.onlyWith] : []), ...(killBroker ? [KILLS_BROKER] : [])];
  const limit = limits.find(({ brokers }) => !brokers.includes(broker));
  if (limit === undefined) return undefined;
  const name = killBroker && limit === KILLS_BROKER ? "--kill-broker" : scenario.name;
  return `${name} cannot be played with --broker ${broker}: ${limit.why}; use --broker ${limit.brokers.join(" or ")}`;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Absent: it can be played with every broker. */
  readonly onlyWith?: OnlyWith;
  /** Between box and broker is a way that it makes bad. */
  readonly overBadWay?: true;
  /** Between box and broker is somebody who tells the box other things than the broker does. */
  readonly overLyingWay?: true;
  /** What it asks the rig for beyond the basics; absent: nothing. */
  readonly needs?: readonly Capability[];
  /** The box's firmware is replaced in it; false if absent. */
  readonly takesUpdates?: boolean;
  /** Images are filled up to so many bytes; absent: they have what the program has. */
  readonly imageBytes?: number;
  /** The cloud's process is killed in it; false if absent. */
  readonly killsCloud?: true;
  /** The cloud keeps its data in a PostgreSQL with a standby; false if absent. */
  readonly onDatabase?: true;
  /** Plays it until everything should agree again. Throws where the box does not do what a person would expect. */
  play(act: Act): Promise<void>;
}

export interface ScenarioResult extends Verdict {
  readonly scenario: string;
  readonly seed: number;
  readonly broker: string;
  readonly powerCuts: number;
  readonly boots: number;
  /** What left the cell, self-discharge included. */
  readonly usedMilliampHours: number;
  readonly virtualSeconds: number;
  /** SHA-256 over the whole trace: the same for the same seed, in virtual time. Absent: a real database took part. */
  readonly traceHash?: string;
  /** The step that failed and why; absent when the story went as told. */
  readonly failure?: string;
}
