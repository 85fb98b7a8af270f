import { MAX_SEALED_BYTES } from "../../../../firmware/wire/envelope.js";
import { Lane, topicOf } from "../../../../firmware/wire/lanes.js";
import type { Place } from "../place.js";
import { no, type Probe, yes } from "../probe.js";

const MANY = 400;
/** The longest message of the cloud: a piece of a snapshot of 1,024 bytes, sealed. */
const DOWN_BYTES = 1_152;
/** Messages of the one that is cut off in the middle, and how many it has sent by then. */
const RESENT = 200;
const CUT_AFTER = 120;

const texts = (arrived: readonly { readonly payload: Buffer }[]): string[] =>
  arrived.map(({ payload }) => payload.toString());
const numbers = (count: number, tag: string): string[] => Array.from({ length: count }, (_, i) => `${tag} ${i}`);
/** What earlier boxes left behind, such as their wills, is none of a probe's business. */
const tagged = (tag: string) => (one: { readonly payload: Buffer }) => one.payload.toString().startsWith(`${tag} `);

const up: Probe = {
  id: "up",
  title: "QoS 1 from the box to the cloud",
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    for (let i = 0; i < 20; i++) await box.publish(Lane.records, Buffer.from(`up ${i}`));
    await box.acknowledged();
    await cloud.got(20, tagged("up"));
    const arrived = cloud.received.filter(tagged("up"));
    if (arrived.some(({ qos }) => qos !== 1)) return no("delivered at QoS 0");
    return compared(texts(arrived), numbers(20, "up"));
  },
};

const down: Probe = {
  id: "down",
  title: "QoS 1 from the cloud to the box",
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    for (let i = 0; i < 20; i++) cloud.send(topicOf(place.box, Lane.ack), `down ${i}`);
    await box.got(20);
    return compared(texts(box.received), numbers(20, "down"));
  },
};

const order: Probe = {
  id: "order",
  title: `keeps the order of ${MANY} messages each way at once`,
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    for (let i = 0; i < MANY; i++) {
      cloud.send(topicOf(place.box, Lane.ack), `order ${i}`);
      await box.publish(Lane.records, Buffer.from(`order ${i}`));
    }
    await box.acknowledged();
    await cloud.got(MANY, tagged("order"));
    await box.got(MANY);
    const wanted = numbers(MANY, "order");
    const upward = compared(texts(cloud.received.filter(tagged("order"))), wanted);
    return upward.verdict === "yes" ? compared(texts(box.received), wanted) : upward;
  },
};

const batch: Probe = {
  id: "batch",
  title: `carries ${MAX_SEALED_BYTES} bytes up and ${DOWN_BYTES} down as they are, or names its limit`,
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    // A box makes its batches as small as a broker of MQTT 5 asks for; the pieces of a snapshot are as they are.
    const upBytes = Math.min(MAX_SEALED_BYTES, box.payloadBytesMax(Lane.records) ?? MAX_SEALED_BYTES);
    const upward = patterned(upBytes);
    await box.publish(Lane.records, upward);
    await box.acknowledged();
    await cloud.got(1, ({ payload }) => payload.length === upBytes);
    const downward = patterned(DOWN_BYTES);
    cloud.send(topicOf(place.box, Lane.snapshot), downward);
    await box.got(1);
    const isSame =
      cloud.received.find(({ payload }) => payload.length === upBytes)!.payload.equals(upward) &&
      box.received[0]!.payload.equals(downward);
    if (!isSame) return no("other bytes arrived");
    return yes(upBytes < MAX_SEALED_BYTES ? `${upBytes} bytes up: batches are smaller` : "");
  },
};

function patterned(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
}

const resend: Probe = {
  id: "resend",
  title: "loses nothing when a box is cut off, comes back and sends again",
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    await sendUntilCut(place);
    const again = await place.onlineBox();
    // As a box does: it cannot know what arrived, and goes on from the cloud's last acknowledgement.
    const known = new Set(texts(cloud.received.filter(tagged("resend"))));
    let first = 0;
    while (known.has(`resend ${first}`)) first++;
    for (let i = first; i < RESENT; i++) await again.publish(Lane.records, Buffer.from(`resend ${i}`));
    await again.acknowledged();
    const seen = () => [...new Set(texts(cloud.received.filter(tagged("resend"))))];
    await place.waiting.until("what was sent again, at the cloud", () => seen().length >= RESENT);
    const doubled = cloud.received.filter(tagged("resend")).length - RESENT;
    const { verdict, note } = compared(seen(), numbers(RESENT, "resend"));
    return { verdict, note: note || `${doubled} came twice, as they may` };
  },
};

async function sendUntilCut(place: Place): Promise<void> {
  const box = await place.onlineBox();
  for (let i = 0; i < CUT_AFTER; i++) await box.publish(Lane.records, Buffer.from(`resend ${i}`));
  box.close();
}

const redelivery: Probe = {
  id: "redelivery",
  title: "gives again what a client with a session did not acknowledge",
  need: "useful",
  async run(place) {
    const session = {
      clientId: `smartbox-io-session-${place.version}`,
      clean: false,
      ...(place.version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
    };
    const topic = topicOf(place.box, Lane.fetch);
    const first = await place.client(session);
    // MQTT.js sends PUBACK when this is called back.
    first.mqtt.handleMessage = () => {};
    await first.subscribe(topic);
    const sender = await place.client();
    sender.send(topic, "again 0");
    await first.got(1, tagged("again"));
    first.mqtt.stream.destroy();
    await place.waiting.until("the end of a client that was cut off", () => first.closed);
    const second = await place.client(session);
    const isPresent = second.connack?.sessionPresent === true;
    const came = await place.waiting.within(3_000, () => second.received.some(tagged("again")));
    // So that the broker keeps nothing of this.
    second.mqtt.end(true);
    await (await place.client({ ...session, clean: true, properties: {} })).online();
    if (!isPresent) return no("no session is present");
    return came
      ? yes(second.received.find(tagged("again"))!.dup ? "marked as a duplicate" : "not marked")
      : no("it did not come");
  },
};

const shared: Probe = {
  id: "shared",
  title: "$share: several clouds share the work",
  need: "useful",
  async run(place) {
    const filter = `$share/interop/${topicOf(place.box, Lane.fetch)}`;
    const workers = [await place.client(), await place.client()];
    for (const worker of workers) await worker.subscribe(filter);
    const sender = await place.client();
    for (let i = 0; i < 20; i++) sender.send(topicOf(place.box, Lane.fetch), `shared ${i}`);
    const all = () => workers.flatMap(({ received }) => texts(received));
    const came = await place.waiting.within(3_000, () => all().length >= 20);
    if (!came) return no(`${all().length} of 20 arrived`);
    const sizes = workers.map(({ received }) => received.length);
    return all().length === 20 ? yes(sizes.join(" and ")) : no("each got a copy");
  },
};

/** Whether exactly `wanted` came, in that order. */
function compared(got: readonly string[], wanted: readonly string[]): ReturnType<typeof yes> {
  const at = wanted.findIndex((text, i) => got[i] !== text);
  if (at >= 0) return no(`${got[at] ?? "nothing"} came in place of ${wanted[at]}`);
  return got.length === wanted.length ? yes() : no(`${got.length - wanted.length} came twice`);
}

export const DELIVERING: readonly Probe[] = [up, down, order, batch, resend, redelivery, shared];
