import { decodeCbor } from "../../../firmware/wire/cbor.js";
import { openEnvelope } from "../../../firmware/wire/envelope.js";
import { isUpLane, Lane, parseTopic } from "../../../firmware/wire/lanes.js";
import { hexToBytes } from "../../cloud/domain.js";
import type { WireSection } from "../shared/state.js";
import type { Scene } from "./theatre.js";

/** Messages that are kept. */
const KEPT = 60;
const SHOWN = 12;
/** Of what a broker sees, bytes. */
const HEAD_BYTES = 24;
/** Of what is inside, characters. */
const INSIDE = 200;

interface Passed {
  readonly at: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** What passes the broker, as it lies there: sealed. It looks on, and the world goes as it would without it. */
export class Wire {
  readonly #passed: Passed[] = [];

  /** `at`: true time, s since 1970 UTC. */
  note(at: number, topic: string, payload: Uint8Array): void {
    this.#passed.push({ at, topic, payload: payload.slice() });
    if (this.#passed.length > KEPT) this.#passed.shift();
  }

  /** Of one box, the newest first: opened with its key, which no broker has. */
  of({ box, cloud }: Scene): WireSection {
    const key = hexToBytes(box.sealingKey);
    const rows = this.#passed
      .flatMap(({ at, topic, payload }) => {
        const target = parseTopic(topic);
        return target?.box === box.id ? [{ at, lane: target.lane, payload }] : [];
      })
      .slice(-SHOWN)
      .reverse();
    return {
      messages: rows.map(({ at, lane, payload }) => ({
        at,
        lane: nameOf(lane),
        isUp: isUpLane(lane),
        bytes: payload.length,
        head: hex(payload.subarray(0, HEAD_BYTES)),
        inside: inside(key, lane, payload),
      })),
      inFlight: Math.max(0, (cloud.store.boxState(box.id).status?.next ?? 1) - 1 - through(cloud, box.id)),
    };
  }
}

/** Last record of the box that the cloud has. */
function through({ store }: Scene["cloud"], box: string): number {
  const { epoch, epochs } = store.boxState(box);
  return epoch === undefined ? 0 : (epochs[epoch]?.through ?? 0);
}

function inside(key: Uint8Array, lane: Lane, payload: Uint8Array): string {
  const opened = openEnvelope(key, lane, payload);
  if (opened === undefined) return "";
  const text = JSON.stringify(decodeCbor(opened.body), (_, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} B` : value,
  );
  return text.length > INSIDE ? `${text.slice(0, INSIDE)}…` : text;
}

function nameOf(lane: Lane): string {
  return Object.entries(Lane).find(([, one]) => one === lane)?.[0] ?? String(lane);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
