import { type FlashRecord, Kind, RULES } from "./records.js";

/** A field with so few values is told by each of them. */
const VALUES_MAX = 5;

/** By the kind's number: its name, and the fields that tell one such record from another. */
const KINDS = new Map(
  Object.entries(Kind).map(([name, kind]) => [
    kind as number,
    { name, fields: (RULES[kind] ?? "").split(", ").flatMap(telling) },
  ]),
);

interface Telling {
  readonly name: string;
  /** Its values; undefined: that it is there is what tells. */
  readonly values: readonly number[] | undefined;
}

/** Every sort of record that firmware/records/records.cddl allows: `outcome`, `outcome.result=2`, `intent.lapsed`. */
export function possibleMarks(): string[] {
  return [...KINDS.values()].flatMap(({ name, fields }) => [name, ...fields.flatMap((field) => marksOf(name, field))]);
}

/** Which of `possibleMarks` a record shows. */
export function recordMarks(record: FlashRecord): string[] {
  const kind = KINDS.get(record.kind);
  if (kind === undefined) return [];
  const values = record as unknown as Readonly<Record<string, unknown>>;
  const shown = kind.fields.filter(({ name }) => values[name] !== undefined);
  return [
    kind.name,
    ...shown.map((field) =>
      field.values === undefined ? `${kind.name}.${field.name}` : `${kind.name}.${field.name}=${values[field.name]}`,
    ),
  ];
}

function marksOf(kind: string, { name, values }: Telling): string[] {
  return values === undefined ? [`${kind}.${name}`] : values.map((value) => `${kind}.${name}=${value}`);
}

/** A field with few values, or one that may be absent. */
function telling(rule: string): Telling[] {
  const [, mark, name, from, to] = /^(\?)?\d+ (\w+) (?:(\d+)\.\.(\d+)|.+)$/.exec(rule) ?? [];
  if (name === undefined) return [];
  const count = Number(to) - Number(from) + 1;
  if (count > 1 && count <= VALUES_MAX) {
    return [{ name, values: Array.from({ length: count }, (_, at) => Number(from) + at) }];
  }
  return mark === undefined ? [] : [{ name, values: undefined }];
}
