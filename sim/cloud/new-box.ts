import { type Box, bytesToHex, CloudError } from "./domain.js";

/** A board's expanders address so many units, A to Z. */
const MOST_UNITS = 26;

/** `[12, 8]`: and B-1 to B-8. Throws CloudError. */
export function binLabels(units: readonly number[]): string[] {
  const isGood = units.length >= 1 && units.length <= MOST_UNITS && units.every((n) => Number.isInteger(n) && n >= 1);
  if (!isGood) throw new CloudError("bins: write how many each unit has, such as 12 or 12+8");
  return units.flatMap((count, unit) =>
    Array.from({ length: count }, (_, i) => `${String.fromCharCode(65 + unit)}-${i + 1}`),
  );
}

/** A box with secrets of its own, which `random` gives; they are what its identity image holds. */
export function newBox(
  { id, model, location, bins }: Pick<Box, "id" | "model" | "location"> & { readonly bins: readonly string[] },
  random: (count: number) => Uint8Array,
): Box {
  const key = (): string => bytesToHex(random(32));
  return {
    id,
    model,
    location,
    sealingKey: key(),
    codesKey: key(),
    lookupKey: key(),
    username: `box-${id}`,
    password: bytesToHex(random(12)),
    bins: bins.map((label) => ({ label, enabled: true })),
  };
}
