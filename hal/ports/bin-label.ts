/** What is printed on a bin, such as `A-1`: the letter of its unit, a dash, its number from 1. */

/** `A` for the base unit, 0; `B` and so on for the expansion units. */
export function unitLetter(unit: number): string {
  return String.fromCharCode(65 + unit);
}

export function binLabel(unit: string, number: number): string {
  return `${unit}-${number}`;
}

/** Undefined: `text` is no bin's label. */
export function readBinLabel(text: string): { readonly unit: string; readonly number: number } | undefined {
  const match = /^([A-Z])-([1-9]\d{0,2})$/.exec(text);
  return match === null ? undefined : { unit: match[1]!, number: Number(match[2]) };
}
