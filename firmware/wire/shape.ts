import { CborError, decodeCbor, encodeCbor } from "./cbor.js";
import { utf8Length } from "./utf8.js";

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

/** One of a few texts or numbers. */
export function oneOf<const T extends string | number>(...allowed: readonly T[]): Field<T> {
  return (value, name) => allowed.find((entry) => entry === value) ?? fail(name, allowed.join(" or "));
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

/**
 * A body of exactly these fields, encoded in this order. Fields that a newer peer adds are dropped when it is decoded. `fields`: by names of keys.ts. `rule` checks what no field can
 * say alone.
 */
export function shape<T extends object>(
  fields: { readonly [K in keyof T]-?: Field<T[K]> },
  rule?: (body: T) => void,
): BodyCodec<T> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  const check = (source: Readonly<Record<string, unknown>>, isReading: boolean): T => {
    const body: Record<string, unknown> = {};
    for (const [name, field] of entries) {
      const value = field(source[name], name, isReading);
      if (value !== undefined) body[name] = value;
    }
    rule?.(body as T);
    return body as T;
  };
  /** What this firmware itself writes has no field that is not declared. */
  const refuseOthers = (source: Readonly<Record<string, unknown>>) => {
    for (const name of Object.keys(source)) {
      if (!Object.hasOwn(fields, name)) throw new MessageError(`${name}: unknown field`);
    }
    return source;
  };
  return {
    encode: (body) => encodeCbor(check(refuseOthers(body as Readonly<Record<string, unknown>>), false)),
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
