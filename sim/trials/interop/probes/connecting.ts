import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { generate, parser } from "mqtt-packet";
import { downFilter, Lane, topicOf } from "../../../../firmware/wire/lanes.js";
import { no, type Probe, ProbeError, untried, yes } from "../probe.js";

/** A certificate that no broker comes from. */
const FOREIGN_AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBkTCCATegAwIBAgIUfaSz379gXEvvaFNELTik08IAY7QwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSTm9ib2R5J3MgYXV0aG9yaXR5MCAXDTI2MTEyNjIzNTQzNVoY
DzIxMjYxMTAyMjM1NDM1WjAdMRswGQYDVQQDDBJOb2JvZHkncyBhdXRob3JpdHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATNK8KbCQ9EBt02QUst2K281PLNwYSQ
vc/0MChqru+u1miEWCYO7TLn/9sNf4MQedTsyJ1ga+/++MSg9RehT5mto1MwUTAd
BgNVHQ4EFgQUlfPZGZ0gvoAHeYPF7ovtdepyKhgwHwYDVR0jBBgwFoAUlfPZGZ0g
voAHeYPF7ovtdepyKhgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF
AiBeioGKRQ10J78yUd6g+jgovfJxODAXVDIe/Ay7rQTv9QIhAPbtE0tNv3zjOMiL
K61CDUq32cMfp2P39xK6W3waoHx7
-----END CERTIFICATE-----
`;

const connect: Probe = {
  id: "connect",
  title: "takes a box: CONNECT, its will, its subscription",
  need: "needed",
  async run(place) {
    const { lacks } = await place.boxWithTheWillThatIsTaken();
    return yes(lacks);
  },
};

const cloud: Probe = {
  id: "cloud",
  title: "lets the cloud subscribe to every box",
  need: "needed",
  async run(place) {
    await place.cloud();
    return yes();
  },
};

const login: Probe = {
  id: "login",
  title: "refuses a wrong password, and says so",
  need: "useful",
  async run(place) {
    const { boxLogin } = place.target;
    if (boxLogin === undefined) return untried("no user was given");
    const box = place.boxClient({ login: { ...boxLogin, password: `${boxLogin.password}?` } });
    await place.waiting.until("an answer to a wrong password", () => box.subscribed || box.ended !== undefined);
    if (box.ended === undefined) return no("takes any password");
    const { reason, how } = box.ended;
    return how.refusal === undefined ? no(`says nothing: ${reason}`) : yes(reason);
  },
};

const ownTopics: Probe = {
  id: "ownTopics",
  title: "keeps a box to its own topics",
  need: "useful",
  async run(place) {
    const { boxLogin, cloudLogin, box } = place.target;
    if (boxLogin === undefined || boxLogin === cloudLogin) return untried("box and cloud have one login: --cloud-user");
    const cloud = await place.client();
    const thief = place.newClient({ clientId: `smartbox-${box}` }, boxLogin);
    await thief.online();
    const other = `${box}-2`;
    // A broker may refuse this, or grant it and deliver nothing.
    thief.mqtt.subscribe(downFilter(other), { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    cloud.send(topicOf(other, Lane.command), "not for you");
    const leaked = await place.waiting.within(1_500, () => thief.received.length > 0);
    if (leaked) return no("it reads what is for another box");
    // A message that was never taken could not have leaked.
    const isTaken = cloud.failure === undefined && !cloud.closed && cloud.isIdle;
    return isTaken
      ? yes(thief.closed ? "and ends its connection" : "")
      : untried("the cloud may not write to another box");
  },
};

const keepAlive: Probe = {
  id: "keepAlive",
  title: "ends a client that is silent for 1.5 keep-alives",
  need: "useful",
  inBackground: true,
  extraSeconds: 15,
  async run(place) {
    if (place.target.path !== undefined) return untried("a silent client is tried without a WebSocket only");
    const seconds = 4;
    const { username, password } = place.target.cloudLogin ?? {};
    const socket = place.raw((opened) =>
      opened.write(
        generate({
          cmd: "connect",
          protocolId: "MQTT",
          protocolVersion: place.version,
          clean: true,
          clientId: `smartbox-io-silent-${place.version}`,
          keepalive: seconds,
          ...(username === undefined ? {} : { username, password: Buffer.from(password!) }),
        }),
      ),
    );
    let closed = false;
    let accepted = 0;
    let told: number | undefined;
    const packets = parser({ protocolVersion: place.version });
    packets.on("packet", (packet) => {
      if (packet.cmd !== "connack") return;
      accepted ||= performance.now();
      told = packet.properties?.serverKeepAlive;
      place.waiting.notify();
    });
    packets.on("error", () => socket.destroy());
    socket.on("data", (bytes) => packets.parse(bytes as Buffer));
    socket.on("close", () => {
      closed = true;
      place.waiting.notify();
    });
    await place.waiting.until("CONNACK for a silent client", () => accepted > 0 || closed);
    if (accepted === 0) return no("it closed the connection before CONNACK");
    if (told !== undefined && told > seconds) return untried(`the broker sets ${told} s itself`);
    const ended = await place.waiting.within(25_000, () => closed);
    if (!ended) return no(`still open 25 s after a keep-alive of ${seconds} s`);
    const tookSeconds = Math.round((performance.now() - accepted) / 100) / 10;
    // The standard says one and a half; a broker looks once in a while.
    return tookSeconds > 3 * seconds
      ? no(`after ${tookSeconds} s with a keep-alive of ${seconds} s`)
      : yes(`after ${tookSeconds} s with ${seconds} s`);
  },
};

const idle: Probe = {
  id: "idle",
  title: "leaves an idle connection open",
  need: "useful",
  inBackground: true,
  extraSeconds: 60,
  async run(place) {
    const client = await place.client();
    const began = performance.now();
    const ended = await place.waiting.within(place.idleSeconds * 1_000, () => client.closed);
    const seconds = Math.round((performance.now() - began) / 1_000);
    return ended ? no(`closed after ${seconds} s, with a keep-alive of 60 s`) : yes(`${seconds} s`);
  },
};

const foreign: Probe = {
  id: "foreignAuthority",
  title: "TLS: its certificate is not taken for another authority's",
  need: "needed",
  tlsOnly: true,
  async run(place) {
    const box = place.boxClient({ socket: { ...place.target.socket, tlsAuthority: FOREIGN_AUTHORITY } });
    const reason = await box.over();
    return box.accepted ? no("the box would talk to anybody") : yes(reason);
  },
};

const tls12: Probe = {
  id: "tls12",
  title: "TLS 1.2, which is what boards speak",
  need: "needed",
  tlsOnly: true,
  async run(place) {
    const { host, port, tlsAuthority, tlsIdentity } = place.target.socket;
    const socket = connectTls({
      host,
      port,
      ca: tlsAuthority,
      maxVersion: "TLSv1.2",
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(tlsIdentity === undefined ? {} : { cert: tlsIdentity.certificate, key: tlsIdentity.key }),
    });
    const name = await handshake(socket);
    return yes(name);
  },
};

const alpn: Probe = {
  id: "alpn",
  title: "TLS with ALPN mqtt, for port 443",
  need: "useful",
  tlsOnly: true,
  async run(place) {
    const box = await place.onlineBox({ socket: { ...place.target.socket, alpn: "mqtt" } });
    return box.subscribed ? yes() : no("not subscribed");
  },
};

function handshake(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", () => {
      const { name } = socket.getCipher();
      socket.destroy();
      resolve(name);
    });
    socket.once("error", (error) => reject(new ProbeError(error.message)));
  });
}

export const CONNECTING: readonly Probe[] = [connect, cloud, login, ownTopics, keepAlive, idle, tls12, foreign, alpn];
