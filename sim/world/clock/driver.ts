/** What moves a scheduler's time on. Scenarios see only this, so the same script runs in virtual time and beside real brokers. */
export interface Driver {
  /** Lets `ms` of virtual time pass. */
  advance(ms: number): Promise<void>;
  /** Runs until `reached` holds, tried before the first and after each event; false when `limitMs` of virtual time went by first. */
  until(reached: () => boolean, limitMs: number): Promise<boolean>;
}
