/** Bytes of an ASCII string. Throws RangeError on anything else: string length means bytes only for ASCII. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError("not ASCII");
    bytes[i] = code;
  }
  return bytes;
}
