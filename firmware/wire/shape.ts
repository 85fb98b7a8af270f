import { utf8Length } from "../../hal/bytes/utf8.js";
import { CborError, decodeCbor, encodeCbor } from "./cbor.js";

/** A body that is not what protocol.cddl says. The message names the field. */
export class MessageError extends Error {}

/**
 * What a field may be. Objects that share their functions, and no closures: of two hundred, each closure would take 13 slots in place
 * of 4.
 */
export interface Field<T> {
  /**
   * Turns a decoded value into the field's, or throws MessageError. `name`: of the field, for the error. `isReading`: the value was
   * written by somebody else, who may know more than this firmware.
   */
  take(value: unknown, name: string, isReading?: boolean): T;
}

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

/** A field of something between two bounds, both inclusive. */
interface Bounded<T> extends Field<T> {
  readonly min: number;
  readonly max: number;
}

/** A whole number from `min` to `max`, both inclusive, below 2^53. */
export function whole(min: number, max: number): Field<number> {
  return { take: takeWhole, min, max } as Bounded<number>;
}

function takeWhole(this: Bounded<number>, value: unknown, name: string): number {
  // A 64-bit integer decodes to a bigint, whatever its size; an encoder other than ours may use one for any number.
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < this.min || number > this.max) {
    fail(name, `whole number from ${this.min} to ${this.max}`);
  }
  // -0 came as a float; it must not travel on as something that is not 0.
  return number + 0;
}

/** CDDL `uint` as far as this protocol uses it: 32 bits. */
export const uint: Field<number> = whole(0, 0xffffffff);

/** A whole number below 2^53: sequence numbers and times. */
export const whole53: Field<number> = whole(0, Number.MAX_SAFE_INTEGER);

export const flag: Field<boolean> = {
  take: (value, name) => (typeof value === "boolean" ? value : fail(name, "true or false")),
};

/** A byte string of `min` to `max` bytes. */
export function bytes(min: number, max: number): Field<Uint8Array> {
  return { take: takeBytes, min, max } as Bounded<Uint8Array>;
}

function takeBytes(this: Bounded<Uint8Array>, value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < this.min || value.length > this.max) {
    fail(name, `${this.min} to ${this.max} bytes`);
  }
  return value;
}

/** A text string of `min` to `max` bytes of UTF-8. */
export function text(min: number, max: number): Field<string> {
  return { take: takeText, min, max } as Bounded<string>;
}

function takeText(this: Bounded<string>, value: unknown, name: string): string {
  if (typeof value !== "string") fail(name, "text");
  const length = utf8Length(value);
  if (length < this.min || length > this.max) fail(name, `${this.min} to ${this.max} bytes of text`);
  return value;
}

/** A text of at most `max` UTF-16 units: one for each character of the languages that the box speaks. */
export function characters(max: number): Field<string> {
  return { take: takeCharacters, min: 0, max } as Bounded<string>;
}

function takeCharacters(this: Bounded<string>, value: unknown, name: string): string {
  if (typeof value !== "string" || value.length > this.max) fail(name, `a text of at most ${this.max} characters`);
  return value;
}

interface OneOf<T extends number> extends Field<T> {
  readonly table: Readonly<Record<string, T>>;
  readonly numbers: readonly unknown[];
}

/** One of the numbers of `table`. */
export function oneOf<const T extends number>(table: Readonly<Record<string, T>>): Field<T> {
  return { take: takeOneOf, table, numbers: Object.values(table) } as OneOf<T>;
}

function takeOneOf<T extends number>(this: OneOf<T>, value: unknown, name: string): T {
  return this.numbers.includes(value) ? (value as T) : fail(name, Object.keys(this.table).join(" or "));
}

interface List<T> extends Bounded<readonly T[]> {
  readonly element: Field<T>;
}

/** An array of `min` to `max` elements. */
export function list<T>(min: number, max: number, element: Field<T>): Field<readonly T[]> {
  return { take: takeList, min, max, element } as List<T>;
}

function takeList<T>(this: List<T>, value: unknown, name: string): readonly T[] {
  if (!Array.isArray(value) || value.length < this.min || value.length > this.max) {
    fail(name, `${this.min} to ${this.max} elements`);
  }
  const elements: T[] = [];
  for (let i = 0; i < value.length; i++) elements.push(this.element.take(value[i], `${name}[${i}]`));
  return elements;
}

type Elements<T extends readonly unknown[]> = { readonly [I in keyof T]: Field<T[I]> };

interface Tuple<T extends readonly unknown[]> extends Field<T> {
  readonly elements: Elements<T>;
}

/** An array that begins with these elements; what a later firmware adds behind them is dropped. */
export function tuple<const T extends readonly unknown[]>(...elements: Elements<T>): Field<T> {
  return { take: takeTuple, elements } as Tuple<T>;
}

function takeTuple<T extends readonly unknown[]>(this: Tuple<T>, value: unknown, name: string): T {
  const { elements } = this;
  if (!Array.isArray(value) || value.length < elements.length) fail(name, `${elements.length} elements`);
  return elements.map((element, i) => element.take(value[i], `${name}[${i}]`)) as unknown as T;
}

