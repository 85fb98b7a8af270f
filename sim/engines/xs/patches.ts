/**
 * What must change in a package, place by place. Each place is counted when it is patched: a version that moves
 * one stops the build with the package and the pattern.
 */
export interface Patch {
  readonly package: string;
  /** In the package. */
  readonly file: string;
  readonly pattern: RegExp;
  readonly replacement: string;
  /** How often the pattern stands in the file. */
  readonly places: number;
}

/** A package is not what the patches were written for. */
export class PatchError extends Error {}

const DEBUG_CALL = /^[ \t]*debug\(.*\)$/gm;
const DEBUG_IMPORT = /^const debug = require\('debug'\)\('[^']*'\)$/gm;

/** Where `pattern` stands once, it goes. */
const cut = (packageName: string, file: string, pattern: RegExp): Patch => ({
  package: packageName,
  file,
  pattern,
  replacement: "",
  places: 1,
});
/** A function as both packages write them: its closing brace is the first one that begins a line. */
const functionOf = (name: string) => new RegExp(`^function ${name} ?\\([^)]*\\) \\{\\n[\\s\\S]*?^\\}\\n`, "gm");

/** Packets that only a broker sends, or that no box of ours does; it still reads them. */
export const NEVER_SENT = ["connack", "suback", "unsubscribe", "unsuback", "auth"];
/** Curve25519's key agreement: the box has keys of its own from the day it was made. */
export const KEY_AGREEMENT = [
  "crypto_scalarmult",
  "crypto_scalarmult_base",
  "crypto_box_keypair",
  "crypto_box_beforenm",
  "crypto_box",
  "crypto_box_open",
  "checkBoxLengths",
];

/** What the box never calls: 8 KB of bytecode that would lie in its flash. `tests/engines/xs/patches.test.ts` says that nothing else calls it. */
const CUTS: readonly Patch[] = [
  cut("mqtt-packet", "mqtt.js", /^exports\.generate = .*\n/gm),
  ...NEVER_SENT.map((name) => cut("mqtt-packet", "writeToStream.js", functionOf(name))),
  ...NEVER_SENT.map((name) =>
    cut("mqtt-packet", "writeToStream.js", new RegExp(`^ +case '${name}':\\n +return ${name}\\(.*\\n`, "gm")),
  ),
  ...KEY_AGREEMENT.map((name) => cut("tweetnacl", "nacl-fast.js", functionOf(name))),
  ...["crypto_box_afternm", "crypto_box_open_afternm"].map((name) =>
    cut("tweetnacl", "nacl-fast.js", new RegExp(`^var ${name} = .*\\n`, "gm")),
  ),
  // Their names in `lowlevel`, then the functions of `nacl.scalarMult` and `nacl.box`.
  cut("tweetnacl", "nacl-fast.js", /^ {2}crypto_scalarmult: [\s\S]*?(?=^ {2}crypto_hash:)/gm),
  cut("tweetnacl", "nacl-fast.js", /^nacl\.scalarMult = [\s\S]*?^nacl\.box\.overheadLength = .*\n/gm),
];

