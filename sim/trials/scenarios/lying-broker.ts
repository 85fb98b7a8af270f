import { HONEST, type Liar, type Lie } from "../../broker/lying-way.js";
import { type Act, BAD_WAY, type Scenario } from "./scenario.js";
import { isInTheTrace, isOnTheStatus } from "./told-offline.js";

const MINUTE_MS = 60_000;
/** Of real time, in which the broker and whoever is in front of it live: long enough for more messages to come, short for a story. */
const HELD_MS = 40;
/** Two silences in a row show the broker's limit; a session each. */
const SILENCE_MS = 500;
/** Reason codes of MQTT 5. */
const TOO_MANY_AT_ONCE = 0x93;
const TOO_LONG = 0x95;
/** Of a payload. */
const LONGEST_BYTES = 700;
const AT_ONCE = 1;
/** Each leaves a record: together with two exchanges more than `LONGEST_BYTES` take, so that there is one batch that is too long. */
const CUTS = 20;

/** What a broker says that it does not keep to, and what the box says of it: ids of texts, by MQTT's version; undefined: it bears it. */
interface Trick {
  readonly what: string;
  readonly liar: Liar;
  /** What was written meanwhile gets to the cloud while it lasts. */
  readonly getsThrough: boolean;
  readonly told?: { readonly v5?: readonly string[]; readonly v4?: readonly string[] };
  /** It is on the device status while it lasts; otherwise in the trace only, for a moment each time. */
  readonly stays?: true;
  /** For how long it is waited until it is told, ms; a minute if absent. */
  readonly withinMs?: number;
}

/** Nobody is there. */
const AWAY: Liar = () => (_packet, _from, between) => between.end();

/** Hands on whatever `lie` does not take for itself. */
const unless =
  (lie: () => (...told: Parameters<Lie>) => boolean): Liar =>
  () => {
    const [takes, rest] = [lie(), HONEST()];
    return (...told) => {
      if (!takes(...told)) rest(...told);
    };
  };

/** The broker's answer to CONNECT says this of itself, in MQTT 5. */
const says = (properties: object): Liar =>
  unless(() => (packet, from, between) => {
    if (from === "box" || packet.cmd !== "connack" || between.version !== 5) return false;
    between.toBox({ ...packet, properties: { ...packet.properties, ...properties } });
    return true;
  });

const both =
  (first: Liar, second: Liar): Liar =>
  () => {
    const [one, other] = [first(), second()];
    return (packet, from, between) =>
      one(packet, from, {
        get version() {
          return between.version;
        },
        toBox: (told) => other(told, "broker", between),
        toBroker: (told) => other(told, "box", between),
        end: () => between.end(),
      });
  };

const fewAtOnce: Liar = unless(() => {
  let held = 0;
  return (packet, from, between) => {
    if (from === "box") {
      if (packet.cmd !== "publish" || ++held <= AT_ONCE) return false;
      if (between.version === 5) between.toBox({ cmd: "disconnect", reasonCode: TOO_MANY_AT_ONCE });
      between.end();
      return true;
    }
    if (packet.cmd !== "puback") return false;
    setTimeout(() => {
      held--;
      between.toBox(packet);
    }, HELD_MS);
    return true;
  };
});

/** What it does with a message of records that is too long for it. */
const shortOnly = (does: "drops" | "acknowledges and drops" | "ends"): Liar =>
  unless(() => (packet, from, between) => {
    if (from === "broker" || packet.cmd !== "publish" || packet.payload.length <= LONGEST_BYTES) return false;
    if (does === "acknowledges and drops") between.toBox({ cmd: "puback", messageId: packet.messageId! });
    if (does === "ends") {
      if (between.version === 5) between.toBox({ cmd: "disconnect", reasonCode: TOO_LONG });
      between.end();
    }
    return true;
  });

const impatient: Liar = unless(() => {
  let timer: NodeJS.Timeout | undefined;
  return (_packet, from, between) => {
    if (from === "broker") return false;
    clearTimeout(timer);
    timer = setTimeout(() => between.end(), SILENCE_MS);
    return false;
  };
});

/** A session that nobody asked for: what came in an older connection comes again. */
const resumes = (): Liar => {
  const older: Parameters<Lie>[0][] = [];
  return unless(() => {
    const before = older.splice(0);
    return (packet, from, between) => {
      if (from === "box") return false;
      if (packet.cmd === "connack") {
        between.toBox({ ...packet, sessionPresent: true });
        return true;
      }
      if (packet.cmd === "publish" && older.length < 20) older.push(packet);
      if (packet.cmd !== "suback") return false;
      between.toBox(packet);
      for (const one of before) between.toBox(one);
      return true;
    };
  });
};

const pubacks = (times: number, shift = 0): Liar =>
  unless(() => (packet, from, between) => {
    if (from === "box" || packet.cmd !== "puback") return false;
    const messageId = packet.messageId! + shift;
    for (let i = 0; i < times; i++) between.toBox({ ...packet, messageId });
    return true;
  });

