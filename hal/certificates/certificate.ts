import { DerError, DerReader, type Element, oidOf, Tag } from "./der.js";

/** What a check of a chain needs of an X.509 certificate (RFC 5280). */
export interface Certificate {
  readonly der: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** Object identifier of its algorithm. */
  readonly algorithm: string;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** ms since 1970 UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** May sign other certificates. */
  readonly isAuthority: boolean;
  /** Intermediate certificates that may stand below it; undefined: any number. */
  readonly pathLength: number | undefined;
  /** In lower case; `*.` at the front stands for one label. */
  readonly dnsNames: readonly string[];
  /** IPv4, dotted. */
  readonly addresses: readonly string[];
}

/** RFC 5280 section 4.2.1. Of the others that are critical none is known, and a certificate with one is refused. */
const Extension = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
} as const;
const KNOWN: readonly string[] = Object.values(Extension);
const KEY_CERT_SIGN = 0x04;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Throws DerError when `der` is not a certificate, or demands what is not known here. */
export function parseCertificate(der: Uint8Array): Certificate {
  const file = new DerReader(der);
  const certificate = file.into();
  file.end();
  const signed = certificate.next(Tag.sequence);
  const algorithm = oidOf(certificate.into().next(Tag.oid).content);
  const signature = bits(certificate.next(Tag.bitString));
  certificate.end();

  const fields = new DerReader(signed.content);
  if (fields.tag === VERSION) fields.next();
  fields.next(Tag.integer);
  // The signature covers this one; the other could be changed by anybody (section 4.1.1.2).
  if (oidOf(fields.into().next(Tag.oid).content) !== algorithm) throw new DerError("two signature algorithms");
  const issuer = fields.next(Tag.sequence).whole;
  const validity = fields.into();
  const notBefore = time(validity.next());
  const notAfter = time(validity.next());
  const subject = fields.next(Tag.sequence).whole;
  fields.next(Tag.sequence);
  while (fields.more && fields.tag !== EXTENSIONS) fields.next();
  const extensions = fields.more ? readExtensions(fields.into(EXTENSIONS).into()) : new Map<string, Uint8Array>();
  return {
    der,
    signed: signed.whole,
    signature,
    algorithm,
    issuer,
    subject,
    notBefore,
    notAfter,
    ...authority(extensions),
    ...names(extensions.get(Extension.subjectAltName)),
  };
}

function readExtensions(list: DerReader): Map<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  while (list.more) {
    const extension = list.into();
    const id = oidOf(extension.next(Tag.oid).content);
    const isCritical = extension.tag === Tag.boolean && extension.next().content[0] !== 0;
    if (isCritical && !KNOWN.includes(id)) throw new DerError(`critical extension ${id} is not known`);
    if (extensions.has(id)) throw new DerError(`extension ${id} twice`);
    extensions.set(id, extension.next(Tag.octetString).content);
  }
  return extensions;
}

function authority(extensions: ReadonlyMap<string, Uint8Array>): Pick<Certificate, "isAuthority" | "pathLength"> {
  const usage = extensions.get(Extension.keyUsage);
  const maySign =
    usage === undefined || ((bits(new DerReader(usage).next(Tag.bitString))[0] ?? 0) & KEY_CERT_SIGN) !== 0;
  const constraints = extensions.get(Extension.basicConstraints);
  if (constraints === undefined) return { isAuthority: false, pathLength: undefined };
  const fields = new DerReader(constraints).into();
  const isAuthority = fields.tag === Tag.boolean && fields.next().content[0] !== 0 && maySign;
  // Longer than a byte: no chain that is looked at comes near.
  const pathLength = fields.tag === Tag.integer ? fields.next().content.at(-1) : undefined;
  return { isAuthority, pathLength };
}

function names(extension: Uint8Array | undefined): Pick<Certificate, "dnsNames" | "addresses"> {
  const dnsNames: string[] = [];
  const addresses: string[] = [];
  const list = new DerReader(extension ?? new Uint8Array(0));
  const entries = list.more ? list.into() : list;
  while (entries.more) {
    const { tag, content } = entries.next();
    if (tag === DNS_NAME) dnsNames.push(ascii(content).toLowerCase());
    else if (tag === IP_ADDRESS && content.length === 4) addresses.push(content.join("."));
  }
  return { dnsNames, addresses };
}

function bits({ content }: Element): Uint8Array {
  if (content.length === 0) throw new DerError("an empty bit string");
  return content.subarray(1);
}

/** RFC 5280 section 4.1.2.5: seconds are there, and the time is UTC. */
function time({ tag, content }: Element): number {
  const text = ascii(content);
  const isShort = tag === Tag.utcTime;
  if (!isShort && tag !== Tag.generalizedTime) throw new DerError("a time of an unknown kind");
  const match = isShort ? /^(\d\d)((?:\d\d){5})Z$/.exec(text) : /^(\d{4})((?:\d\d){5})Z$/.exec(text);
  if (match === null) throw new DerError("a time that is none");
  const year = Number(match[1]) + (isShort ? (Number(match[1]) < 50 ? 2_000 : 1_900) : 0);
  const part = (index: number) => Number(match[2]!.slice(2 * index, 2 * index + 2));
  return Date.UTC(year, part(0) - 1, part(1), part(2), part(3), part(4));
}

function ascii(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte & 0x7f);
  return text;
}
