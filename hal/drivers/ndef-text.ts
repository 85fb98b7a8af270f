/** Bytes of a tag's user memory that `ndefText` looks at. */
export const NDEF_BYTES = 32;

/**
 * The text of the first record of an NFC Forum Type 2 tag, from its user memory (page 4 on): NDEF message TLV (T2TOP 1.1,
 * "TLV blocks"), short well-known record of type `T` (NDEF 1.0, "Record Layout"; RTD Text 1.0, "The Text Record Type"). Empty when there is
 * none of 1 to 16 printable ASCII characters.
 */
export function ndefText(memory: Uint8Array): string {
  const start = messageStart(memory);
  if (start === undefined) return "";
  const [header, typeLength, payloadLength, type, status] = memory.subarray(start, start + 5);
  // Short record (SR) without an id (IL), type name format 1.
  const isText = header !== undefined && (header & 0x1f) === 0x11 && typeLength === 1 && type === 0x54;
  if (!isText || payloadLength === undefined || status === undefined || (status & 0x80) !== 0) return "";
  const from = start + 5 + (status & 0x3f);
  const text = memory.subarray(from, start + 4 + payloadLength);
  const isWhole = start + 4 + payloadLength <= memory.length && text.length >= 1 && text.length <= 16;
  if (!isWhole || !text.every((byte) => byte > 0x20 && byte < 0x7f)) return "";
  return String.fromCharCode(...text);
}

function messageStart(memory: Uint8Array): number | undefined {
  for (let at = 0; at + 1 < memory.length; ) {
    const tag = memory[at]!;
    const length = memory[at + 1]!;
    if (tag === 0x03) return length < 0xff ? at + 2 : undefined;
    if (tag === 0xfe || length === 0xff) return undefined;
    at += tag === 0x00 ? 1 : 2 + length;
  }
  return undefined;
}