/** In the three packages, for XS. */
export const PATCHES: readonly Patch[] = [
  ...CUTS,
  // The arguments of a debug call are evaluated although nobody listens: a tenth of all time spent on a packet.
  { package: "mqtt-packet", file: "parser.js", pattern: DEBUG_CALL, replacement: "", places: 46 },
  { package: "mqtt-packet", file: "parser.js", pattern: DEBUG_IMPORT, replacement: "", places: 1 },
  { package: "mqtt-packet", file: "writeToStream.js", pattern: DEBUG_CALL, replacement: "", places: 12 },
  { package: "mqtt-packet", file: "writeToStream.js", pattern: DEBUG_IMPORT, replacement: "", places: 1 },
  // The shim is a module with a named export.
  {
    package: "mqtt-packet",
    file: "parser.js",
    pattern: /^const bl = require\('bl'\)$/gm,
    replacement: "const { bl } = require('bl')",
    places: 1,
  },
  // With the cache, the first packet makes 65,536 buffers.
  {
    package: "mqtt-packet",
    file: "writeToStream.js",
    pattern: /^let writeNumber = writeNumberCached$/gm,
    replacement: "let writeNumber = writeNumberGenerated",
    places: 1,
  },
  {
    package: "mqtt-packet",
    file: "writeToStream.js",
    pattern: /^let toGenerate = true$/gm,
    replacement: "let toGenerate = false",
    places: 1,
  },
  // Keeps one buffer for each length that a packet ever had.
  {
    package: "mqtt-packet",
    file: "writeToStream.js",
    pattern: /^[ \t]*if \(num < 16384\) varByteIntCache\[num\] = buffer$/gm,
    replacement: "",
    places: 1,
  },
  // Moddable's XS indexes strings by code point, others by UTF-16 unit.
  {
    package: "cbor-x",
    file: "encode.js",
    pattern: /^export class Encoder extends Decoder \{$/gm,
    replacement: 'const UNITS_OF_ASTRAL = "\\u{1F511}".length\nexport class Encoder extends Decoder {',
    places: 1,
  },
  {
    package: "cbor-x",
    file: "encode.js",
    pattern: /let maxBytes = strLength \* 3$/gm,
    replacement: "let maxBytes = strLength * 4",
    places: 1,
  },
  {
    package: "cbor-x",
    file: "encode.js",
    pattern: /c1 = value\.charCodeAt\(i\)$/gm,
    replacement: "c1 = value.codePointAt(i)",
    places: 1,
  },
  {
    package: "cbor-x",
    file: "encode.js",
    pattern:
      /\(c1 & 0xfc00\) === 0xd800 &&\s*\(\(c2 = value\.charCodeAt\(i \+ 1\)\) & 0xfc00\) === 0xdc00\s*\) \{\s*c1 = 0x10000 \+ \(\(c1 & 0x03ff\) << 10\) \+ \(c2 & 0x03ff\)\s*i\+\+/g,
    replacement: "c1 > 0xffff) {\n\t\t\t\t\t\t\ti += UNITS_OF_ASTRAL - 1",
    places: 1,
  },
  {
    package: "cbor-x",
    file: "decode.js",
    pattern:
      /unit -= 0x10000\s*units\.push\(\(\(unit >>> 10\) & 0x3ff\) \| 0xd800\)\s*units\.push\(0xdc00 \| \(unit & 0x3ff\)\)/g,
    replacement: "units.push(unit)",
    places: 1,
  },
  {
    package: "cbor-x",
    file: "decode.js",
    pattern: /let fromCharCode = String\.fromCharCode$/gm,
    replacement: "let fromCharCode = String.fromCodePoint",
    places: 1,
  },
  // On Moddable built-ins have no name.
  {
    package: "cbor-x",
    file: "decode.js",
    pattern: /let dvMethod = 'get' \+ TypedArray\.name\.slice\(0, -5\)/g,
    replacement:
      "let dvMethod = 'get' + { 64: 'Uint8', 68: 'Uint8Clamped', 69: 'Uint16', 70: 'Uint32', 71: 'BigUint64', 72: 'Int8', 77: 'Int16', 78: 'Int32', 79: 'BigInt64', 85: 'Float32', 86: 'Float64' }[tag]",
    places: 1,
  },
];

/** `source` of the file with its patches, which stand in `list`. Throws PatchError naming package, file and pattern. */
export function patched(
  packageName: string,
  file: string,
  source: string,
  patches = PATCHES,
  list = "sim/engines/xs/patches.ts",
): string {
  let text = source;
  for (const patch of patches) {
    if (patch.package !== packageName || patch.file !== file) continue;
    const places = [...text.matchAll(patch.pattern)].length;
    if (places !== patch.places) {
      throw new PatchError(
        `${packageName}/${file}: ${patch.pattern} stands there ${places} times, not ${patch.places}: look at what the new version does there, then change ${list}`,
      );
    }
    text = text.replace(patch.pattern, patch.replacement);
  }
  return text;
}
