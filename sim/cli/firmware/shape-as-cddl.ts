/*
 * The words of firmware/wire/shape.ts once more, with another meaning: here each says what it is in CDDL (RFC 8610). The declarations
 * of records and checkpoints are run with these in place of those, and so write their own document.
 */

/** A field as CDDL. */
export interface Described {
  readonly cddl: string | undefined;
  /** In place of `cddl`: one of these numbers. */
  readonly table?: object;
  /** Behind a table: what is read besides. */
  readonly read?: string | undefined;
  readonly optional?: boolean;
}

const range = (min: number, max: number) => (min === max ? String(min) : `${min}..${max}`);
const size = (type: string, min: number, max: number) => `${type} .size ${min === max ? min : `(${min}..${max})`}`;

export const whole53: Described = { cddl: "whole" };
export const whole = (min: number, max: number): Described => ({ cddl: range(min, max) });
export const bytes = (min: number, max: number): Described => ({ cddl: size("bstr", min, max) });
export const characters = (max: number): Described => ({ cddl: `tstr .regexp ".{0,${max}}"` });
export const oneOf = (table: object): Described => ({ cddl: undefined, table });
export const optional = (field: Described): Described => ({ ...field, optional: true });
export const wider = (written: Described, read: Described): Described => ({ ...written, read: read.cddl });
export const orNull = (field: Described): Described => ({ cddl: `${field.cddl} / nil` });
export const tuple = (...elements: readonly Described[]): Described => ({
  cddl: `[${elements.map(({ cddl }) => cddl).join(", ")}, * any]`,
});
export const shape = <F>(fields: F) => ({ fields });
export class MessageError extends Error {}
