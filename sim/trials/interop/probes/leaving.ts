import { Lane, topicOf } from "../../../../firmware/wire/lanes.js";
import type { Place } from "../place.js";
import { no, type Probe, untried, yes } from "../probe.js";

/** s in which others learn that a box is gone; a broker that needs longer is of little use for that. */
const SOON_S = 10;

const stateIs = (text: string) => (one: { readonly topic: string; readonly payload: Buffer }) =>
  one.topic.endsWith("/state") && one.payload.toString() === text;

/** The retained message that a client finds that comes late; undefined: none. */
async function retainedState(place: Place): Promise<string | undefined> {
  const late = await place.client();
  await late.subscribe(`smartbox/+/up/#`);
  const topic = topicOf(place.box, Lane.state);
  await place.waiting.within(2_000, () => late.received.some((one) => one.topic === topic && one.retain));
  return late.received.find((one) => one.topic === topic && one.retain)?.payload.toString();
}

const will: Probe = {
  id: "will",
  title: "publishes the will of a box that is gone",
  need: "useful",
  extraSeconds: SOON_S,
  async run(place) {
    if (place.found.form === "none") return no("it takes no will");
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    await box.publish(Lane.state, Buffer.from("will probe"));
    await box.acknowledged();
    await cloud.got(1, stateIs("will probe"));
    const before = cloud.received.filter(stateIs("will")).length;
    const began = performance.now();
    box.close();
    const came = await place.waiting.within(
      SOON_S * 1_000,
      () => cloud.received.filter(stateIs("will")).length > before,
    );
    if (!came) return no(`not within ${SOON_S} s`);
    const tookMs = Math.round(performance.now() - began);
    return yes(tookMs < 1_000 ? "at once" : `after ${Math.round(tookMs / 1_000)} s`);
  },
};

const retained: Probe = {
  id: "retained",
  title: "keeps a retained message for a cloud that comes later",
  need: "useful",
  async run(place) {
    if (place.found.form !== "retained") return no("it takes no retained will, so the box retains nothing");
    const box = await place.onlineBox();
    await box.publish(Lane.state, Buffer.from("retained probe"), true);
    await box.acknowledged();
    const found = await retainedState(place);
    return found === "retained probe"
      ? yes()
      : no(found === undefined ? "nothing is there" : `an older one is there: ${found}`);
  },
};

const retainedWill: Probe = {
  id: "retainedWill",
  title: "keeps the will, too",
  need: "useful",
  extraSeconds: SOON_S,
  async run(place) {
    if (place.found.form !== "retained") return no("it takes no retained will");
    const cloud = await place.cloud();
    const box = await place.onlineBox();
    await box.publish(Lane.state, Buffer.from("before the will"), true);
    await box.acknowledged();
    await cloud.got(1, stateIs("before the will"));
    const before = cloud.received.filter(stateIs("will")).length;
    box.close();
    const came = await place.waiting.within(
      SOON_S * 1_000,
      () => cloud.received.filter(stateIs("will")).length > before,
    );
    if (!came) return untried("the will did not come in time");
    const found = await retainedState(place);
    return found === "will" ? yes() : no(`what is there is ${found === undefined ? "nothing" : `"${found}"`}`);
  },
};

const takeover: Probe = {
  id: "takeover",
  title: "lets a box in whose older connection still seems to be there",
  need: "needed",
  async run(place) {
    const cloud = await place.cloud();
    const older = await place.onlineBox();
    // As where the network is gone: the older one does not answer, and the broker does not know.
    older.silence();
    const newer = await place.onlineBox();
    await newer.publish(Lane.records, Buffer.from("newer"));
    await newer.acknowledged();
    await cloud.got(1, (one) => one.payload.toString() === "newer");
    cloud.send(topicOf(place.box, Lane.ack), "to the newer");
    await newer.got(1);
    return yes();
  },
};

const cleanStart: Probe = {
  id: "cleanStart",
  title: "starts clean: a box gets nothing of before its connection",
  // What is sealed for another session is dropped: it only costs bytes.
  need: "useful",
  async run(place) {
    const cloud = await place.cloud();
    const first = await place.onlineBox();
    first.close();
    cloud.send(topicOf(place.box, Lane.command), "too late");
    const second = await place.onlineBox();
    cloud.send(topicOf(place.box, Lane.ack), "in time");
    await second.got(1);
    const got = second.received.map(({ payload }) => payload.toString());
    return got.includes("too late") && got[0] !== "in time" ? no("what was sent while it was away came, too") : yes();
  },
};

const again: Probe = {
  id: "reconnect",
  title: "takes a box back at once, ten times in a row",
  need: "needed",
  async run(place) {
    for (let i = 0; i < 10; i++) {
      const box = await place.onlineBox();
      box.close();
    }
    return yes();
  },
};

export const LEAVING: readonly Probe[] = [will, retained, retainedWill, takeover, cleanStart, again];
