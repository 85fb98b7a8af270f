import type { Endpoint } from "../../broker/virtual/endpoint.js";
import type { VirtualBroker } from "../../broker/virtual/virtual-broker.js";
import { Stage } from "../../trials/stage/stage.js";
import { LineCount } from "./line-count.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const HALF_OPEN_TRIES = 20;

interface IdleDayOptions {
  readonly mains: boolean;
  /** The broker ends a connection over which the box says nothing for so long; absent: it keeps to MQTT. */
  readonly idleTimeoutMs?: number;
  /** The first day after the box came into sync; absent: the second. */
  readonly firstDay?: boolean;
}

export interface IdleDay {
  /** Of MQTT, both ways. */
  readonly bytes: number;
  readonly lineBytes: number;
  readonly pingBytes: number;
  readonly publishes: number;
  readonly connections: number;
  /** Written to the journal. */
  readonly records: number;
}

/** A day in which nobody comes to the box and nobody changes anything. */
export async function idleDay({ mains, idleTimeoutMs, firstDay = false }: IdleDayOptions): Promise<IdleDay> {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  try {
    const { machine, world, judge, broker } = stage;
    const line = new LineCount();
    const after = (ms: number, work: () => void) => {
      const event = world.scheduler.after(ms, work);
      return () => world.scheduler.cancel(event);
    };
    watch(broker.virtual!, (endpoint) =>
      line.over(idleTimeoutMs ? impatient(endpoint, idleTimeoutMs, after) : endpoint),
    );
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    if (!mains) machine.setMains(false);
    if (!firstDay) await world.advance(DAY_MS);
    line.begin();
    const { nextSeq } = judge.boxMemory();
    await world.advance(DAY_MS);
    const { problems } = judge.verdict();
    if (problems.length > 0) throw new Error(`invariants broke: ${problems.slice(0, 5).join("; ")}`);
    return { ...line.counted, records: judge.boxMemory().nextSeq - nextSeq };
  } finally {
    await stage.close();
  }
}

/** How long it takes the panel to say that a connection is dead that nobody ended, at moments spread over a ping's interval; ms. */
export async function noticedAfterMs(tries = HALF_OPEN_TRIES): Promise<readonly number[]> {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  try {
    const { machine, world } = stage;
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    const isOffline = () => machine.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
    const noticed: number[] = [];
    for (let i = 0; i < tries; i++) {
      // Also after it has come to rest.
      await world.advance(3 * 60 * MINUTE_MS + (i * 60 * SECOND_MS) / tries);
      const from = world.nowMs;
      machine.net.setInternet("blackHole");
      await world.until(isOffline, 5 * MINUTE_MS, "the notice that it is offline");
      noticed.push(world.nowMs - from);
      machine.net.setInternet("ok");
      await world.until(() => !isOffline(), 10 * MINUTE_MS, "the notice to go");
    }
    return noticed;
  } finally {
    await stage.close();
  }
}

/** Has each connection to `broker` from now on go through `through`. */
function watch(broker: VirtualBroker, through: (endpoint: Endpoint) => Endpoint): void {
  const accept = broker.accept.bind(broker);
  broker.accept = (endpoint) => accept(through(endpoint));
}

/** A broker, or a router on the way, that ends a connection over which the box has said nothing for `idleMs`. */
function impatient(endpoint: Endpoint, idleMs: number, after: (ms: number, work: () => void) => () => void): Endpoint {
  let cancel = (): void => {};
  const wrapped: Endpoint = {
    onData: undefined,
    onClose: undefined,
    write: (bytes) => endpoint.write(bytes),
    close: () => {
      cancel();
      endpoint.close();
    },
  };
  const wait = (): void => {
    cancel();
    cancel = after(idleMs, () => {
      endpoint.close();
      wrapped.onClose?.();
    });
  };
  endpoint.onData = (bytes) => {
    wait();
    wrapped.onData?.(bytes);
  };
  endpoint.onClose = () => {
    cancel();
    wrapped.onClose?.();
  };
  wait();
  return wrapped;
}
