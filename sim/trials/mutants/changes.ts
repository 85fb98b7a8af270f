/**
 * What a tired engineer changes and Stryker's own list leaves out: numbers, a forgotten line, two lines in the wrong order, a
 * forgotten field, the wrong word of a list.
 */

/** A node of Babel's syntax tree, as far as it is looked at here. */
export interface Node {
  readonly type: string;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly [field: string]: unknown;
}

/** Babel's NodePath, as far as it is looked at here. */
export interface Path {
  readonly node: Node;
  readonly parent: Node | null;
  readonly parentPath: Path | null;
  readonly hub: { readonly file: { readonly code: string; readonly opts: { readonly filename: string } } };
}

/** A replacement, and what it is called where the two texts do not show it. */
export interface Change {
  readonly replacement: Node;
  readonly from?: string;
  readonly to?: string;
}

/** One kind of change, in the shape of Stryker's NodeMutator. */
export interface ChangeKind {
  readonly name: string;
  changes(path: Path): Iterable<Change>;
}

/** Up to here every number is tried one lower and one higher; above it, half and twice. */
const SMALL = 16;
/** Words that stand for one another: the ranks of a record. */
const WORDS: Readonly<Record<string, string>> = {
  vital: "pickup",
  pickup: "vital",
  dropoff: "diagnostic",
  diagnostic: "vital",
};

const numbers: ChangeKind = {
  name: "Number",
  *changes({ node, parent }) {
    if (node.type !== "NumericLiteral" || (parent?.type === "ObjectProperty" && parent.key === node)) return;
    const value = node.value as number;
    const others = value < SMALL ? [value - 1, value + 1] : [Math.floor(value / 2), value * 2];
    for (const other of others) if (other >= 0) yield { replacement: { type: "NumericLiteral", value: other } };
  },
};

const words: ChangeKind = {
  name: "Word",
  *changes({ node, parent }) {
    if (node.type !== "StringLiteral" || parent?.type === "TSLiteralType") return;
    const other = WORDS[node.value as string];
    if (other !== undefined) yield { replacement: { type: "StringLiteral", value: other } };
  },
};

const forgottenLines: ChangeKind = {
  name: "ForgottenLine",
  *changes(path) {
    if (path.node.type !== "ExpressionStatement" || isInConstructor(path)) return;
    yield { replacement: { type: "EmptyStatement" }, to: "nothing" };
  },
};

const swappedLines: ChangeKind = {
  name: "SwappedLines",
  *changes(path) {
    const { node } = path;
    if (node.type !== "BlockStatement" || isInConstructor(path)) return;
    const body = node.body as readonly Node[];
    for (let index = 0; index + 1 < body.length; index++) {
      const [first, second] = [body[index]!, body[index + 1]!];
      if (first.type !== "ExpressionStatement" || second.type !== "ExpressionStatement") continue;
      if (!isCalling(path, first) && !isCalling(path, second)) continue;
      const swapped = [...body.slice(0, index), second, first, ...body.slice(index + 2)];
      yield {
        replacement: { ...node, body: swapped },
        from: `${textOf(path, first)} ${textOf(path, second)}`,
        to: `${textOf(path, second)} ${textOf(path, first)}`,
      };
    }
  },
};

/** Lines that call nothing may stand in any order. */
function isCalling(path: Path, line: Node): boolean {
  return textOf(path, line).includes("(");
}

const forgottenParts: ChangeKind = {
  name: "ForgottenPart",
  *changes(path) {
    const { node } = path;
    const parts = partsOf(node);
    if (parts.length < 2) return;
    const list = node.type === "ObjectExpression" ? "properties" : "elements";
    for (const part of parts) {
      const text = textOf(path, part);
      yield { replacement: { ...node, [list]: parts.filter((one) => one !== part) }, from: text, to: "nothing" };
    }
  },
};

/** The fields of an object, the elements of a list. */
function partsOf(node: Node): readonly Node[] {
  const list =
    node.type === "ObjectExpression" ? node.properties : node.type === "ArrayExpression" ? node.elements : [];
  return list as readonly Node[];
}

export const KINDS: readonly ChangeKind[] = [numbers, words, forgottenLines, swappedLines, forgottenParts];

/** The source of `node`, on one line. */
export function textOf(path: Path, node: Node): string {
  return oneLine(path.hub.file.code.slice(node.start ?? 0, node.end ?? 0));
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The names of the class, method, function or constant around it, such as `CommandTask.#arm`. */
export function placeOf(path: Path): string {
  const names: string[] = [];
  for (let at: Path | null = path; at !== null; at = at.parentPath) {
    const name = nameOf(at.node);
    if (name !== undefined && (at.node.type !== "VariableDeclarator" || isTopLevel(at))) names.unshift(name);
  }
  return names.join(".");
}

function nameOf({ type, id, key }: Node): string | undefined {
  if (/^Class(Private)?(Method|Property)$/.test(type)) {
    const { id: hidden, name } = key as { readonly id?: { readonly name: string }; readonly name?: string };
    return hidden === undefined ? name : `#${hidden.name}`;
  }
  if (type === "ClassDeclaration" || type === "FunctionDeclaration" || type === "VariableDeclarator") {
    return (id as { readonly name?: string } | null)?.name;
  }
  return undefined;
}

function isTopLevel(path: Path): boolean {
  const holder = path.parentPath?.parentPath?.node.type;
  return holder === "Program" || holder === "ExportNamedDeclaration";
}

/** A constructor keeps what it was given: nearly every change in it stops the program at once, or changes nothing. */
function isInConstructor(path: Path): boolean {
  const inside = path.node.type === "BlockStatement" ? path.parent : path.parentPath?.parent;
  return inside?.type === "ClassMethod" && inside.kind === "constructor";
}

/**
 * What another change shows as well: a condition turned round (always true and always false are tried), a block or a line that
 * a condition alone stands before, a list or an object without any of its parts, a word of the list above.
 */
export function isRepeated(path: Path, replacement: Node): boolean {
  const { node, parent } = path;
  switch (node.type) {
    case "BinaryExpression":
      return OPPOSITES[node.operator as string] === replacement.operator;
    case "BlockStatement":
      return (replacement.body as readonly Node[]).length === 0 && isOfCondition(node, parent);
    case "ExpressionStatement":
      return isOfCondition(node, parent);
    case "ObjectExpression":
      return partsOf(node).length > 1 && partsOf(replacement).length === 0;
    case "ArrayExpression":
      return partsOf(replacement).length === 0 || partsOf(node).length === 0;
    case "StringLiteral":
      return WORDS[node.value as string] !== undefined && replacement.value === "";
    default:
      return false;
  }
}

const OPPOSITES: Readonly<Record<string, string>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "===": "!==",
  "!==": "===",
};

function isOfCondition(node: Node, parent: Node | null): boolean {
  return parent?.type === "IfStatement" && parent.consequent === node && parent.alternate === null;
}

/** Words for people, in errors and traces: no test holds them, and none should. */
export function isForPeople(path: Path): boolean {
  if (path.node.type !== "StringLiteral" && path.node.type !== "TemplateLiteral") return false;
  for (let at = path.parent, up = path.parentPath; up !== null; up = up.parentPath, at = up?.node ?? null) {
    if (at?.type === "NewExpression" && /Error$/.test((at.callee as { readonly name?: string }).name ?? ""))
      return true;
    if (at?.type === "BlockStatement") return false;
  }
  return false;
}
