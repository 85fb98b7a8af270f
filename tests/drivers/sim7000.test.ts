import { expect, test } from "vitest";
import type { SocketPort } from "../../hal/ports/network.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import type { Endpoint, VirtualNetwork } from "../../sim/world/net/virtual-network.js";
import { Random } from "../../sim/world/random.js";
import { board, registers } from "../world/parts/rig.js";

/** Key, boot, SIM, registration, data: with an idle network. */
const UP_WITHIN_MS = 20_000;

type Rigged = Awaited<ReturnType<typeof registers>>;

function modemLink({ hal }: { hal: Rigged["hal"] }) {
  return hal.links.all.find(({ kind }) => kind === "cellular")!;
}

async function modem() {
  const rigged = await registers();
  return { ...rigged, hal: rigged.hal, link: modemLink(rigged), modem: rigged.parts.modem! };
}

async function upModem() {
  const rigged = await modem();
  rigged.link.start();
  await rigged.advance(UP_WITHIN_MS);
  expect(rigged.link.up).toBe(true);
  return rigged;
}

/** A server that sends back what it gets. */
function echo(network: VirtualNetwork) {
  const ends: Endpoint[] = [];
  network.listen("echo.example", 7, (endpoint) => {
    ends.push(endpoint);
    endpoint.onData = (bytes) => endpoint.write(bytes);
  });
  return ends;
}

function connected(rigged: { hal: Rigged["hal"]; link: ReturnType<typeof modemLink> }, port = 7) {
  const log: string[] = [];
  const bytes: number[] = [];
  const socket = rigged.hal.links.connect(rigged.link, { host: "echo.example", port });
  socket.onOpen = () => log.push("open");
  socket.onData = (some) => bytes.push(...some);
  socket.onClose = (error) => log.push(`closed: ${error}`);
  return { socket, log, bytes };
}

/** Writes all of `bytes` as the socket takes them. */
function pour(socket: SocketPort, bytes: Uint8Array): void {
  let at = 0;
  const more = () => {
    while (at < bytes.length) {
      const taken = socket.write(bytes.subarray(at));
      if (taken === 0) return;
      at += taken;
    }
  };
  socket.onWritable = more;
  more();
}

test.each(["registers", "bridged"] as const)(
  "from off to a connection and back, every byte both ways (%s)",
  async (way) => {
    const rigged = await board(way);
    const link = modemLink(rigged);
    const network = rigged.world.network as VirtualNetwork;
    echo(network);
    const changes: boolean[] = [];
    link.onChange = (up) => changes.push(up);
    link.start();
    expect(link.up).toBe(false);
    await rigged.advance(UP_WITHIN_MS);
    expect(changes).toEqual([true]);
    const { socket, log, bytes } = connected({ hal: rigged.hal, link });
    await rigged.advance(2_000);
    expect(log).toEqual(["open"]);
    const sent = new Random(3).bytes(20_000);
    pour(socket, sent);
    await rigged.advance(20_000);
    expect(bytes.length).toBe(sent.length);
    expect(Uint8Array.from(bytes)).toEqual(sent);
    // With the words around it, what a processor's receiver holds while the program is elsewhere: 512 bytes.
    const reads = rigged.box.parts!.modem!.commands.filter((command) => command.startsWith("AT+CIPRXGET=2,"));
    expect(Math.max(...reads.map((command) => Number(command.split(",")[2])))).toBeLessThanOrEqual(448);
    link.stop();
    await rigged.advance(10_000);
    expect(changes).toEqual([true, false]);
    expect(log).toEqual(["open", "closed: connection to echo.example:7 ended: the link was stopped"]);
    expect(rigged.box.parts!.modem!.isOn).toBe(false);
  },
);

test("four connections at a time; the fifth says that there is no more, and one that was closed makes room", async () => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const four = [1, 2, 3, 4].map(() => connected(rigged));
  const fifth = connected(rigged);
  await rigged.advance(3_000);
  expect(four.map(({ log }) => log)).toEqual(Array(4).fill(["open"]));
  expect(fifth.log).toEqual(["closed: connection to echo.example:7 failed: the modem has no connection left"]);
  four[2]!.socket.close();
  await rigged.advance(1_000);
  const another = connected(rigged);
  await rigged.advance(3_000);
  expect(another.log).toEqual(["open"]);
  another.socket.write(new Uint8Array([7]));
  await rigged.advance(2_000);
  expect([another.bytes, four[1]!.bytes]).toEqual([[7], []]);
});

test("what the far end sent before it closed is read before the end is told", async () => {
  const rigged = await upModem();
  const sent = new Random(4).bytes(5_000);
  (rigged.world.network as VirtualNetwork).listen("echo.example", 9, (endpoint) => {
    endpoint.write(sent);
    endpoint.close();
  });
  const { log, bytes } = connected(rigged, 9);
  await rigged.advance(10_000);
  expect(Uint8Array.from(bytes)).toEqual(sent);
  expect(log).toEqual(["open", "closed: connection to echo.example:9 ended"]);
});

