import { type Faults, GOOD_WAY } from "../../broker/bad-way.js";
import { type Act, BAD_WAY, type Scenario } from "./scenario.js";
import { isInTheTrace, isOnTheStatus } from "./told-offline.js";

const MINUTE_MS = 60_000;
const SIGN_IN = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";

/** Something that goes wrong between box and broker, and what the box says of it: with TLS, and without. */
interface Mishap {
  readonly what: string;
  readonly faults: Partial<Faults>;
  /** The connection that there is goes on, and dies of it; otherwise it is reset first. */
  readonly isGradual?: true;
  /** Connections come and go: what is wrong is in the trace each time, and on the panel only in between. */
  readonly flaps?: true;
  /** Ids of the texts one of which tells it; undefined: the box stays online. */
  readonly tls?: readonly string[];
  readonly plain?: readonly string[];
}

const NOBODY = ["offline-no-broker", "offline-broker-silent"];
/** Torn streams end where whoever reads them notices: at the box, or at the broker, which then hangs up. */
const TORN = ["offline-broker-closed", "offline-not-tls", "offline-misunderstood", ...NOBODY];

const MISHAPS: readonly Mishap[] = [
  { what: "everything takes two seconds longer", faults: { roundTripMs: 50 } },
  { what: "every byte comes alone", faults: { pieceBytes: 1 } },
  {
    what: "a piece is lost now and then",
    faults: { losesAfterBytes: 700 },
    isGradual: true,
    flaps: true,
    tls: TORN,
    plain: TORN,
  },
  {
    what: "a piece comes twice now and then",
    faults: { doublesAfterBytes: 700 },
    isGradual: true,
    flaps: true,
    tls: TORN,
    // Without TLS it is a message that comes twice, and the box or the cloud drops the second.
  },
  {
    what: "connections are reset after a while",
    faults: { resetsAfterBytes: 700 },
    flaps: true,
    tls: ["offline-broker-closed"],
    plain: ["offline-broker-closed"],
  },
  { what: "nothing gets to the broker", faults: { swallows: "up" }, isGradual: true, tls: NOBODY, plain: NOBODY },
  { what: "nothing comes from the broker", faults: { swallows: "down" }, isGradual: true, tls: NOBODY, plain: NOBODY },
  {
    what: "a web page answers on the broker's port",
    faults: { answer: SIGN_IN },
    tls: ["offline-not-tls"],
    plain: ["offline-sign-in"],
  },
  { what: "the port takes everything and says nothing", faults: { answer: "" }, tls: NOBODY, plain: NOBODY },
];

export const badWay: Scenario = {
  name: "bad-way",
  summary:
    "between box and broker bytes are late, torn, lost, doubled, swallowed one way, or answered by somebody else: told in words, nothing lost",
  onlyWith: BAD_WAY,
  overBadWay: true,
  async play(act) {
    const { stage, people, step } = act;
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    for (const mishap of MISHAPS) {
      step(mishap.what);
      await meet(act, mishap);
      stage.broker.between!.faults = GOOD_WAY;
      stage.broker.between!.cut();
      await stage.untilInSync(10 * MINUTE_MS);
    }
    step("all is well again");
    await people.comeAndGo(2);
    await stage.untilInSync(5 * MINUTE_MS);
  },
};

async function meet(act: Act, { faults, isGradual, flaps, tls, plain }: Mishap): Promise<void> {
  const { stage, people } = act;
  const { between, authority } = stage.broker;
  const { trace } = stage.world;
  const before = trace.lines;
  between!.faults = faults;
  if (isGradual !== true) between!.cut();
  // Its records are what goes over the bad way.
  await people.comeAndGo(2);
  const expected = authority === undefined ? plain : tls;
  if (expected === undefined) {
    await stage.untilInSync(10 * MINUTE_MS);
    return;
  }
  await isInTheTrace(act, before, expected);
  if (flaps !== true) await isOnTheStatus(act, expected);
}
