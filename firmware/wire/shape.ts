import { utf8Length } from "../../hal/bytes/utf8.js";
import { CborError, decodeCbor, encodeCbor } from "./cbor.js";

/** A body that is not what protocol.cddl says. The message names the field. */
export class MessageError extends Error {}

/**
 * Turns a decoded value into a field's, or throws MessageError. `name`: of the field, for the error. `isReading`: the value was
 * written by somebody else, who may know more than this firmware.
 */
export type Field<T> = (value: unknown, name: string, isReading?: boolean) => T;

/** Encodes and decodes one kind of body. Both check every field; both throw MessageError. */
export interface BodyCodec<T> {
  /** The result is the caller's own copy. Properties that are undefined are left out. */
  encode(body: T): Uint8Array;
  /** `bytes` may come from anybody. Byte strings in the result are views of `bytes`. */
  decode(bytes: Uint8Array): T;
}

function fail(name: string, expected: string): never {
  throw new MessageError(`${name}: ${expected} expected`);
}

/** A whole number from `min` to `max`, both inclusive, below 2^53. */
export function whole(min: number, max: number): Field<number> {
  return (value, name) => {
    // A 64-bit integer decodes to a bigint, whatever its size; an encoder other than ours may use one for any number.
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < min || number > max) {
      fail(name, `whole number from ${min} to ${max}`);
    }
    // -0 came as a float; it must not travel on as something that is not 0.
    return number + 0;
  };
}

/** CDDL `uint` as far as this protocol uses it: 32 bits. */
export const uint: Field<number> = whole(0, 0xffffffff);

/** A whole number below 2^53: sequence numbers and times. */
export const whole53: Field<number> = whole(0, Number.MAX_SAFE_INTEGER);

export const flag: Field<boolean> = (value, name) => (typeof value === "boolean" ? value : fail(name, "true or false"));

/** A byte string of `min` to `max` bytes. */
export function bytes(min: number, max: number): Field<Uint8Array> {
  return (value, name) => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max) {
      fail(name, `${min} to ${max} bytes`);
    }
    return value;
  };
}

/** A text string of `min` to `max` bytes of UTF-8. */
export function text(min: number, max: number): Field<string> {
  return (value, name) => {
    if (typeof value !== "string") fail(name, "text");
    const length = utf8Length(value);
    if (length < min || length > max) fail(name, `${min} to ${max} bytes of text`);
    return value;
  };
}

/** A text of at most `max` UTF-16 units: one for each character of the languages that the box speaks. */
export function characters(max: number): Field<string> {
  return (value, name) =>
    typeof value === "string" && value.length <= max ? value : fail(name, `a text of at most ${max} characters`);
}

/** One of the numbers of `table`. */
export function oneOf<const T extends number>(table: Readonly<Record<string, T>>): Field<T> {
  const numbers: readonly unknown[] = Object.values(table);
  return (value, name) => (numbers.includes(value) ? (value as T) : fail(name, Object.keys(table).join(" or ")));
}

/** An array of `min` to `max` elements. */
export function list<T>(min: number, max: number, element: Field<T>): Field<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) fail(name, `${min} to ${max} elements`);
    const elements: T[] = [];
    for (let i = 0; i < value.length; i++) elements.push(element(value[i], `${name}[${i}]`));
    return elements;
  };
}

/** An array that begins with these elements; what a later firmware adds behind them is dropped. */
export function tuple<const T extends readonly unknown[]>(
  ...elements: { readonly [I in keyof T]: Field<T[I]> }
): Field<T> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length < elements.length) fail(name, `${elements.length} elements`);
    return elements.map((element, i) => element(value[i], `${name}[${i}]`)) as unknown as T;
  };
}

/** Of an element that is not known: null in its place. */
export function orNull<T>(field: Field<T>): Field<T | null> {
  return (value, name) => (value === null ? null : field(value, name));
}

/** A field that may be absent. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value, name) => (value === undefined ? undefined : field(value, name));
}

/** As `optional`; but what a newer peer writes there, and this firmware cannot read, counts as absent: it must not cost the whole body. */
export function tolerated<T>(field: Field<T>): Field<T | undefined> {
  return (value, name, isReading) => {
    if (value === undefined) return undefined;
    try {
      return field(value, name);
    } catch (error) {
      if (error instanceof MessageError && isReading === true) return undefined;
      throw error;
    }
  };
}

/** What this firmware writes, and what it takes from a peer that may be newer. */
export function wider<T>(written: Field<T>, read: Field<T>): Field<T> {
  return (value, name, isReading) => (isReading === true ? read : written)(value, name);
}

/** Fields by names of keys.ts: the declaration of a body. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

type Optional<F extends Fields> = { [K in keyof F]: undefined extends TypeOf<F[K]> ? K : never }[keyof F];
type TypeOf<F> = F extends Field<infer T> ? T : never;
/** The type of a body that is declared by `F`: what is documented there is documented here. */
export type BodyOf<F extends Fields> = { readonly [K in keyof F as Exclude<K, Optional<F>>]: TypeOf<F[K]> } & {
  readonly [K in keyof F as Extract<K, Optional<F>>]?: TypeOf<F[K]>;
};

/** Puts each declared field of `source` into `body`, which may be `source` itself. Throws MessageError. */
export function takeFields(
  fields: Fields,
  source: Readonly<Record<string, unknown>>,
  body: Record<string, unknown>,
  isReading: boolean,
): void {
  for (const name in fields) {
    const value = fields[name]!(source[name], name, isReading);
    if (value !== body[name]) body[name] = value;
  }
}

/** What this firmware itself writes has no field that is declared nowhere. Throws MessageError. */
export function refuseOthers(source: Readonly<Record<string, unknown>>, ...declared: readonly Fields[]): void {
  for (const name of Object.keys(source)) {
    if (!declared.some((fields) => Object.hasOwn(fields, name))) throw new MessageError(`${name}: unknown field`);
  }
}

/**
 * A body of exactly these fields, encoded in this order. Fields that a newer peer adds are dropped when it is decoded. `fields`: by
 * names of keys.ts. `rule` checks what no field can say alone.
 */
export function shape<T extends object>(
  fields: { readonly [K in keyof T]-?: Field<T[K]> },
  rule?: (body: T) => void,
): BodyCodec<T> {
  const declared = fields as unknown as Fields;
  const check = (source: Readonly<Record<string, unknown>>, isReading: boolean): T => {
    const body: Record<string, unknown> = {};
    takeFields(declared, source, body, isReading);
    rule?.(body as T);
    return body as T;
  };
  return {
    encode(body) {
      const source = body as Readonly<Record<string, unknown>>;
      refuseOthers(source, declared);
      return encodeCbor(check(source, false));
    },
    decode(encoded) {
      let source: Readonly<Record<string, unknown>>;
      try {
        source = decodeCbor(encoded);
      } catch (error) {
        if (error instanceof CborError) throw new MessageError(error.message);
        throw error;
      }
      return check(source, true);
    },
  };
}
