/** What of the image is JavaScript, as xsl linked it; bytes as a 32-bit board counts them. Native code is not in here. */
export interface Figures {
  /** Slots of preloaded objects, built-ins of XS included, in ROM. */
  readonly preloadSlots: number;
  readonly preloadSlotBytes: number;
  /** Of modules and of preloaded functions. */
  readonly bytecodeBytes: number;
  readonly stringBytes: number;
  /** Names of properties. */
  readonly keys: number;
  /** Objects in ROM that could be changed: each takes a pointer of RAM. */
  readonly aliases: number;
  /** Slots, bytecode, strings and keys together. */
  readonly romBytes: number;
}

const SLOT_BYTES = 16;
const POINTER_BYTES = 4;

/** Reads the figures out of xsl's `mc.xs.c`. Throws RangeError when it is not one. */
export function readFigures(linked: string): Figures {
  const preloadSlots = count(linked, "Heap") + count(linked, "Stack");
  const keys = count(linked, "Keys");
  let bytecodeBytes = 0;
  for (const [, bytes] of linked.matchAll(/^static const txU1 gxCode\d+\[(\d+)\];/gm)) bytecodeBytes += Number(bytes);
  bytecodeBytes += literalBytes(linked, /\(txByte\*\)"((?:\\.|[^\\"])*)"/g);
  const stringBytes = literalBytes(linked, /\.(?:string = |key = \{ )((?:"(?:\\.|[^\\"])*")+)/g);
  const preloadSlotBytes = preloadSlots * SLOT_BYTES;
  return {
    preloadSlots,
    preloadSlotBytes,
    bytecodeBytes,
    stringBytes,
    keys,
    aliases: count(linked, "Alias"),
    romBytes: preloadSlotBytes + bytecodeBytes + stringBytes + keys * POINTER_BYTES,
  };
}

function count(linked: string, name: string): number {
  const found = new RegExp(`^#define mx${name}Count (\\d+)$`, "m").exec(linked);
  if (found === null) throw new RangeError(`not what xsl writes: it has no mx${name}Count`);
  return Number(found[1]);
}

/** Bytes of C string literals: an escape, such as `\xe6`, is one. */
function literalBytes(linked: string, pattern: RegExp): number {
  let bytes = 0;
  for (const [, literal] of linked.matchAll(pattern)) {
    bytes += literal!
      .replace(/""/g, "")
      .replace(/^"|"$/g, "")
      .replace(/\\(?:x[0-9a-f]{2}|.)/g, "?").length;
  }
  return bytes;
}
