import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { Assets } from "../../sim/page/build.js";
import { LOOPBACK, PageServer } from "../../sim/page/server/server.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let played: Played;
let url: string;
beforeAll(async () => {
  played = await openTheatre();
  url = played.server.url;
});
afterAll(() => played.close());

const act = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}api/act`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("who may talk to it", () => {
  test("the page comes whole from here, with nothing inline", async () => {
    const answer = await fetch(url);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    const html = await answer.text();
    expect(html).not.toMatch(/<script>|<style|style=|https?:/);
    expect((await fetch(`${url}app.js`)).headers.get("content-type")).toContain("javascript");
    expect((await fetch(`${url}nothing`)).status).toBe(404);
  });

  test("a name that was pointed at this machine, and a page from elsewhere, are refused", async () => {
    const app = (path: string, headers: Record<string, string>) => raw(url, path, headers);
    expect(await app("/", { Host: "evil.example" })).toBe(403);
    expect(await app("/", { Host: "127.0.0.1.evil.example:80" })).toBe(403);
    expect(await app("/", { Host: "localhost" })).toBe(200);
    expect((await act({ act: "reset" }, { Origin: "http://evil.example" })).status).toBe(403);
    expect((await act({ act: "reset" }, { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect((await act({ act: "reset" }, { Origin: url.slice(0, -1) })).status).toBe(200);
  });

  test("beyond this machine it wants the token that was told", async () => {
    const server = await PageServer.start(played.desk, { port: 0, host: "0.0.0.0", assets: new Assets() });
    try {
      const open = new URL(server.url);
      const token = open.searchParams.get("token")!;
      expect(token.length).toBeGreaterThan(20);
      const base = `http://127.0.0.1:${open.port}/`;
      expect((await fetch(base)).status).toBe(401);
      expect((await fetch(`${base}?token=${token.slice(1)}x`)).status).toBe(401);
      const entered = await fetch(`${base}?token=${token}`, { redirect: "manual" });
      const cookie = entered.headers.get("set-cookie")!;
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Strict/i);
      expect((await fetch(base, { headers: { Cookie: cookie.split(";")[0]! } })).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  test("a port that is taken is named", async () => {
    const port = Number(new URL(url).port);
    await expect(PageServer.start(played.desk, { port, host: LOOPBACK, assets: new Assets() })).rejects.toThrow(
      `port ${port} is taken`,
    );
  });
});

describe("what it takes", () => {
  test.each([
    ["no JSON", "{", "this cannot be done"],
    ["an act that there is not", { act: "explode" }, "act"],
    ["a key that a panel has not", { act: "key", input: { kind: "digit", digit: 11 } }, "input.digit"],
    ["a bin that no box has", { act: "close", bin: 900 }, "bin"],
    ["a pace of one's own", { act: "pace", pace: 7 }, "pace"],
  ])("%s is refused with what is wrong", async (_, body, cause) => {
    const answer = await act(body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain(cause);
  });

  test.each([
    ["a bin that this box has not", { act: "take", bin: 99 }, "there is no bin 100"],
    ["a closed bin", { act: "take", bin: 0 }, "bin A-1 is closed"],
    ["a fob that is in no hand", { act: "put", bin: 0, fob: "012ABC" }, "not in your hand"],
    ["a fob that hangs in a bin", { act: "scan", fob: "012ABC" }, "take it out first"],
    ["a box that there is not", { act: "box", id: "NOWHERE" }, "there is no box NOWHERE"],
    ["a key that there is not", { act: "key-code", key: 999, on: false }, "there is no key 999"],
  ])("%s: the world says why not", async (_, body, cause) => {
    const answer = await act(body);
    expect(answer.status).toBe(409);
    expect(((await answer.json()) as { error: string }).error).toContain(cause);
  });

  test("a body beyond all measure is not read", async () => {
    expect((await act({ act: "add-user", name: "x".repeat(20_000), badge: null })).status).toBe(413);
  });

  test("nobody gets at a cloud that is down", async () => {
    await act({ act: "cloud", on: false });
    expect((await fetch(`${url}api/cloud/keys`)).status).toBe(503);
    const answer = await act({ act: "seen" });
    expect(((await answer.json()) as { error: string }).error).toContain("the cloud is down");
    await act({ act: "cloud", on: true });
    expect((await fetch(`${url}api/cloud/keys`)).status).toBe(200);
  });
});

describe("what it tells", () => {
  test("everything at first, then what changes; the same by asking", async () => {
    const answer = await fetch(`${url}api/events`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    const until = async (pattern: RegExp) => {
      while (!pattern.test(seen)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${seen}`);
        seen += value;
      }
    };
    await until(/"box":.*"MS5-PARIS"/);
    await until(/"mains":true/);
    seen = "";
    await act({ act: "mains", on: false });
    await until(/"mains":false/);
    await act({ act: "mains", on: true });
    await reader.cancel();
    const { told } = (await (await fetch(`${url}api/state`)).json()) as { told: Record<string, string> };
    expect(JSON.parse(told.power!).mains).toBe(true);
  });

  test("the log as a file, and the pack in the language that is read", async () => {
    const file = await (await fetch(`${url}api/cloud/log.csv?kind=PICKUP`)).text();
    expect(file.split("\r\n")[0]).toContain("time (UTC),boot,s since boot,offline");
    const answer = await fetch(`${url}api/cloud/pack.pdf?language=fr`);
    expect(answer.headers.get("content-disposition")).toContain("MS5-PARIS-pack.pdf");
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
  });
});

/** `fetch` sets the Host itself. */
async function raw(base: string, path: string, headers: Record<string, string>): Promise<number> {
  const { request } = await import("node:http");
  return await new Promise((resolve, reject) => {
    const asked = request(new URL(path, base), { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}
