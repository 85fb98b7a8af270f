/**
 * UTF-8 (RFC 3629) without the platform's encoders, which XS lacks. Strings are walked by code point: their length and
 * index mean different things on different engines.
 */

/** Bytes that `text` takes as UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Writes `text` at `offset` of `into`, which must have room, and returns the offset after it. */
export function writeUtf8(text: string, into: Uint8Array, offset: number): number {
  let at = offset;
  for (const character of text) {
    let point = character.codePointAt(0)!;
    // Half a surrogate pair has no UTF-8.
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) {
      into[at++] = point;
    } else {
      if (point < 0x800) {
        into[at++] = 0xc0 | (point >> 6);
      } else {
        if (point < 0x10000) {
          into[at++] = 0xe0 | (point >> 12);
        } else {
          into[at++] = 0xf0 | (point >> 18);
          into[at++] = 0x80 | ((point >> 12) & 0x3f);
        }
        into[at++] = 0x80 | ((point >> 6) & 0x3f);
      }
      into[at++] = 0x80 | (point & 0x3f);
    }
  }
  return at;
}

/** The longest beginning of `text` that fits in `maxBytes` of UTF-8. */
export function clipUtf8(text: string, maxBytes: number): string {
  let clipped = "";
  let length = 0;
  for (const character of text) {
    length += utf8Length(character);
    if (length > maxBytes) break;
    clipped += character;
  }
  return clipped;
}

/** `text` as UTF-8; half a surrogate pair becomes U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/**
 * The text of `bytes`; each piece that is not UTF-8 becomes one U+FFFD. A piece ends before the first byte that cannot go on
 * with it (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts"), as in browsers.
 */
export function utf8Decode(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at++]!;
    const more = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (more === 0) {
      text += lead < 0x80 ? String.fromCharCode(lead) : "\ufffd";
      continue;
    }
    // The second byte's range leaves out overlong forms, surrogates and what is beyond U+10FFFF.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    let point = lead & (0x3f >> more);
    let missing = more;
    while (missing > 0 && at < bytes.length && bytes[at]! >= low && bytes[at]! <= high) {
      point = (point << 6) | (bytes[at++]! & 0x3f);
      low = 0x80;
      high = 0xbf;
      missing--;
    }
    text += String.fromCodePoint(missing === 0 ? point : 0xfffd);
  }
  return text;
}
