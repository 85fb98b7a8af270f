import { expect, test } from "vitest";
import type { StreamEvents } from "../../hal/io/stream.js";
import { StreamTcp } from "../../hal/moddable/net/stream-tcp.js";

/** What the SDK's TLS does with a TCP class (its `tlssocket.js`): reads into an array, and comes back for the rest. */
function opened() {
  const log: string[] = [];
  const arrived: number[][] = [];
  let events: StreamEvents | undefined;
  const tcp = new StreamTcp({
    address: "broker.example",
    plain: (address, given) => {
      log.push(`open ${address}`);
      events = given;
      return {
        write: (bytes) => log.push(`write ${bytes.join(" ")}`),
        read: () => {
          const next = arrived.shift();
          return next && new Uint8Array(next).buffer;
        },
        close: () => log.push("close"),
      };
    },
    onReadable: (bytes) => log.push(`readable ${bytes}`),
    onWritable: (bytes) => log.push(`writable ${bytes}`),
    onError: () => log.push("error"),
    failed: (reason) => log.push(`failed ${reason}`),
  });
  return { tcp, log, arrived, events: events! };
}

test("what is left of a piece is counted with the next, and read in order", () => {
  const { tcp, log, arrived, events } = opened();
  arrived.push([1, 2, 3], [4, 5]);
  events.streamReadable();
  const two = new Uint8Array(2);
  expect([tcp.read(two), ...two]).toEqual([2, 1, 2]);
  events.streamReadable();
  const all = new Uint8Array(9);
  expect([tcp.read(all), ...all.slice(0, 3)]).toEqual([3, 3, 4, 5]);
  expect(tcp.read(all)).toBe(0);
  events.streamReadable();
  expect(log).toEqual(["open broker.example", "readable 3", "readable 3"]);
});

test("writes are copies of a view or of a buffer; the cause of an end comes before it, and an end may have none", () => {
  const { tcp, log, events } = opened();
  events.streamWritable(100);
  const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
  tcp.write(bytes);
  tcp.write(new Uint8Array([7]).buffer);
  events.streamFailed("the modem lost the network");
  events.streamFailed();
  tcp.close();
  expect(log.slice(1)).toEqual([
    "writable 100",
    "write 1 2",
    "write 7",
    "failed the modem lost the network",
    "error",
    "error",
    "close",
  ]);
});