test("the modem is the last of the links, and one without a network says so", async () => {
  const rigged = await modem();
  const kinds = rigged.hal.links.all.map(({ kind }) => kind);
  expect([kinds.at(-1), kinds.filter((kind) => kind === "cellular").length]).toEqual(["cellular", 1]);
  const { log } = connected(rigged);
  expect(log).toEqual([]);
  await rigged.advance(10);
  expect(log).toEqual(["closed: the link is down"]);
});

test("nobody listens: said, and the link stays", async () => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const { log } = connected(rigged, 8);
  await rigged.advance(10_000);
  expect(log).toEqual(["closed: connection to echo.example:8 failed: the far end does not answer, or refuses"]);
  expect(rigged.link.up).toBe(true);
});

test.each([
  ["missing", "there is no SIM"],
  ["locked", "the SIM asks for its PIN"],
  ["puk", "the SIM asks for its PUK"],
] as const)("a SIM that is %s is told, and is no loop; once it is in order the link comes up", async (sim, reason) => {
  const rigged = await modem();
  rigged.modem.sim = sim;
  rigged.link.start();
  await rigged.advance(30_000);
  expect(rigged.hal.parts!.faults()).toEqual([{ name: "modem", reason }]);
  const asked = rigged.modem.commands.length;
  await rigged.advance(600_000);
  expect(rigged.modem.commands.length - asked).toBeLessThan(100);
  rigged.modem.sim = "ready";
  await rigged.advance(90_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([true, []]);
});

test("a SIM that is busy is asked again", async () => {
  const rigged = await modem();
  rigged.modem.sim = "busy";
  rigged.link.start();
  await rigged.advance(30_000);
  expect(rigged.hal.parts!.faults()).toEqual([]);
  rigged.modem.sim = "ready";
  await rigged.advance(15_000);
  expect(rigged.link.up).toBe(true);
});

test("a registration that takes two minutes is waited for; one that is refused is told", async () => {
  const rigged = await modem();
  rigged.modem.network = "none";
  rigged.link.start();
  await rigged.advance(120_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([false, []]);
  rigged.modem.network = "denied";
  await rigged.advance(10_000);
  expect(rigged.hal.parts!.faults()).toEqual([{ name: "modem", reason: "the network refuses the SIM" }]);
  rigged.modem.network = "ok";
  await rigged.advance(10_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([true, []]);
});

test("out of credit: registered and no data; told, tried again each minute, and over when there is money", async () => {
  const rigged = await modem();
  rigged.modem.hasCredit = false;
  rigged.link.start();
  await rigged.advance(40_000);
  expect(rigged.hal.parts!.faults()).toEqual([
    { name: "modem", reason: "no data from the network: out of credit, or wrong access point" },
  ]);
  rigged.modem.hasCredit = true;
  await rigged.advance(75_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([true, []]);
});

test("a drop in the middle of data ends the connection with a cause, and the link comes back by itself", async () => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const { socket, log } = connected(rigged);
  await rigged.advance(2_000);
  pour(socket, new Random(5).bytes(4_000));
  await rigged.advance(200);
  rigged.modem.dropData();
  await rigged.advance(100);
  expect(log).toEqual(["open", "closed: connection to echo.example:7 ended: the modem lost the network"]);
  await rigged.advance(15_000);
  expect(rigged.link.up).toBe(true);
  const again = connected(rigged);
  await rigged.advance(2_000);
  expect(again.log).toEqual(["open"]);
});

test.each([
  [15_000, true],
  [25_000, false],
])("a cell that is out of reach for %i ms: the link stays, %s", async (ms, stays) => {
  const rigged = await upModem();
  rigged.modem.network = "none";
  await rigged.advance(ms);
  expect(rigged.link.up).toBe(stays);
  rigged.modem.network = "ok";
  await rigged.advance(15_000);
  expect(rigged.link.up).toBe(true);
});

test("a module that hangs is told, and used again when it has been without supply", async () => {
  const rigged = await upModem();
  rigged.modem.silent = true;
  connected(rigged);
  await rigged.advance(120_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([
    false,
    [{ name: "modem", reason: "it does not answer" }],
  ]);
  rigged.modem.powerOnReset();
  await rigged.advance(90_000);
  expect([rigged.link.up, rigged.hal.parts!.faults()]).toEqual([true, []]);
});

test.each([true, false])("a module that a reset left on: wanted %s", async (isWanted) => {
  const rigged = await registers();
  modemLink(rigged).start();
  await rigged.advance(UP_WITHIN_MS);
  expect(() => rigged.hal.sleep.restart()).toThrow(PowerCut);
  await rigged.advance(1_000);
  const { modem } = rigged.parts;
  expect(modem!.isOn).toBe(true);
  if (isWanted) modemLink(rigged).start();
  await rigged.advance(12_000);
  expect([modem!.isOn, modemLink(rigged).up]).toEqual([isWanted, isWanted]);
});

test("a SIM with a PIN gets it; a wrong one is tried once, and the last try is never taken", async () => {
  for (const { pin, tries, up, left } of [
    { pin: "1234", tries: 3, up: true, left: 3 },
    { pin: "9999", tries: 3, up: false, left: 2 },
    { pin: "1234", tries: 1, up: false, left: 1 },
  ]) {
    const rigged = await registers({ cellular: { pin } });
    const { modem } = rigged.parts;
    Object.assign(modem!, { sim: "locked", pinTries: tries });
    modemLink(rigged).start();
    await rigged.advance(300_000);
    expect([pin, tries, modemLink(rigged).up, modem!.pinTries]).toEqual([pin, tries, up, left]);
  }
});

test("what the module says by itself in front of an answer does not cost the PIN its last tries, nor the access point its name", async () => {
  const rigged = await registers({ cellular: { pin: "1234" } });
  const { modem } = rigged.parts;
  modem!.sim = "locked";
  modem!.interjections.set("AT+SPIC", "+CPIN: SIM PIN").set("AT+CGNAPN", "SMS Ready");
  modemLink(rigged).start();
  await rigged.advance(30_000);
  expect([modemLink(rigged).up, modem!.pinTries]).toEqual([true, 3]);
  expect(modem!.commands).toContain('AT+CSTT="things.example","",""');
});

test("a SIM that does not say how many tries are left gets no PIN, and is asked again", async () => {
  const rigged = await registers({ cellular: { pin: "1234" } });
  const { modem } = rigged.parts;
  modem!.sim = "locked";
  modem!.refuses.add("AT+SPIC");
  modemLink(rigged).start();
  await rigged.advance(30_000);
  expect(modem!.commands.some((command) => command.startsWith("AT+CPIN="))).toBe(false);
  const reason = "the SIM does not say how often its PIN may be wrong";
  expect(rigged.hal.parts!.faults()).toEqual([{ name: "modem", reason }]);
  modem!.refuses.clear();
  await rigged.advance(90_000);
  expect([modemLink(rigged).up, rigged.hal.parts!.faults()]).toEqual([true, []]);
});

test("from GSM to LTE the loss of GSM is told last, and no connection ends", async () => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const { socket, log, bytes } = connected(rigged);
  await rigged.advance(2_000);
  rigged.modem.tell("+CEREG: 5");
  rigged.modem.tell("+CGREG: 0");
  await rigged.advance(40_000);
  socket.write(new Uint8Array([7]));
  await rigged.advance(2_000);
  expect([log, bytes]).toEqual([["open"], [7]]);
});

test("a connection that is closed before it opened ends, and does not wait for ever", async () => {
  const rigged = await upModem();
  const { log } = connected(rigged);
  await rigged.advance(10);
  rigged.modem.tell("0, CLOSED");
  await rigged.advance(20);
  expect(log).toEqual(["closed: connection to echo.example:7 failed: the far end closed it at once"]);
});

test("bytes whose announcement was garbled are no hole in a connection: it ends", async () => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const { socket, log, bytes } = connected(rigged);
  await rigged.advance(2_000);
  rigged.modem.garblesRead = true;
  socket.write(new Uint8Array([65, 66, 67]));
  await rigged.advance(2_000);
  socket.write(new Uint8Array([68]));
  await rigged.advance(2_000);
  expect(bytes).toEqual([]);
  expect(log).toEqual(["open", "closed: connection to echo.example:7 ended: the modem's answer was garbled"]);
});

test("a link that is stopped while its module starts leaves no module on", async () => {
  for (const afterMs of [0, 500, 1_300, 3_000, 6_000]) {
    const rigged = await modem();
    rigged.link.start();
    await rigged.advance(afterMs);
    rigged.link.stop();
    await rigged.advance(30_000);
    expect([afterMs, rigged.modem.isOn]).toEqual([afterMs, false]);
  }
});

test.each([11, 12, 13])("noise on its line loses connections, never the link for good (seed %i)", async (seed) => {
  const rigged = await upModem();
  echo(rigged.world.network as VirtualNetwork);
  const random = new Random(seed);
  rigged.parts.modemLine.bitErrorRate = 0.002;
  let last: SocketPort | undefined;
  for (let round = 0; round < 30; round++) {
    last?.close();
    last = rigged.link.up ? connected(rigged).socket : undefined;
    if (last !== undefined) pour(last, random.bytes(2_000));
    if (random.next() < 0.3) rigged.parts.modemLine.noise(random.int(200));
    await rigged.advance(5_000);
  }
  last?.close();
  rigged.parts.modemLine.bitErrorRate = 0;
  await rigged.advance(200_000);
  expect([rigged.link.up, rigged.box.crashCount]).toEqual([true, 0]);
  const { socket, log, bytes } = connected(rigged);
  await rigged.advance(3_000);
  pour(socket, new Uint8Array([1, 2, 3]));
  await rigged.advance(3_000);
  expect([log, bytes]).toEqual([["open"], [1, 2, 3]]);
});
