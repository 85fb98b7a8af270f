/** Named figures; the unit is in the name. */
export type Figures = Readonly<Record<string, number>>;

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** What each figure is, for `--help`: name and meaning. */
  readonly figures: Readonly<Record<string, string>>;
  /** `progress`: for people, while it takes its time. */
  run(progress: (text: string) => void): Promise<Figures>;
}
