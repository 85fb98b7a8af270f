import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { KEYS } from "../../../firmware/wire/keys.js";
import { ROOT } from "../../engines/xs/bundle.js";
import type { Described } from "./shape-as-cddl.js";

export const RECORDS_CDDL = "firmware/records/records.cddl";
const RECORDS = "firmware/records/records.ts";
const PIECES = "firmware/state/checkpoint-pieces.ts";
const COLUMNS = 100;

type Fields = Readonly<Record<string, Described>>;
type Table = Readonly<Record<string, number>>;

interface Declared {
  readonly Kind: Table;
  readonly HEAD: Fields;
  readonly FIELDS: Readonly<Record<number, Fields>>;
  readonly Chapter: Table;
  readonly MainPiece: { readonly fields: Fields };
  readonly OpeningPiece: { readonly fields: Fields };
  readonly ListPiece: { readonly fields: Fields };
}

const INTRODUCTION = `; Journal records and checkpoint pieces: what the payloads of firmware/journal/SPEC.md hold.
; Written by \`npm run cddl\` from ${RECORDS} and
; ${PIECES}; tests/records/cddl.test.ts holds them to each other.
;
; Map keys are the integers of firmware/wire/keys.ts. Encodings are those of RFC 8949, the shortest
; but for two: a map may have the head b9 00 nn, and integers above 2^32 travel as float64.
; Kinds, keys and numbers are never given another meaning. What a later firmware adds is read past:
; a field that is not below (\`later\`), and a whole record of another kind or with a number that is
; not below, of which a reader makes that nobody knows what is in the bin under key 4.

whole = uint / float64                   ; a whole number below 2^53
later = ( * (uint / tstr) => any )
`;

/** The text of `records.cddl`, from the declarations and what is written above each. */
export async function recordsCddl(): Promise<string> {
  const declared = await describe();
  const recordDocs = docsIn(RECORDS);
  const pieceDocs = docsIn(PIECES);
  const tables = Object.entries(declared).filter(([name]) => recordDocs.tables.includes(name)) as [string, Table][];
  const ruleOf = (field: Described) => {
    if (field.table === undefined) return field.cddl!;
    const rule = kebab(tables.find(([, table]) => table === field.table)![0]);
    return field.read === undefined ? rule : `${rule} / ${field.read}`;
  };
  const entries = (fields: Fields, docs: (name: string) => string | undefined) =>
    Object.entries(fields).flatMap(([name, field]) => [
      ...commentOf(docs(name), "  "),
      `${`  ${field.optional ? "? " : ""}${keyOf(name)} => ${ruleOf(field)},`.padEnd(40)} ; ${name}`,
    ]);
  const kinds = Object.entries(declared.Kind);
  const { kind: _, ...head } = declared.HEAD;
  const lines = [
    ...kinds.map(([name], i) => `${i === 0 ? "record =" : "       /"} ${kebab(name)}-record`),
    "",
    ...commentOf(recordDocs.of("HEAD"), ""),
    "head = (",
    ...entries(head, (name) => recordDocs.of("HEAD", name)),
    ")",
    "",
    ...kinds.flatMap(([name, number]) => [
      ...commentOf(recordDocs.of("FIELDS", name), ""),
      `${kebab(name)}-record = {`,
      `${`  ${KEYS.kind} => ${number},`.padEnd(40)} ; kind`,
      "  head,",
      ...entries(
        declared.FIELDS[number]!,
        (field) => recordDocs.of(`FIELDS.${name}`, field) ?? recordDocs.of("HELD", field),
      ),
      "  later,",
      "}",
      "",
    ]),
    ...tables.filter(([name]) => name !== "Kind").flatMap(([name, table]) => tableOf(name, table, recordDocs)),
    ...commentOf(pieceDocs.of("top"), ""),
    `checkpoint-piece = main-piece / opening-piece / list-piece`,
    "",
    ...(["MainPiece", "OpeningPiece", "ListPiece"] as const).flatMap((name) => {
      const block = name.slice(0, -"Piece".length).toUpperCase();
      return [
        ...commentOf(pieceDocs.of(name), ""),
        `${kebab(name)} = {`,
        ...entries(declared[name].fields, (field) => pieceDocs.of(block, field)),
        "  later,",
        "}",
        "",
      ];
    }),
    ...tableOf("Chapter", declared.Chapter, pieceDocs),
  ];
  return `${INTRODUCTION}${lines.join("\n").trimEnd()}\n`;
}

