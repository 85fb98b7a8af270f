/** A part that does not work now. */
export interface PartFault {
  /** What it is to whoever looks after the box, such as `reader`: at most 32 printable ASCII characters. */
  readonly name: string;
  /** What was seen: at most 64 printable ASCII characters. */
  readonly reason: string;
}

/** How the board's parts are. */
export interface PartsPort {
  /** At most 16, in a fixed order of parts; empty when everything works. Idempotent; talks to no part. */
  faults(): readonly PartFault[];
  /** Called after `faults()` has changed, at most once a second. */
  onChange: (() => void) | undefined;
}