/** A field that takes what another one does, and something more. */
interface Around<T, U> extends Field<T> {
  readonly field: Field<U>;
}

/** Of an element that is not known: null in its place. */
export function orNull<T>(field: Field<T>): Field<T | null> {
  return { take: takeOrNull, field } as Around<T | null, T>;
}

function takeOrNull<T>(this: Around<T | null, T>, value: unknown, name: string): T | null {
  return value === null ? null : this.field.take(value, name);
}

/** A field that may be absent. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { take: takeOptional, field } as Around<T | undefined, T>;
}

function takeOptional<T>(this: Around<T | undefined, T>, value: unknown, name: string): T | undefined {
  return value === undefined ? undefined : this.field.take(value, name);
}

/** As `optional`; but what a newer peer writes there, and this firmware cannot read, counts as absent: it must not cost the whole body. */
export function tolerated<T>(field: Field<T>): Field<T | undefined> {
  return { take: takeTolerated, field } as Around<T | undefined, T>;
}

function takeTolerated<T>(
  this: Around<T | undefined, T>,
  value: unknown,
  name: string,
  isReading?: boolean,
): T | undefined {
  if (value === undefined) return undefined;
  try {
    return this.field.take(value, name);
  } catch (error) {
    if (error instanceof MessageError && isReading === true) return undefined;
    throw error;
  }
}

interface Wider<T> extends Field<T> {
  readonly written: Field<T>;
  readonly read: Field<T>;
}

/** What this firmware writes, and what it takes from a peer that may be newer. */
export function wider<T>(written: Field<T>, read: Field<T>): Field<T> {
  return { take: takeWider, written, read } as Wider<T>;
}

function takeWider<T>(this: Wider<T>, value: unknown, name: string, isReading?: boolean): T {
  return (isReading === true ? this.read : this.written).take(value, name);
}

/** Fields by names of keys.ts: the declaration of a body. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

type Optional<F extends Fields> = { [K in keyof F]: undefined extends TypeOf<F[K]> ? K : never }[keyof F];
type TypeOf<F> = F extends Field<infer T> ? T : never;
/** The type of a body that is declared by `F`: what is documented there is documented here. */
export type BodyOf<F extends Fields> = { readonly [K in keyof F as Exclude<K, Optional<F>>]: TypeOf<F[K]> } & {
  readonly [K in keyof F as Extract<K, Optional<F>>]?: TypeOf<F[K]>;
};

/** The same as a name, its field, the next name, and so on: XS goes through the names of an object slowly. */
export type FieldList = readonly (string | Field<unknown>)[];

/** Made once, at the top of a module. Frozen and flat: on a board each thing that could be written to has a word of RAM. */
export function listed(fields: Fields): FieldList {
  return Object.freeze(Object.entries(fields).flat());
}

/** Puts each declared field of `source` into `body`, which may be `source` itself. Throws MessageError. */
export function takeFields(
  fields: FieldList,
  source: Readonly<Record<string, unknown>>,
  body: Record<string, unknown>,
  isReading: boolean,
): void {
  const { length } = fields;
  for (let i = 0; i < length; i += 2) {
    const name = fields[i] as string;
    const value = (fields[i + 1] as Field<unknown>).take(source[name], name, isReading);
    if (value !== body[name]) body[name] = value;
  }
}

/** What this firmware itself writes has no field that is declared nowhere. Throws MessageError. */
export function refuseOthers(source: Readonly<Record<string, unknown>>, ...declared: readonly Fields[]): void {
  const unknown = Object.keys(source).find((name) => !declared.some((fields) => Object.hasOwn(fields, name)));
  if (unknown !== undefined) throw new MessageError(`${unknown}: unknown field`);
}

/**
 * A body of exactly these fields, encoded in this order. Fields that a newer peer adds are dropped when it is decoded. `fields`: by
 * names of keys.ts. `rule` checks what no field can say alone.
 */
export function shape<T extends object>(
  fields: { readonly [K in keyof T]-?: Field<T[K]> },
  rule?: (body: T) => void,
): BodyCodec<T> {
  return new Shape(fields as unknown as Fields, rule);
}

class Shape<T extends object> implements BodyCodec<T> {
  readonly #fields: Fields;
  readonly #inOrder: FieldList;
  readonly #rule: ((body: T) => void) | undefined;

  constructor(fields: Fields, rule: ((body: T) => void) | undefined) {
    this.#fields = fields;
    this.#inOrder = listed(fields);
    this.#rule = rule;
  }

  encode(body: T): Uint8Array {
    const source = body as Readonly<Record<string, unknown>>;
    refuseOthers(source, this.#fields);
    return encodeCbor(this.#check(source, false));
  }

  decode(encoded: Uint8Array): T {
    let source: Readonly<Record<string, unknown>>;
    try {
      source = decodeCbor(encoded);
    } catch (error) {
      if (error instanceof CborError) throw new MessageError(error.message);
      throw error;
    }
    return this.#check(source, true);
  }

  #check(source: Readonly<Record<string, unknown>>, isReading: boolean): T {
    const body: Record<string, unknown> = {};
    takeFields(this.#inOrder, source, body, isReading);
    this.#rule?.(body as T);
    return body as T;
  }
}
