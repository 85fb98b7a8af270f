/** One pin (ECMA-419, 2nd edition, "Digital"). Levels are 0 and 1. */
export interface Digital {
  read(): number;
  write(level: number): void;
  close(): void;
}

export interface DigitalOptions {
  readonly pin: number;
  /** One of the constructor's modes. */
  readonly mode: number;
  /** Sum of the constructor's edges; with `onReadable`. */
  readonly edge?: number;
  /** Called from the loop after an edge; several edges may give one call, and one may be missed. */
  readonly onReadable?: () => void;
}

export interface DigitalConstructor {
  readonly Input: number;
  readonly InputPullUp: number;
  readonly Output: number;
  readonly Rising: number;
  readonly Falling: number;
  new (options: DigitalOptions): Digital;
}
