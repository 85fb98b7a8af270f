import { binLabel, unitLetter } from "../../hal/ports/bin-label.js";
import { type Box, bytesToHex, CloudError } from "./domain.js";

/** A board's expanders address so many units, A to Z. */
const MOST_UNITS = 26;

/** `[12, 8]`: and B-1 to B-8. Throws CloudError. */
export function binLabels(units: readonly number[]): string[] {
  const isGood = units.length >= 1 && units.length <= MOST_UNITS && units.every((n) => Number.isInteger(n) && n >= 1);
  if (!isGood) throw new CloudError("bins: write how many each unit has, such as 12 or 12+8");
  return units.flatMap((count, unit) => Array.from({ length: count }, (_, i) => binLabel(unitLetter(unit), i + 1)));
}

/** In place of an id: draw one that says nothing. */
const OPAQUE = "opaque";
/** No letters or digits that are read for one another on a label. */
const OPAQUE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** An id for topics, client identifier and labels that tells a broker's owner neither model nor place: 10 characters, 8e14 of them. */
function opaqueId(random: (count: number) => Uint8Array): string {
  const letter = (byte: number): string => OPAQUE_LETTERS[byte % OPAQUE_LETTERS.length]!;
  return `BOX-${Array.from(random(10), letter).join("")}`;
}

/** A box with secrets of its own, which `random` gives; they are what its identity image holds. `id` `opaque`: one that says nothing. */
export function newBox(
  { id, model, location, bins }: Pick<Box, "id" | "model" | "location"> & { readonly bins: readonly string[] },
  random: (count: number) => Uint8Array,
): Box {
  const key = (): string => bytesToHex(random(32));
  if (id === OPAQUE) return newBox({ id: opaqueId(random), model, location, bins }, random);
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
