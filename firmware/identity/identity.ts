import { crc32 } from "../../hal/bytes/crc32.js";
import { u16, u32 } from "../../hal/bytes/little-endian.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { type BodyCodec, bytes, type Field, MessageError, optional, shape, text, whole } from "../wire/shape.js";
import type { Identity } from "./contract.js";

/** Offsets and limits of `SPEC.md`. */
const MAGIC: readonly number[] = [0x53, 0x42, 0x49, 0x31];
const LENGTH_AT = 4;
const CRC_AT = 6;
const BODY_AT = 10;
const MAX_BODY_BYTES = 8_192;
const KEY_BYTES = 32;

const WAY_OUT = "provision the box";

/** The identity partition cannot be used. The message names the cause and the way out. */
export class IdentityError extends Error {
  constructor(cause: string) {
    super(`${cause}: ${WAY_OUT}`);
  }
}

type Body = Omit<Identity, "broker"> & Identity["broker"];

interface Ascii extends Field<string> {
  readonly sized: Field<string>;
  readonly isAllowed: (text: string) => boolean;
  readonly expected: string;
}

/** A text of 1 to `max` bytes that `isAllowed` takes, which is asked for ASCII. */
function ascii(max: number, isAllowed: (text: string) => boolean, expected: string): Field<string> {
  return { take: takeAscii, sized: text(1, max), isAllowed, expected } as Ascii;
}

function takeAscii(this: Ascii, value: unknown, name: string): string {
  const checked = this.sized.take(value, name);
  if (!this.isAllowed(checked)) throw new MessageError(`${name}: ${this.expected} expected`);
  return checked;
}

const isVisible = (text: string) => /^[!-~]+$/.test(text);
const isOneLine = (text: string) => /^[ -~]+$/.test(text);
const isLines = (text: string) => /^[ -~\r\n]+$/.test(text);
const isBoxId = (text: string) => /^[A-Za-z0-9-]+$/.test(text);
const isPath = (text: string) => text.startsWith("/") && isVisible(text);

interface Pem extends Field<string> {
  readonly lines: Field<string>;
  /** How its first line names what it is. */
  readonly label: string;
  readonly expected: string;
}

/** Whether the certificates verify is for the TLS stack to say; this only catches something else in their place. */
function pem(max: number, label: string, expected: string): Field<string> {
  return { take: takePem, lines: ascii(max, isLines, "printable ASCII"), label, expected } as Pem;
}

function takePem(this: Pem, value: unknown, name: string): string {
  const checked = this.lines.take(value, name);
  if (!checked.includes(`-----BEGIN ${this.label}-----`)) throw new MessageError(`${name}: ${this.expected} expected`);
  return checked;
}

const certificates = pem(7_000, "CERTIFICATE", "PEM certificates");

const BODY: BodyCodec<Body> = shape<Body>({
  box: ascii(32, isBoxId, "A-Z a-z 0-9 -"),
  sealingKey: bytes(KEY_BYTES, KEY_BYTES),
  codesKey: bytes(KEY_BYTES, KEY_BYTES),
  lookupKey: bytes(KEY_BYTES, KEY_BYTES),
  host: ascii(253, isVisible, "printable ASCII without spaces"),
  port: whole(1, 65_535),
  username: ascii(64, isOneLine, "printable ASCII"),
  password: ascii(128, isOneLine, "printable ASCII"),
  authority: optional(certificates),
  path: optional(ascii(128, isPath, "a path that begins with /")),
  alpn: optional(ascii(32, isVisible, "printable ASCII without spaces")),
  certificate: optional(certificates),
  /** PKCS #8. */
  certificateKey: optional(pem(3_500, "PRIVATE KEY", "a PEM private key")),
});

/** The copy at `at`, of at most `limit` bytes. Throws IdentityError that names what is wrong with it, FlashError from the part. */
export function readCopy(flash: FlashPort, at: number, limit: number): Identity {
  const head = new Uint8Array(BODY_AT);
  flash.read(at, head);
  if (head.every((byte) => byte === 0xff)) throw new IdentityError("the identity partition is blank");
  if (MAGIC.some((byte, i) => head[i] !== byte)) throw new IdentityError("the identity partition holds something else");
  const length = u16(head, LENGTH_AT);
  if (length < 1 || length > MAX_BODY_BYTES || BODY_AT + length > limit) {
    throw new IdentityError(`the identity partition is damaged: a body of ${length} bytes`);
  }
  const body = new Uint8Array(length);
  flash.read(at + BODY_AT, body);
  if (u32(head, CRC_AT) !== checksum(head, body)) {
    throw new IdentityError("the identity partition is damaged: its checksum does not match");
  }
  return fromBody(checked(() => BODY.decode(body)));
}

/** Bytes of the sound copy at `at`. */
export function copyBytes(flash: FlashPort, at: number): number {
  const length = new Uint8Array(2);
  flash.read(at + LENGTH_AT, length);
  return BODY_AT + u16(length, 0);
}

/** One copy, from its first byte on. Throws IdentityError when a field is out of range. */
export function encodeCopy(identity: Identity): Uint8Array {
  const { broker, ...own } = identity;
  const body = checked(() => BODY.encode({ ...own, ...broker }));
  const content = new Uint8Array(BODY_AT + body.length);
  content.set(MAGIC);
  content[LENGTH_AT] = body.length & 0xff;
  content[LENGTH_AT + 1] = body.length >>> 8;
  const crc = checksum(content, body);
  for (let i = 0; i < 4; i++) content[CRC_AT + i] = (crc >>> (8 * i)) & 0xff;
  content.set(body, BODY_AT);
  return content;
}

/** CRC-32 of the magic and the length in `head`, then of the body. */
function checksum(head: Uint8Array, body: Uint8Array): number {
  return crc32(body, 0, body.length, crc32(head, 0, CRC_AT));
}

function checked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof MessageError) throw new IdentityError(`the identity is not complete: ${error.message}`);
    throw error;
  }
}

/** The keys are copied: as views they would keep the whole body in memory. */
function fromBody(body: Body): Identity {
  return {
    box: body.box,
    sealingKey: body.sealingKey.slice(),
    codesKey: body.codesKey.slice(),
    lookupKey: body.lookupKey.slice(),
    broker: {
      host: body.host,
      port: body.port,
      username: body.username,
      password: body.password,
      ...(body.authority === undefined ? {} : { authority: body.authority }),
      ...(body.path === undefined ? {} : { path: body.path }),
      ...(body.alpn === undefined ? {} : { alpn: body.alpn }),
      ...(body.certificate === undefined ? {} : { certificate: body.certificate }),
      ...(body.certificateKey === undefined ? {} : { certificateKey: body.certificateKey }),
    },
  };
}