const subackOf = (code: number): Liar =>
  unless(() => (packet, from, between) => {
    if (from === "box" || packet.cmd !== "suback") return false;
    between.toBox({ ...packet, granted: [code] });
    return true;
  });

/** Somebody with the same client id comes a moment after the box, again and again: it closes the older connection, without a word. */
const takenOver: Liar = unless(() => (packet, from, between) => {
  if (from === "broker" && packet.cmd === "suback") setTimeout(() => between.end(), HELD_MS);
  return false;
});

const CLOSED = ["offline-broker-closed"];
const SILENT = ["offline-broker-silent"];
/** Each of them waits 30 s for PUBACK. */
const SOME_TIME_MS = 6 * MINUTE_MS;

const TRICKS: readonly Trick[] = [
  {
    what: `says that it takes 100 messages at once, and takes ${AT_ONCE}`,
    liar: both(says({ receiveMaximum: 100 }), fewAtOnce),
    getsThrough: true,
    told: { v5: ["offline-broker-busy"], v4: CLOSED },
  },
  {
    what: `takes messages of ${LONGEST_BYTES} bytes, and drops longer ones without a word`,
    liar: both(says({ maximumPacketSize: 100_000 }), shortOnly("drops")),
    getsThrough: true,
    told: { v5: SILENT, v4: SILENT },
  },
  {
    what: "acknowledges longer ones, and drops them",
    liar: both(says({ maximumPacketSize: 100_000 }), shortOnly("acknowledges and drops")),
    getsThrough: true,
  },
  {
    what: "ends the connection over longer ones",
    liar: both(says({ maximumPacketSize: 100_000 }), shortOnly("ends")),
    getsThrough: true,
    told: { v5: ["offline-size"], v4: CLOSED },
  },
  {
    what: "says that it waits for 60 s, and ends what is silent for 20 s",
    liar: both(says({ serverKeepAlive: 60 }), impatient),
    getsThrough: true,
    told: { v5: CLOSED, v4: CLOSED },
  },
  {
    what: "keeps a session that was not asked for",
    liar: both(says({ sessionExpiryInterval: 3_600 }), resumes()),
    getsThrough: true,
  },
  { what: "acknowledges nothing", liar: pubacks(0), getsThrough: true, told: { v5: SILENT, v4: SILENT } },
  { what: "acknowledges everything twice", liar: pubacks(2), getsThrough: true },
  {
    what: "acknowledges other messages than came",
    liar: pubacks(1, 9_000),
    getsThrough: true,
    told: { v5: SILENT, v4: SILENT },
  },
  {
    what: "refuses the subscription",
    liar: subackOf(0x80),
    getsThrough: false,
    told: { v5: ["offline-topics"], v4: ["offline-topics"] },
    stays: true,
  },
  {
    what: "gives the client id to somebody else, again and again, and does not say so",
    liar: takenOver,
    getsThrough: false,
    told: { v5: ["offline-rival"], v4: ["offline-rival"] },
    stays: true,
    withinMs: 20 * MINUTE_MS,
  },
];

export const lyingBroker: Scenario = {
  name: "lying-broker",
  summary:
    "a broker takes fewer and shorter messages than it says, waits less, acknowledges wrongly or not at all: told in words, nothing lost",
  onlyWith: BAD_WAY,
  overLyingWay: true,
  async play(act) {
    const { stage, people, step } = act;
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    for (const trick of TRICKS) {
      step(`the broker ${trick.what}`);
      await meet(act, trick);
    }
    step("the broker is honest");
    await people.comeAndGo(2);
    await stage.untilInSync(5 * MINUTE_MS);
  },
};

async function meet(act: Act, { liar, getsThrough, told, stays, withinMs = SOME_TIME_MS }: Trick): Promise<void> {
  const { stage, people } = act;
  const { lying, authority } = stage.broker;
  // Its records wait, so that there is a long message.
  lying!.liar = AWAY;
  lying!.cut();
  await people.comeAndGo(2);
  // What it learnt of the trick before is forgotten by this, too.
  for (let i = 0; i < CUTS; i++) {
    stage.rig.power.cut({ backAfterMs: 500 });
    await stage.world.advance(1_500);
  }
  const before = stage.world.trace.lines;
  lying!.liar = liar;
  // mosquitto speaks MQTT 5 and has TLS here, aedes neither.
  const expected = authority === undefined ? told?.v4 : told?.v5;
  if (expected !== undefined) await isInTheTrace(act, before, expected, withinMs);
  if (expected !== undefined && stays === true) await isOnTheStatus(act, expected);
  if (getsThrough) await stage.untilInSync(30 * MINUTE_MS);
  lying!.liar = HONEST;
  lying!.cut();
  await stage.untilInSync(15 * MINUTE_MS);
}
