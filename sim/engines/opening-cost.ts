import nacl from "tweetnacl";

/** First byte of what is no call of the bridge: computrons of sealed messages that were tried to be opened follow, little-endian. */
export const OPENED = 0x7f;

/**
 * What it costs to try a sealed message, computrons: that, for each byte that is authenticated, and for each that is then decrypted
 * (`npm run bench -- xs`: shortForged, forged, snapshotChunk).
 */
const TRY = 24_500;
const AUTHENTICATE = 112;
const DECRYPT = 176;

/** Where it is counted: not in this module, which lies in flash where an image was prepared, and was another machine's then. */
function counted(): { openingComputrons?: number } {
  return globalThis as { openingComputrons?: number };
}

/** From now on every sealed message that this engine tries to open is counted, by what that costs on XS. */
export function countOpenings(): void {
  const { open } = nacl.secretbox;
  nacl.secretbox.open = (box, nonce, key) => {
    const body = open(box, nonce, key);
    counted().openingComputrons =
      openingComputrons() + TRY + (AUTHENTICATE + (body === null ? 0 : DECRYPT)) * box.length;
    return body;
  };
}

/** So far. */
export function openingComputrons(): number {
  return counted().openingComputrons ?? 0;
}
