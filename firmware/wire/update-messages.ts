import { MAX_FETCH_BYTES, MAX_PIECE_BYTES } from "./messages.js";
import { type BodyCodec, bytes, optional, shape, uint, whole } from "./shape.js";

/** The messages of an update (firmware/update/SPEC.md section 9), as in firmware/sync/protocol.cddl. */

/** Bytes of the longest envelope of a manifest or a key list. */
export const MAX_ENVELOPE_BYTES = 400;

/** Asks for `count` bytes (0 to 8,192) of the image of `release` from `offset` on; 0: for what says whether it may be taken. */
export interface Pull {
  readonly release: number;
  readonly offset: number;
  readonly count: number;
}
export const Pull: BodyCodec<Pull> = shape<Pull>({ release: uint, offset: uint, count: whole(0, MAX_FETCH_BYTES) });

/** The envelope of the manifest of `release`; with `version`, that of the key list of this version, which has to be taken first. */
export interface Release {
  readonly release: number;
  readonly manifest: Uint8Array;
  readonly version?: number | undefined;
}
export const Release: BodyCodec<Release> = shape<Release>({
  release: uint,
  manifest: bytes(1, MAX_ENVELOPE_BYTES),
  version: optional(uint),
});

/** 1 to 1,024 bytes of an image. */
export interface ImagePiece {
  readonly release: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}
export const ImagePiece: BodyCodec<ImagePiece> = shape<ImagePiece>({
  release: uint,
  offset: uint,
  bytes: bytes(1, MAX_PIECE_BYTES),
});
