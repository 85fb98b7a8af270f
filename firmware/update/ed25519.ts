import nacl from "tweetnacl";
import type { HashPort } from "../../hal/ports/hash.js";

/** Elements of the field of 2^255 - 19, and points of the curve, as tweetnacl has them. */
type Element = Float64Array;
type Point = readonly [Element, Element, Element, Element];

/** What tweetnacl exports for uses such as this and its types leave out. */
interface FieldArithmetic {
  gf(init?: readonly number[]): Element;
  readonly D: Element;
  readonly L: Float64Array;
  A(out: Element, a: Element, b: Element): void;
  Z(out: Element, a: Element, b: Element): void;
  M(out: Element, a: Element, b: Element): void;
  S(out: Element, a: Element): void;
  pow2523(out: Element, a: Element): void;
  pack25519(out: Uint8Array, a: Element): void;
  unpack25519(out: Element, bytes: Uint8Array): void;
  set25519(out: Element, a: Element): void;
  modL(out: Uint8Array, wide: Float64Array): void;
  /** p = p + q; the formula holds for p = q. */
  add(p: Point, q: Point): void;
}

function arithmetic(): FieldArithmetic {
  return (nacl as unknown as { readonly lowlevel: FieldArithmetic }).lowlevel;
}

const BITS = 256;
const SIGNATURE_BYTES = 64;
/** The base point (RFC 8032 section 5.1), and the square root of -1, in limbs of 16 bits, the lowest first. */
const BASE_X = [
  0xd51a, 0x8f25, 0x2d60, 0xc956, 0xa7b2, 0x9525, 0xc760, 0x692c, 0xdc5c, 0xfdd6, 0xe231, 0xc0a4, 0x53fe, 0xcd6e,
  0x36d3, 0x2169,
];
const BASE_Y = [
  0x6658, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666,
  0x6666, 0x6666,
];
const ROOT_OF_MINUS_1 = [
  0xa0b0, 0x4a0e, 0x1b27, 0xc4ee, 0xe478, 0xad2f, 0x1806, 0x2f43, 0xd7a7, 0x3dfb, 0x0099, 0x2b4d, 0xdf0b, 0x4fc1,
  0x2480, 0x2b83,
];

/**
 * Verifies one Ed25519 signature (RFC 8032 section 5.1.7) in slices, so that whoever comes to the box waits for one of them at most.
 * Everything in it is public: nothing has to take the same time. Both products of [S]B - [h]A are made in one pass, which is less than
 * half the work of `nacl.sign.detached.verify`.
 */
export class SlicedVerification {
  readonly #signature: Uint8Array;
  /** h = SHA-512(R | A | message) modulo the group's order. */
  readonly #h = new Uint8Array(32);
  /** By the bits of S and h: nothing, B, -A, B - A. */
  readonly #table: readonly (Point | undefined)[] | undefined;
  readonly #sum: Point;
  #bit = BITS;

