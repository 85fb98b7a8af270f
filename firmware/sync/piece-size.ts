import { MAX_FETCH_BYTES, MAX_PIECE_BYTES } from "../wire/messages.js";

/** Nothing shorter is asked for, bytes: a message that carries so much is as short as a status. */
const LEAST_BYTES = 256;
/** It is said of a broker once so many downloads in a row came in short pieces alone. */
const SURE_DOWNLOADS = 2;

/**
 * How much a fetch asks for. A broker that loses the cloud's long messages, and says nothing, would keep a box from its permissions for
 * ever. The cloud answers a fetch with no more than it asks for: so, where nothing came, less is asked for than a whole piece. Each
 * download begins with whole pieces, as the broker may be mended.
 */
export class PieceSize {
  #pieceBytes = MAX_PIECE_BYTES;
  /** What came where whole pieces did not. */
  #shortBytes: number | undefined;
  /** Downloads in a row of which that is true. */
  #shortDownloads = 0;
  #isCounted = false;

  /** In words, with the way out; undefined: whole pieces come, as far as is known. */
  get lacks(): string | undefined {
    if (this.#shortBytes === undefined || this.#shortDownloads < SURE_DOWNLOADS) return undefined;
    return `loses messages over ${this.#shortBytes} bytes to the box: raise its limit`;
  }

  /** Bytes that the next fetch asks for at most. */
  get fetchBytes(): number {
    return this.#pieceBytes < MAX_PIECE_BYTES ? this.#pieceBytes : MAX_FETCH_BYTES;
  }

  /** A download begins. */
  begin(): void {
    this.#pieceBytes = MAX_PIECE_BYTES;
    this.#isCounted = false;
  }

  /** A piece of that many bytes came that was expected. */
  came(bytes: number): void {
    if (this.#pieceBytes < MAX_PIECE_BYTES) {
      this.#shortBytes = this.#pieceBytes;
      if (!this.#isCounted) this.#shortDownloads++;
      this.#isCounted = true;
    } else if (bytes > (this.#shortBytes ?? 0)) {
      this.#shortBytes = undefined;
      this.#shortDownloads = 0;
    }
  }

  /** A fetch brought nothing. `isCloudAsked`: it was the last of several in a row, and the cloud is asked whether it is there. */
  lost(isCloudAsked: boolean): void {
    const known = this.#pieceBytes === MAX_PIECE_BYTES ? this.#shortBytes : undefined;
    if (known !== undefined) this.#pieceBytes = known;
    else if (isCloudAsked) this.#pieceBytes = this.#pieceBytes > LEAST_BYTES ? this.#pieceBytes / 2 : MAX_PIECE_BYTES;
  }
}
