const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 (RFC 4648 section 4) with padding. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += LETTERS.charAt(bits >>> 18) + LETTERS.charAt((bits >>> 12) & 63);
    text += left > 1 ? LETTERS.charAt((bits >>> 6) & 63) : "=";
    text += left > 2 ? LETTERS.charAt(bits & 63) : "=";
  }
  return text;
}