  constructor(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, hash: HashPort) {
    this.#signature = signature;
    this.#sum = neutral();
    const minusA =
      signature.length === SIGNATURE_BYTES && isBelowOrder(signature) ? unpackNegative(publicKey) : undefined;
    if (minusA === undefined) return;
    const hashed = new Uint8Array(64 + message.length);
    hashed.set(signature.subarray(0, 32));
    hashed.set(publicKey, 32);
    hashed.set(message, 64);
    reduce(this.#h, hash.sha512(hashed));
    const b = basePoint();
    const both = basePoint();
    arithmetic().add(both, minusA);
    this.#table = [undefined, b, minusA, both];
  }

  /** Does `steps` of the 256 steps. The verdict; undefined: there are more to do. */
  step(steps: number): boolean | undefined {
    const table = this.#table;
    if (table === undefined) return false;
    const { add } = arithmetic();
    const sum = this.#sum;
    const until = Math.max(0, this.#bit - steps);
    while (this.#bit > until) {
      this.#bit--;
      add(sum, sum);
      const chosen = table[this.#bitOf(this.#signature, 32) | (this.#bitOf(this.#h, 0) << 1)];
      if (chosen !== undefined) add(sum, chosen);
    }
    if (this.#bit > 0) return undefined;
    const packed = pack(sum);
    for (let i = 0; i < 32; i++) if (packed[i] !== this.#signature[i]) return false;
    return true;
  }

  #bitOf(bytes: Uint8Array, at: number): number {
    return (bytes[at + (this.#bit >> 3)]! >> (this.#bit & 7)) & 1;
  }
}

/** S below the group's order: with a greater one there would be several signatures for the same thing. */
function isBelowOrder(signature: Uint8Array): boolean {
  const { L } = arithmetic();
  for (let i = 31; i >= 0; i--) {
    const own = signature[32 + i]!;
    if (own !== L[i]!) return own < L[i]!;
  }
  return false;
}

function reduce(out: Uint8Array, digest: Uint8Array): void {
  const wide = new Float64Array(64);
  for (let i = 0; i < 64; i++) wide[i] = digest[i]!;
  arithmetic().modL(out, wide);
}

function neutral(): Point {
  const { gf } = arithmetic();
  return [gf(), gf([1]), gf([1]), gf()];
}

function basePoint(): Point {
  const { gf, M } = arithmetic();
  const point: Point = [gf(BASE_X), gf(BASE_Y), gf([1]), gf()];
  M(point[3], point[0], point[1]);
  return point;
}

/** The point -A (RFC 8032 section 5.1.3, with the other sign); undefined: these bytes are no point. */
function unpackNegative(bytes: Uint8Array): Point | undefined {
  const { gf, D, A, Z, M, S, pow2523, unpack25519 } = arithmetic();
  if (bytes.length !== 32) return undefined;
  const x = gf();
  const y = gf();
  unpack25519(y, bytes);
  const one = gf([1]);
  const u = gf();
  const v = gf();
  const t = gf();
  S(u, y);
  M(v, u, D);
  Z(u, u, one);
  A(v, v, one);
  // x = u v^3 (u v^7)^((p - 5) / 8)
  const v3 = gf();
  S(v3, v);
  M(v3, v3, v);
  S(t, v3);
  M(t, t, v);
  M(t, t, u);
  pow2523(t, t);
  M(t, t, v3);
  M(x, t, u);
  if (!isSquareOf(x, u, v)) {
    M(x, x, gf(ROOT_OF_MINUS_1));
    if (!isSquareOf(x, u, v)) return undefined;
  }
  if ((packed(x)[0]! & 1) === bytes[31]! >> 7) Z(x, gf(), x);
  const point: Point = [x, y, gf([1]), gf()];
  M(point[3], x, y);
  return point;
}

/** v x^2 = u */
function isSquareOf(x: Element, u: Element, v: Element): boolean {
  const { gf, M, S } = arithmetic();
  const square = gf();
  S(square, x);
  M(square, square, v);
  const a = packed(square);
  const b = packed(u);
  return a.every((byte, i) => byte === b[i]);
}

function packed(element: Element): Uint8Array {
  const bytes = new Uint8Array(32);
  arithmetic().pack25519(bytes, element);
  return bytes;
}

function pack(point: Point): Uint8Array {
  const { gf, M, S, pow2523 } = arithmetic();
  // 1/z = z^(p - 2) = (z^((p - 5) / 8))^8 z^3
  const z = point[2];
  const inverse = gf();
  const affine = gf();
  pow2523(inverse, z);
  for (let i = 0; i < 3; i++) S(inverse, inverse);
  M(inverse, inverse, z);
  M(inverse, inverse, z);
  M(inverse, inverse, z);
  M(affine, point[0], inverse);
  const sign = packed(affine)[0]! & 1;
  M(affine, point[1], inverse);
  const bytes = packed(affine);
  bytes[31]! ^= sign << 7;
  return bytes;
}
