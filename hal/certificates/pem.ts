/** No certificate where one was expected. */
export class PemError extends Error {}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/** DER of the first certificate in `pem` (RFC 7468 section 5). Throws PemError. */
export function certificateDer(pem: string): ArrayBuffer {
  const from = pem.indexOf(BEGIN);
  const until = pem.indexOf(END, from);
  if (from < 0 || until < 0) throw new PemError("no certificate in the PEM text");
  return decodeBase64(pem.slice(from + BEGIN.length, until));
}

/** RFC 4648 section 4; white space is skipped. */
function decodeBase64(text: string): ArrayBuffer {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20) continue;
    if (code === 0x3d) break;
    bits = ((bits << 6) | digitOf(code)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = bits >> count;
  }
  return bytes.slice(0, length).buffer;
}

function digitOf(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2b) return 62;
  if (code === 0x2f) return 63;
  throw new PemError("a character in the PEM text is not base64");
}
