import { UP_FILTER } from "../../../firmware/wire/lanes.js";
import type { TimersPort } from "../../../hal/ports/clock.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { VirtualBroker } from "./virtual-broker.js";

/**
 * The cloud in the same process as a virtual broker, as the broker's owner. Messages from boxes arrive in an event of their
 * own, so that the broker has finished with one before the cloud answers it.
 */
export function attachVirtual(broker: VirtualBroker, timers: TimersPort): CloudTransport {
  let isClosed = false;
  const transport: CloudTransport = {
    onMessage: undefined,
    publish(topic, payload) {
      if (!isClosed) broker.publish({ topic, payload, qos: 1, retain: false });
    },
    close() {
      isClosed = true;
      unsubscribe();
    },
  };
  const unsubscribe = broker.subscribe(UP_FILTER, ({ topic, payload }) => {
    // The broker may use the buffer again once this returns.
    const copy = payload.slice();
    timers.set(0, () => transport.onMessage?.(topic, copy));
  });
  return transport;
}
