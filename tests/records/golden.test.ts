import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord } from "../../firmware/records/codec.js";
import { FIELDS, Kind, type Rec } from "../../firmware/records/records.js";
import { emptyState } from "../../firmware/state/box-state.js";
import { applyCheckpoint, encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { fullState } from "../support/full-state.js";

/*
 * Bytes that the firmware of the first rooms wrote. They stand on flash in boxes on walls: what is written today is the same, and
 * these are read for ever. `golden.json` is only ever added to: a new kind or field with bytes that a failing run prints.
 */
interface Golden {
  readonly records: readonly { readonly record: Rec; readonly bytes: string }[];
  readonly checkpoint: readonly string[];
}
const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Golden;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

describe("bytes on flash", () => {
  test.each(golden.records.map(({ record, bytes }) => [record.kind, bytes, record] as const))(
    "a record of kind %i is %s",
    (_, bytes, record) => {
      expect(hex(encodeRecord(record))).toBe(bytes);
      expect(decodeRecord(unhex(bytes))).toEqual(record);
    },
  );

  test.each(Object.entries(Kind))("there are some of the kind %s, with each field that it can have", (_, kind) => {
    const names = golden.records.flatMap(({ record }) => (record.kind === kind ? Object.keys(record) : []));
    expect(new Set(names)).toEqual(new Set(["kind", "at", "flags", ...Object.keys(FIELDS[kind])]));
  });

  test("a checkpoint with everything in it", () => {
    expect([...encodeCheckpoint(fullState())].map(hex)).toEqual(golden.checkpoint);
    const state = emptyState();
    for (const piece of golden.checkpoint) expect(applyCheckpoint(state, unhex(piece))).toBe(true);
    expect(state).toEqual(fullState());
  });
});