function keyOf(name: string): number {
  const key = (KEYS as Readonly<Record<string, number>>)[name];
  if (key === undefined) throw new Error(`${name} has no number in firmware/wire/keys.ts`);
  return key;
}

function tableOf(name: string, table: Table, docs: Docs): string[] {
  const members = Object.entries(table).flatMap(([member, number]) => [
    ...commentOf(docs.of(name, member), "  "),
    `  ${member}: ${number},`,
  ]);
  return [...commentOf(docs.of(name), ""), `${kebab(name)} = &(`, ...members, ")", ""];
}

function kebab(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}

function commentOf(text: string | undefined, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent};`;
  for (const word of text?.split(/\s+/) ?? []) {
    if (line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = `${indent};`;
    }
    line += ` ${word}`;
  }
  return text === undefined ? [] : [...lines, line];
}

interface Docs {
  /** Names of the tables of numbers. */
  readonly tables: readonly string[];
  /** What is written above a constant or one of its members; of a kind's fields the constant is `FIELDS.kind`. */
  of(constant: string, member?: string): string | undefined;
}

/** By the layout that the formatter keeps: one member a line where there is something to say of it. */
function docsIn(path: string): Docs {
  const found = new Map<string, string>();
  const tables: string[] = [];
  let constant = "top";
  let doc: string[] | undefined;
  let told: string | undefined;
  const tell = (name: string) => {
    if (told !== undefined) found.set(name, told);
    told = undefined;
  };
  for (const line of readFileSync(join(ROOT, path), "utf8").split("\n")) {
    const opening = line.match(/^\s*\/\*\*\s?(.*)$/);
    if (opening !== null) doc = [];
    if (doc !== undefined) {
      doc.push((opening?.[1] ?? line).replace(/\s*\*\/\s*$/, "").replace(/^\s*\*\s?/, ""));
      if (!line.includes("*/")) continue;
      told = doc.join(" ").trim();
      doc = undefined;
      continue;
    }
    // What stands above nothing is of the file.
    if (line === "" && told !== undefined) tell("top");
    const top = line.match(/^(?:export )?(?:const|type) (\w+)/);
    const kind = line.match(/^ {2}\[Kind\.(\w+)\]/);
    const member = line.match(/^ {2,4}(\w+)(?:[:,]|$)/);
    if (top !== null) {
      constant = top[1]!;
      tell(constant);
      if (/ = \{.*/.test(line) && /^export const [A-Z][a-z]/.test(line)) tables.push(constant);
    } else if (kind !== null) {
      tell(`FIELDS/${kind[1]}`);
      constant = `FIELDS.${kind[1]}`;
    } else if (member !== null) tell(`${constant}/${member[1]}`);
  }
  return { tables, of: (name, member) => found.get(member === undefined ? name : `${name}/${member}`) };
}

/** The declarations, run with shape-as-cddl.ts in place of the box's shape.ts. */
async function describe(): Promise<Declared> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from "./${RECORDS}"; export * from "./${PIECES}";`,
      resolveDir: ROOT,
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "esm",
    plugins: [
      {
        name: "shape as CDDL",
        setup({ onResolve }) {
          const words = join(ROOT, "sim/cli/firmware/shape-as-cddl.ts");
          onResolve({ filter: /\/wire\/shape\.js$/ }, () => ({ path: words }));
        },
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString("base64");
  return (await import(`data:text/javascript;base64,${code}`)) as Declared;
}
