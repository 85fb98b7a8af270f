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

/** What bytes say, a letter for each (ISO 8859-1): of what came from outside, nothing is refused. */
export function textOfBytes(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
