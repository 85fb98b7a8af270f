import { describe, expect, it } from "vitest";
import { makeSyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const WANTED = "a web page answers in the broker's place: sign in to this network, or use another";
const redirect = (to: string) => `HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`;
const PAGE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Welcome to our hotel</html>";

/** A guest network on which nothing but plain HTTP is answered. */
function guest(web: ((request: string) => string) | undefined, mode: "refuse" | "noAnswer" = "refuse") {
  const rig = makeSyncRig({ links: ["wifi"] });
  const link = rig.net.all[0]!;
  link.mode = mode;
  rig.net.web = web;
  return { ...rig, link };
}

describe("a network that wants a sign-in", () => {
  it.each([
    ["redirects to its own page", redirect("http://portal.example/login?to=x")],
    ["redirects with the header in other letters", "HTTP/1.0 307 T\r\nLOCATION:   https://10.0.0.1:8443/\r\n\r\n"],
    ["shows its page in place of any other", PAGE],
    ["says so", "HTTP/1.1 511 Network Authentication Required\r\n\r\n"],
  ])("that %s is told as one, with the way out", (_what, answer) => {
    const { task, time, lines } = guest(() => answer);
    task.start();
    time.run(2_000);
    expect(task.lastFailure).toBe(`wifi: ${WANTED}`);
    expect(lines).toContain(`sync: wifi: ${WANTED}`);
    // And stays so, through later attempts.
    time.run(5 * MINUTE, () => expect(task.lastFailure).toBe(`wifi: ${WANTED}`));
  });

  it("that drops what is for the broker is told, too", () => {
    const { task, time } = guest(() => PAGE, "noAnswer");
    task.start();
    time.run(21_000);
    expect(task.lastFailure).toBe(`wifi: ${WANTED}`);
  });

  it("is asked for a page at the broker's name, and told nothing else", () => {
    const asked: string[] = [];
    const { task, time, host } = guest((request) => `${asked.push(request)}`);
    task.start();
    time.run(2_000);
    const { broker } = host.identity;
    expect(asked[0]).toBe(
      `GET /smartbox-is-there-a-sign-in-page HTTP/1.1\r\nHost: ${broker.host}\r\nConnection: close\r\n\r\n`,
    );
  });

  it("is forgotten once somebody has signed in", () => {
    const { task, time, net, link } = guest(() => PAGE);
    task.start();
    time.run(2_000);
    net.web = undefined;
    link.mode = "ok";
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    link.mode = "refuse";
    net.breakLast();
    time.run(MINUTE);
    expect(task.lastFailure).toBe("wifi: connection refused");
  });

  it("is asked once at a time, and never while the link is down", () => {
    const { task, time, net, link } = guest(() => "");
    net.webHolds = true;
    task.start();
    time.run(9_000);
    expect(net.attempts.length).toBeGreaterThan(2);
    expect(net.webConnections).toBe(1);
    time.run(10 * MINUTE);
    expect(net.webConnections).toBeGreaterThan(3);
    link.change(false);
    const before = net.webConnections;
    time.run(10 * MINUTE);
    expect(net.webConnections).toBe(before);
  });

  it("whose page does not end is told as soon as it has begun", () => {
    const { task, time, net } = guest(() => `HTTP/1.1 200 OK\r\nX: ${"x".repeat(5_000)}`);
    net.webHolds = true;
    task.start();
    time.run(2_000);
    expect(task.lastFailure).toBe(`wifi: ${WANTED}`);
  });

  it("does not hide what a broker behind it says, once that is reached", () => {
    const rig = makeSyncRig({ links: ["wifi"], like: { judge: () => 5 } });
    const { task, time, net } = rig;
    net.web = () => PAGE;
    net.all[0]!.mode = "refuse";
    task.start();
    time.run(2_000);
    expect(task.lastFailure).toBe(`wifi: ${WANTED}`);
    net.all[0]!.mode = "ok";
    time.run(5 * MINUTE);
    expect(task.lastFailure).toContain("does not authorise");
  });
});

describe("what is no sign-in page", () => {
  it.each([
    ["nobody on that port", undefined],
    ["a server that has no such page", () => "HTTP/1.1 404 Not Found\r\n\r\n"],
    ["the broker's own way to TLS", () => redirect("https://BROKER.test/smartbox-is-there-a-sign-in-page")],
    ["a redirect to itself without a host", () => redirect("/login")],
    ["something else than HTTP", () => "SSH-2.0-x\r\n\r\n"],
    ["an answer without an end", () => "x".repeat(5_000)],
    ["silence", () => ""],
    ["a status that comes late", () => "x HTTP/1.1 200 OK\r\n\r\n"],
  ] as readonly (readonly [string, ((request: string) => string) | undefined])[])(
    "%s: the failure is told as it was",
    (_what, web) => {
      const { task, time } = guest(web);
      task.start();
      time.run(MINUTE);
      expect(task.lastFailure).toBe("wifi: connection refused");
    },
  );

  it("a broker that answers and refuses: nothing is asked", () => {
    const { task, time, net } = makeSyncRig({ links: ["ethernet"], like: { judge: () => 5 } });
    net.web = () => PAGE;
    task.start();
    time.run(5 * MINUTE);
    expect(net.webConnections).toBe(0);
    expect(task.lastFailure).toContain("does not authorise");
  });
});
