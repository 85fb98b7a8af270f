import { expect, test } from "vitest";
import { Lane, topicOf } from "../../firmware/wire/lanes.js";
import { attachVirtual } from "../../sim/broker/virtual/cloud-transport.js";
import { VirtualBroker } from "../../sim/broker/virtual/virtual-broker.js";
import { BOX } from "../cloud/support/cloud-rig.js";
import { ManualTimers } from "../support/manual-timers.js";

function setup() {
  const timers = new ManualTimers();
  const broker = new VirtualBroker({ scheduler: timers });
  const down: string[] = [];
  broker.subscribe(`smartbox/${BOX}/down/#`, ({ topic, payload, qos, retain }) => {
    down.push(`${topic} ${payload.join()} ${qos} ${retain}`);
  });
  const transport = attachVirtual(broker, timers);
  const up: string[] = [];
  transport.onMessage = (topic, payload) => up.push(`${topic} ${payload.join()}`);
  const publish = (payload: Uint8Array) =>
    broker.publish({ topic: topicOf(BOX, Lane.hello), payload, qos: 1, retain: false });
  return { timers, transport, up, down, publish };
}

test("messages come in an event of their own, in order and unchanged", () => {
  const { timers, up, publish } = setup();
  const payload = Uint8Array.of(1);
  publish(payload);
  payload[0] = 9;
  publish(Uint8Array.of(2));
  expect(up).toEqual([]);
  timers.advance(0);
  expect(up).toEqual([`smartbox/${BOX}/up/hello 1`, `smartbox/${BOX}/up/hello 2`]);
});

test("what the cloud publishes is QoS 1 and not retained; after close nothing goes either way", () => {
  const { timers, transport, up, down, publish } = setup();
  transport.publish(topicOf(BOX, Lane.ack), Uint8Array.of(5));
  expect(down).toEqual([`smartbox/${BOX}/down/ack 5 1 false`]);
  transport.close();
  transport.publish(topicOf(BOX, Lane.ack), Uint8Array.of(6));
  publish(Uint8Array.of(1));
  timers.advance(0);
  expect(down).toHaveLength(1);
  expect(up).toEqual([]);
});
