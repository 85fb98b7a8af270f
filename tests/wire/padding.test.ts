import { describe, expect, it } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, CommandKind, Exchange, Flag, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { decodeCbor, encodeCbor } from "../../firmware/wire/cbor.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { Ack, Command, MAX_BATCH_BYTES, Records } from "../../firmware/wire/messages.js";
import { padded } from "../../firmware/wire/padding.js";

const EPOCH = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const STAMP = { at: 1_793_606_400, flags: Flag.wallTime | Flag.synced };

describe("padding", () => {
  it("brings every length to one of a few, and leaves the body what it was", () => {
    const sizes = new Set<number>();
    for (let length = 0; length < MAX_BATCH_BYTES + 300; length += length < 300 ? 1 : 13) {
      const body = encodeCbor({ bytes: new Uint8Array(length).fill(7) });
      const out = padded(Lane.records, body);
      sizes.add(out.length);
      expect(out.length).toBeLessThanOrEqual(
        body.length < 760 ? Math.max(192, 2 * body.length + 4) : body.length + 131,
      );
      const { padding, bytes, ...rest } = decodeCbor(out);
      expect((bytes as Uint8Array).join()).toBe((decodeCbor(body).bytes as Uint8Array).join());
      expect((padding as Uint8Array).every((byte) => byte === 0)).toBe(true);
      expect(rest).toEqual({});
    }
    expect([...sizes].filter((size) => size <= 768)).toEqual([192, 384, 768]);
    expect([...sizes].every((size) => size <= 768 || size % 128 === 0)).toBe(true);
  });

  it("leaves no difference between a pick-up and a return, by a code, a badge or a fob", () => {
    const intents: Rec[] = [
      {
        kind: Kind.intent,
        exchange: Exchange.pickup,
        bin: 3,
        auth: Auth.bookingCode,
        user: 12,
        access: 4_000,
        key: 700,
        ...STAMP,
      },
      {
        kind: Kind.intent,
        exchange: Exchange.dropoff,
        bin: 113,
        auth: Auth.quickScan,
        fob: "012ABC",
        from: 3,
        ...STAMP,
      },
      { kind: Kind.intent, exchange: Exchange.pickup, bin: 3, auth: Auth.keyCode, key: 7, ...STAMP },
    ];
    const lengths = intents.map((intent, i) => {
      const outcome: Rec = { kind: Kind.outcome, of: 1_000 + i, result: Outcome.done, ...STAMP };
      const records = [intent, outcome].map((record) => encodeRecord(record));
      return padded(Lane.records, Records.encode({ epoch: EPOCH, first: 1_000, records })).length;
    });
    expect(new Set(lengths).size).toBe(1);
  });

  it("leaves no difference between commands", () => {
    const commands: Command[] = [
      { id: 7, command: CommandKind.reboot, sent: STAMP.at },
      { id: 70_000, command: CommandKind.oneTouchUnlock, bin: 140, time: STAMP.at, sent: STAMP.at },
    ];
    const bodies = commands.map((command) => padded(Lane.command, Command.encode(command)));
    expect(bodies.map(({ length }) => length)).toEqual([96, 96]);
    expect(bodies.map((body) => Command.decode(body))).toEqual(commands);
  });

  it("is not spent on what topic and order tell anyway", () => {
    const body = Ack.encode({ epoch: EPOCH, through: 5 });
    expect(padded(Lane.ack, body)).toBe(body);
  });
});
