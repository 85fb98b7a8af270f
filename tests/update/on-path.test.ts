import { expect, test, vi } from "vitest";
import type { Message } from "../../sim/broker/virtual/connection.js";
import { Updating } from "../../sim/trials/scenarios/updating.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import type { Random } from "../../sim/world/random.js";

vi.setConfig({ testTimeout: 60_000 });

const MINUTE_MS = 60_000;
const NEW = 8;

/** What somebody between a box and its cloud does to what goes down to it, by what is done. */
class OnPath {
  readonly done = new Map<string, number>();
  readonly #random: Random;
  readonly #earlier: Message[] = [];
  #held: Message | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  take(message: Message): readonly Message[] {
    const [lane] = message.topic.split("/").slice(-1);
    if (lane !== "image" && lane !== "release") return [message];
    const held = this.#held === undefined ? [] : [this.#held];
    this.#held = undefined;
    this.#earlier.push(message);
    const deeds = ["nothing", "flip", "instead", "cut", "longer", "earlier", "swap", "other lane", "made up"] as const;
    const deed = this.#random.pick(deeds);
    this.done.set(deed, (this.done.get(deed) ?? 0) + 1);
    switch (deed) {
      case "flip":
        return [...held, this.#flipped(message), message];
      case "instead":
        return [...held, this.#flipped(message)];
      case "cut":
        return [...held, other(message, message.payload.slice(0, this.#random.int(message.payload.length)))];
      case "longer":
        return [...held, other(message, Uint8Array.of(...message.payload, 1, 2, 3)), message];
      case "earlier":
        return [...held, this.#random.pick(this.#earlier), message];
      case "swap":
        this.#held = message;
        return held;
      case "other lane":
        return [...held, { ...message, topic: message.topic.replace(lane, lane === "image" ? "release" : "image") }];
      case "made up":
        return [...held, other(message, this.#random.bytes(message.payload.length)), message];
      default:
        return [...held, message];
    }
  }

  #flipped(message: Message): Message {
    const payload = message.payload.slice();
    const at = this.#random.int(payload.length);
    payload[at] = payload[at]! ^ (1 << this.#random.int(8));
    return other(message, payload);
  }
}

function other(message: Message, payload: Uint8Array): Message {
  return { ...message, payload };
}

test.each([1, 2])(
  "THREAT.NET.ONPATH, between a box and its cloud: not one byte that was not signed reaches the slot (seed %i)",
  async (seed) => {
    const stage = await Stage.open({ seed, broker: "virtual", takesUpdates: true });
    try {
      const { machine, world, broker } = stage;
      stage.rig.power.connect();
      await stage.untilInSync(5 * MINUTE_MS);
      const updating = new Updating(stage);
      await updating.workshop.publish(NEW);
      const { image } = updating.workshop.shelf.find("MS5", NEW)!;
      const wrong: number[] = [];
      machine.images!.slots[1].onOperation = (operation) => {
        const { offset, bytes } = operation;
        if (bytes === undefined) return;
        // Behind the image are ones, where it does not end with a unit of the part.
        if (!Buffer.from(image.subarray(offset, offset + bytes.length)).equals(bytes)) wrong.push(offset);
      };
      const onPath = new OnPath(world.random("on the path"));
      broker.virtual!.tamper = (message) => onPath.take(message);
      updating.want(NEW);
      await updating.until("confirmed", NEW, 24);
      expect(wrong).toEqual([]);
      expect(updating.told().map(({ detail }) => detail.event)).toEqual(["begun", "downloaded", "trial", "confirmed"]);
      for (const [deed, count] of onPath.done) expect(count, deed).toBeGreaterThan(3);
      expect(onPath.done.size).toBe(9);
      broker.virtual!.tamper = undefined;
      await stage.untilInSync(15 * MINUTE_MS);
    } finally {
      await stage.close();
    }
  },
);
