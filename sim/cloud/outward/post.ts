import { lookup } from "node:dns";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Whoever takes longer than this to take one message has not taken it, ms. */
const TIMEOUT_MS = 10_000;

/** Sends one message. Resolves with undefined where it was taken, and otherwise with why not; never rejects. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<string | undefined>;

/** What is inside somebody's network is nobody's to call who only has an API: RFC 1918, 4193, 6598, 3927, loopback and the like. */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  INSIDE.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 127],
  ["::ffff:0:0", 96],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  INSIDE.addSubnet(net, bits, "ipv6");
}

function isInside(address: string): boolean {
  return INSIDE.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

class InsideError extends Error {}

/** Looks at where a name leads at the moment of the call, and not before: it may lead elsewhere the next time. */
const outsideOnly: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const inside = error === null && addresses.find(({ address }) => isInside(address));
    if (error !== null) callback(error, "", 0);
    else if (inside) callback(new InsideError(`${host} leads into a network of its own, which is not called`), "", 0);
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/** `reachesInside`: calls this machine and private networks as well, for a cloud on a desk. */
export function poster(reachesInside: boolean, timeoutMs = TIMEOUT_MS): Post {
  return (url, headers, body) =>
    new Promise((resolve) => {
      const { protocol, hostname } = new URL(url);
      const host = hostname.replace(/^\[(.*)\]$/, "$1");
      if (!reachesInside && isIP(host) !== 0 && isInside(host)) {
        resolve(`${host} is in a network of its own, which is not called`);
        return;
      }
      const sent = (protocol === "https:" ? overHttps : overHttp)(
        url,
        {
          method: "POST",
          headers: { ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) },
          signal: AbortSignal.timeout(timeoutMs),
          ...(!reachesInside && { lookup: outsideOnly }),
        },
        (answer) => {
          // What it says beside its status nobody reads.
          answer.destroy();
          const { statusCode = 0 } = answer;
          const isTaken = statusCode >= 200 && statusCode < 300;
          const isElsewhere = statusCode >= 300 && statusCode < 400;
          if (isTaken) resolve(undefined);
          else resolve(`it answers ${statusCode}${isElsewhere ? ": give the address that it points to" : ""}`);
        },
      );
      sent.on("error", (error: NodeJS.ErrnoException) => resolve(inWords(error)));
      sent.end(body);
    });
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "it closed the connection",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host name could not be looked up",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

function inWords(error: NodeJS.ErrnoException): string {
  if (error.name === "TimeoutError" || error.name === "AbortError") return `it does not answer in time`;
  return CAUSES[error.code ?? ""] ?? error.message;
}
