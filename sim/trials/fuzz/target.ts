/** A parser on trial. */
export interface Target {
  readonly name: string;
  /** For whoever chooses one. */
  readonly what: string;
  /** Good inputs that the search begins with, besides the corpus. */
  readonly seeds: () => readonly Uint8Array[];
  /** Gives the parser one input. Throws whatever the parser throws beyond what its contract names, and Broken. */
  readonly run: (input: Uint8Array) => void;
}

/** The parser took an input, and what it answered breaks its contract. */
export class Broken extends Error {}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

type ErrorClass = abstract new (...given: never[]) => Error;

/** What `work` answers; undefined where it refused by one of the errors that its contract names. */
export function unlessRefused<T>(work: () => T, ...named: readonly ErrorClass[]): T | undefined {
  try {
    return work();
  } catch (error) {
    if (named.some((one) => error instanceof one)) return undefined;
    throw error;
  }
}

/** The first byte of an input chooses among `count`, and the rest is what is parsed. */
export function chosen(input: Uint8Array, count: number): { readonly index: number; readonly rest: Uint8Array } {
  return { index: (input[0] ?? 0) % count, rest: input.subarray(1) };
}

/** `bytes` in pieces whose sizes differ, as a stream brings them. */
export function* pieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % most) + 1) {
    yield bytes.slice(at, at + size);
  }
}
