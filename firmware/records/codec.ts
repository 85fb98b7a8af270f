import { CborError, decodeCbor, encodeCbor } from "../wire/cbor.js";
import { type FieldList, type Fields, listed, MessageError, refuseOthers, takeFields } from "../wire/shape.js";
import { FIELDS, HEAD, Kind, type Rec } from "./records.js";

/** The bytes are not a record this version knows; the message names the field. */
export class RecordError extends Error {}

const HEAD_LIST = listed(HEAD);
const LISTS: Readonly<Record<string, FieldList>> = Object.freeze(
  Object.fromEntries(Object.entries(FIELDS).map(([kind, fields]) => [kind, listed(fields as Fields)])),
);

/** Refuses what is not declared, and answers `record` itself: what a later firmware added stays in it. */
function check(record: Record<string, unknown>, isReading: boolean): Rec {
  const { kind } = record;
  const fields: Fields | undefined = typeof kind === "number" ? FIELDS[kind as Kind] : undefined;
  if (fields === undefined) throw new RecordError(`record of unknown kind ${String(kind)}`);
  try {
    takeFields(HEAD_LIST, record, record, isReading);
    takeFields(LISTS[kind as Kind]!, record, record, isReading);
    if (!isReading) refuseOthers(record, HEAD, fields);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw new RecordError(`record kind ${kind}: ${error.message}`);
  }
  return record as unknown as Rec;
}

/** Checked on the way in as well, so that a mistake shows where it is made and not years later in a dump. */
export function encodeRecord(record: Rec): Uint8Array {
  return encodeCbor(check(record as unknown as Record<string, unknown>, false));
}

/**
 * The bin that a record names which `decodeRecord` refuses; undefined: none. Whatever a later firmware wrote there, what is in that bin
 * is not known any more.
 */
export function binNamedIn(bytes: Uint8Array): number | undefined {
  try {
    return FIELDS[Kind.door].bin.take(decodeCbor(bytes).bin, "bin");
  } catch (error) {
    if (error instanceof CborError || error instanceof MessageError) return undefined;
    throw error;
  }
}

/** Throws RecordError. Fields that this version does not know are kept and ignored. */
export function decodeRecord(bytes: Uint8Array): Rec {
  let map: Record<string, unknown>;
  try {
    map = decodeCbor(bytes);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new RecordError(error.message);
  }
  return check(map, true);
}
