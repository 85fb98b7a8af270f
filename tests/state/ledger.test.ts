import { beforeEach, describe, expect, test } from "vitest";
import { JournalFaultError, JournalFullError, type JournalStore, type Room } from "../../firmware/journal/contract.js";
import { decodeRecord, encodeRecord } from "../../firmware/records/codec.js";
import { Belief, CommandKind, Flag, GapReason, Kind, type Rec } from "../../firmware/records/records.js";
import { emptyState, ORDINARY } from "../../firmware/state/box-state.js";
import { encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { Ledger, WriteRefused } from "../../firmware/state/ledger.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { ClockQuality } from "../../hal/ports/clock.js";
import { EntropyError } from "../../hal/ports/entropy.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";

const AT = 1_790_000_000;
const NOTE = { kind: Kind.clockSet } as const;

/** What the ledger writes to, and what the world is like. */
let written: { record: Rec; rank: string }[];
let acknowledged: number[];
let failing: (() => Error | undefined) | undefined;
let room: Room;
let stored: { pieces: Uint8Array[]; records: Uint8Array[] };
let clock: HandClock;
let world: {
  mains: boolean;
  millivolts: number | undefined;
};

beforeEach(() => {
  written = [];
  acknowledged = [];
  failing = undefined;
  room = "all";
  stored = { pieces: [], records: [] };
  clock = new HandClock();
  clock.wall = AT;
  clock.ms = 5_999;
  world = { mains: true, millivolts: 3_900 };
});

function boot(): Ledger {
  const journal: Partial<JournalStore> = {
    get room() {
      return room;
    },
    nextSeq: 12,
    replay: (visitor) => {
      for (const piece of stored.pieces) visitor.checkpoint(piece);
      for (const [index, record] of stored.records.entries()) visitor.record(index + 1, record);
    },
    append: (payload, rank) => {
      const error = failing?.();
      if (error !== undefined) throw error;
      written.push({ record: decodeRecord(payload), rank });
      return written.length;
    },
    acknowledge: (seq) => acknowledged.push(seq),
  };
  return new Ledger({
    clock,
    gauge: {
      read: () =>
        world.millivolts === undefined
          ? undefined
          : { chargePercent: 3, millivolts: world.millivolts, milliamps: undefined, celsius: undefined },
    },
    mains: { present: () => world.mains, onChange: undefined },
    brownOutMillivolts: 3_300,
    partition: { mount: () => journal as JournalStore },
  });
}

const close = (id: number) => ({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 2 }) as const;
const last = () => written.at(-1)?.record;
const acks = () => written.flatMap(({ record }) => (record.kind === Kind.ack ? [record.through] : []));
const gaps = () => written.flatMap(({ record }) => (record.kind === Kind.gap ? [record.count] : []));

test("a box that has lived through nothing knows nothing", () => {
  expect(boot().state).toStrictEqual({
    boots: 0,
    acked: 0,
    lastSync: undefined,
    mainsLost: undefined,
    batteryLow: false,
    command: 0,
    snapshot: undefined,
    bins: new Map(),
    faulty: new Set(),
    enabled: new Map(),
    throttles: new Map(),
    codes: { sheet: 1, used: new Map(), grace: undefined },
    exchange: undefined,
    opening: undefined,
    openAll: undefined,
  });
  expect(ORDINARY).toEqual({ target: 0 });
});

describe("a record", () => {
  test.each<[string, () => void, number, number]>([
    [
      "with all that is good",
      () => {
        clock.worth = ClockQuality.synced;
      },
      AT,
      Flag.wallTime | Flag.synced,
    ],
    ["with a clock that the RTC kept", () => {}, AT, Flag.wallTime],
    [
      "without a clock",
      () => {
        clock.wall = undefined;
      },
      5,
      0,
    ],
    [
      "on battery",
      () => {
        world.mains = false;
      },
      AT,
      Flag.wallTime | Flag.onBattery,
    ],
  ])("%s is stamped so", (_, change, at, flags) => {
    change();
    const ledger = boot();
    ledger.online = true;
    ledger.write(NOTE, "vital");
    expect(last()).toMatchObject({ at, flags });
    ledger.online = false;
    ledger.write(NOTE, "vital");
    expect(last()).toMatchObject({ at, flags: flags | Flag.offline });
  });

  test("of a box that was just booted is an offline one", () => {
    boot().write(NOTE, "vital");
    expect(last()!.flags & Flag.offline).toBe(Flag.offline);
  });

  test("counts in the state before anybody hears of it, and goes by its number and its rank", () => {
    const ledger = boot();
    const heard: unknown[] = [];
    ledger.listener = { recordsAdded: () => void heard.push(written.length, ledger.state.command) };
    expect(ledger.write(close(7), "pickup")).toBe(1);
    expect(heard).toEqual([1, 7]);
    expect(written[0]!.rank).toBe("pickup");
  });

  test("that cannot be written changes nothing, and says why", () => {
    const ledger = boot();
    let heard = 0;
    ledger.listener = { recordsAdded: () => void heard++ };
    const reasonOf = (error: Error) => {
      failing = () => error;
      try {
        ledger.write(close(7), "vital");
      } catch (refused) {
        if (refused instanceof WriteRefused) return [refused.reason, refused.message];
        throw refused;
      }
      return undefined;
    };
    expect(reasonOf(new JournalFullError("no room"))).toEqual(["journal-full", "no room"]);
    expect(reasonOf(new JournalFaultError("a bad sector"))).toEqual(["journal-fault", "a bad sector"]);
    expect(reasonOf(new EntropyError("no entropy"))).toEqual(["journal-fault", "no entropy"]);
    expect(() => reasonOf(new TypeError("broken"))).toThrow(TypeError);
    expect([ledger.state.command, heard]).toEqual([0, 0]);
  });
});

describe("a nearly empty cell", () => {
  test("keeps every record off the flash, on battery alone, and is remembered", () => {
    const ledger = boot();
    world.millivolts = 3_299;
    ledger.write(close(1), "vital");
    expect([ledger.refusal("vital"), ledger.brownedOut]).toEqual([undefined, false]);
    world.mains = false;
    expect(ledger.refusal("vital")).toBe("battery-empty");
    expect(ledger.brownedOut).toBe(false);
    expect(() => ledger.write(close(2), "vital")).toThrow("cell below 3300 mV: not writing to flash");
    expect([ledger.brownedOut, ledger.state.command, written.length]).toEqual([true, 1, 1]);
    try {
      ledger.write(close(2), "vital");
    } catch (error) {
      expect((error as WriteRefused).reason).toBe("battery-empty");
    }
  });

  test("is one below the limit, not at it, and not one that nobody can read", () => {
    world.mains = false;
    const ledger = boot();
    for (const millivolts of [3_300, undefined, 0]) {
      world.millivolts = millivolts;
      expect(ledger.refusal("vital")).toBeUndefined();
    }
  });
});

test("what a rank would be told is what the journal has room for", () => {
  const ledger = boot();
  room = "no-pickups";
  expect([ledger.refusal("diagnostic"), ledger.refusal("pickup"), ledger.refusal("dropoff")]).toEqual([
    "journal-full",
    "journal-full",
    undefined,
  ]);
});

describe("acknowledgements", () => {
  test("count at once in the state and the journal, and are on record every 256", () => {
    const ledger = boot();
    ledger.acknowledge(255);
    expect([ledger.state.acked, acknowledged.at(-1), acks()]).toEqual([255, 255, []]);
    ledger.acknowledge(256);
    expect(acks()).toEqual([256]);
    ledger.acknowledge(511);
    expect(acks()).toEqual([256]);
    ledger.acknowledge(512);
    expect([acks(), written.at(-1)!.rank]).toEqual([[256, 512], "diagnostic"]);
  });

  test("are on record before sleep, once each", () => {
    const ledger = boot();
    ledger.recordAck();
    expect(acks()).toEqual([]);
    ledger.acknowledge(9);
    ledger.recordAck();
    ledger.recordAck();
    expect(acks()).toEqual([9]);
    ledger.acknowledge(8);
    ledger.recordAck();
    expect(acks()).toEqual([9, 8]);
  });

  test("count from the one that the journal knew at boot", () => {
    stored.records = [encodeRecord({ kind: Kind.ack, through: 300, at: AT, flags: Flag.wallTime })];
    const ledger = boot();
    expect(acknowledged).toEqual([300]);
    ledger.recordAck();
    ledger.acknowledge(555);
    expect(acks()).toEqual([]);
    ledger.acknowledge(556);
    expect(acks()).toEqual([556]);
  });

  test("that were written off are not written twice while one is being written", () => {
    const ledger = boot();
    ledger.listener = { recordsAdded: () => ledger.recordAck() };
    ledger.acknowledge(9);
    ledger.recordAck();
    expect(acks()).toEqual([9]);
  });
});

describe("a boot", () => {
  test("takes the checkpoint, then the records since, and counts what it cannot make sense of", () => {
    const before = { ...emptyState(), boots: 4, command: 7 };
    stored.pieces = [...encodeCheckpoint(before)];
    stored.records = [
      encodeRecord({ ...close(7), at: AT, flags: 0 }),
      Uint8Array.of(0xff, 1, 2),
      Uint8Array.of(0xff),
      encodeRecord({ ...close(8), at: AT, flags: 0 }),
    ];
    const ledger = boot();
    expect([ledger.state.boots, ledger.state.command, ledger.undecodable]).toEqual([4, 8, 2]);
    stored.records = [];
    expect(boot().undecodable).toBe(0);
  });
});

describe("a piece of a checkpoint that only a later firmware reads", () => {
  const piece = encodeCbor({ chapter: 24 });
  const kept = { kind: Kind.binKept, bin: 4, belief: Belief.holds, key: 7, at: AT, flags: 0 } as const;

  test("puts every bin in doubt as of the record before the next, which then counts", () => {
    stored.pieces = [piece, piece];
    stored.records = [encodeRecord(kept)];
    const { state, undecodable } = boot();
    expect(undecodable).toBe(2);
    expect([state.bins.size, state.bins.get(0)?.seq, state.bins.get(199)?.belief]).toEqual([200, 0, Belief.doubt]);
    expect(state.bins.get(4)).toEqual({ seq: 1, belief: Belief.holds, item: { key: 7 } });
  });

  test("and after which there is no record does so as of the last one", () => {
    stored.pieces = [piece];
    const { state, undecodable } = boot();
    expect([undecodable, state.bins.size, state.bins.get(7)?.seq]).toEqual([1, 200, 11]);
  });

  test("is none that this one reads, or may pass over", () => {
    stored.pieces = [...encodeCheckpoint({ ...emptyState(), boots: 4 }), encodeCbor({ chapter: 128 })];
    expect([boot().undecodable, boot().state.bins.size]).toEqual([0, 0]);
  });
});

describe("notes", () => {
  test("that are refused are counted, told at once, and then when there is room", () => {
    const ledger = boot();
    let refuse = true;
    failing = () => (refuse ? new JournalFullError("full") : undefined);
    ledger.note(NOTE);
    expect(gaps()).toEqual([]);
    refuse = false;
    room = "all";
    ledger.note(NOTE);
    expect(gaps()).toEqual([1]);
    expect(written[0]).toMatchObject({
      rank: "vital",
      record: { kind: Kind.gap, reason: GapReason.diagnosticsSuspended, count: 1 },
    });
    expect(last()!.kind).toBe(Kind.clockSet);
  });

  test("begin a run that a vital one does not end", () => {
    const ledger = boot();
    let full = true;
    const store = ledger.journal as { append: JournalStore["append"] };
    const { append } = store;
    store.append = (payload, rank) => {
      if (full && rank === "diagnostic") throw new JournalFullError("full");
      return append(payload, rank);
    };
    room = "no-diagnostics";
    ledger.note(NOTE);
    expect(gaps()).toEqual([1]);
    ledger.note(close(1), "vital");
    ledger.note(NOTE);
    ledger.note(NOTE);
    expect(gaps()).toEqual([1]);
    full = false;
    room = "all";
    ledger.note(NOTE);
    expect(gaps()).toEqual([1, 2]);
    full = true;
    room = "no-diagnostics";
    ledger.note(NOTE);
    expect(gaps()).toEqual([1, 2, 1]);
  });

  test("whose first marker could not be written try again with the next", () => {
    const ledger = boot();
    let refuseVital = true;
    const store = ledger.journal as { append: JournalStore["append"] };
    const { append } = store;
    store.append = (payload, rank) => {
      if (rank === "diagnostic" || refuseVital) throw new JournalFullError("full");
      return append(payload, rank);
    };
    room = "none";
    ledger.note(NOTE);
    expect(gaps()).toEqual([]);
    refuseVital = false;
    ledger.note(NOTE);
    expect(gaps()).toEqual([2]);
  });

  test("let no error pass for a full journal", () => {
    const ledger = boot();
    failing = () => new TypeError("broken");
    expect(() => ledger.note(NOTE)).toThrow(TypeError);
    const inTurn = (...errors: (Error | undefined)[]) => {
      failing = () => errors.shift();
      return () => ledger.note(NOTE);
    };
    expect(inTurn(new TypeError("broken"), undefined)).toThrow(TypeError);
    expect(inTurn(new JournalFullError("full"), new TypeError("broken"))).toThrow(TypeError);
  });
});
