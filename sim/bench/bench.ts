/** Named figures; the unit is in the name. */
export type Figures = Readonly<Record<string, number>>;

/** A program that a bench needs is not on this machine; the message says how to get it. */
export class NoToolError extends Error {}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** What each figure is, for `--help`: name and meaning. */
  readonly figures: Readonly<Record<string, string>>;
  /** `progress`: for people, while it takes its time. */
  run(progress: (text: string) => void): Promise<Figures>;
}
