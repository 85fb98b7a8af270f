import { MAX_SEALED_BYTES } from "../../../../firmware/wire/envelope.js";
import { no, type Probe, untried, yes } from "../probe.js";

const receiveMaximum: Probe = {
  id: "receiveMaximum",
  title: "receive maximum: room for 8 messages that are not acknowledged",
  need: "useful",
  only: 5,
  async run(place) {
    const { connack } = await place.client();
    const most = connack?.properties?.receiveMaximum ?? 65_535;
    return most >= 8 ? yes(String(most)) : no(`${most}: the box waits more often`);
  },
};

const maximumPacketSize: Probe = {
  id: "maximumPacketSize",
  title: "maximum packet size: room for a batch",
  need: "useful",
  only: 5,
  async run(place) {
    const { connack } = await place.client();
    const most = connack?.properties?.maximumPacketSize;
    if (most === undefined) return yes("not limited");
    return most >= MAX_SEALED_BYTES + 64 ? yes(`${most} bytes`) : no(`${most} bytes: batches are smaller`);
  },
};

const serverKeepAlive: Probe = {
  id: "serverKeepAlive",
  title: "keep-alive: leaves it to the box, or says another",
  need: "useful",
  only: 5,
  async run(place) {
    const { connack } = await place.client();
    const seconds = connack?.properties?.serverKeepAlive;
    return yes(seconds === undefined ? "left to the box" : `${seconds} s`);
  },
};

const sessionExpiry: Probe = {
  id: "sessionExpiry",
  title: "session expiry: keeps a session for a minute",
  need: "useful",
  only: 5,
  async run(place) {
    const session = { clientId: "smartbox-io-expiry", properties: { sessionExpiryInterval: 60 } };
    const first = await place.client({ ...session, clean: true });
    const granted = first.connack?.properties?.sessionExpiryInterval ?? 60;
    first.mqtt.stream.destroy();
    await place.waiting.until("the end of a client that was cut off", () => first.closed);
    const second = await place.client({ ...session, clean: false });
    const isPresent = second.connack?.sessionPresent === true;
    second.mqtt.end(true);
    await place.client({ ...session, clean: true, properties: { sessionExpiryInterval: 0 } });
    return isPresent ? yes(`${granted} s`) : no("no session is present");
  },
};

const reasonCodes: Probe = {
  id: "reasonCodes",
  title: "says by a reason code why it refuses",
  need: "useful",
  only: 5,
  async run(place) {
    const { cloudLogin } = place.target;
    if (cloudLogin === undefined) return untried("no user was given");
    const client = place.newClient({}, { ...cloudLogin, password: `${cloudLogin.password}?` });
    await place.waiting.until(
      "an answer to a wrong password",
      () => client.failure !== undefined || client.closed || client.connack !== undefined,
    );
    if (client.connack !== undefined) return no("takes any password");
    return client.failure === undefined ? no("closes without a word") : yes(client.failure);
  },
};

export const VERSION_5: readonly Probe[] = [
  receiveMaximum,
  maximumPacketSize,
  serverKeepAlive,
  sessionExpiry,
  reasonCodes,
];
