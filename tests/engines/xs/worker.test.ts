import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compileXs } from "../../../sim/engines/xs/compile.js";
import { XsDied, XsException, XsHost, XsWorker } from "../../../sim/engines/xs-worker.js";
import { whyNoXs } from "../../support/xs.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const missing = whyNoXs();

test("a worker that dies passes its last words on", () => {
  const host = new XsHost(["sh", "-c", "echo the heap is full >&2; exit 1"]);
  try {
    expect(() => new XsWorker(host, (request) => request).evaluate("1")).toThrow(
      "the XS worker ended: the heap is full",
    );
  } finally {
    host.close();
  }
});

describe.skipIf(missing)("a worker", () => {
  let host: XsHost;
  let worker: XsWorker;
  let asked: string[];
  let answer: (request: string) => string;

  const start = () =>
    new XsWorker(host, (request) => {
      asked.push(Buffer.from(request).toString());
      return Buffer.from(answer(asked.at(-1)!));
    });

  beforeEach(() => {
    host = new XsHost([compileXs().worker]);
    asked = [];
    answer = (request) => `<${request}>`;
    worker = start();
  });

  afterEach(() => {
    worker.kill();
    host.close();
  });

  const ASK = "new TextDecoder().decode(issueCommand(new TextEncoder().encode(text).buffer))";

  test("answers a command, asking in the middle of it as often as it likes", () => {
    worker.evaluate(
      `globalThis.handleCommand = (m) => { let text = new TextDecoder().decode(m); for (let i = 0; i < 3; i++) text = ${ASK}; return new TextEncoder().encode(text).buffer; }`,
    );
    expect(Buffer.from(worker.command(Buffer.from("a")).result).toString()).toBe("<<<a>>>");
    expect(asked).toEqual(["a", "<a>", "<<a>>"]);
  });

  test("carries 60,000 bytes both ways, zeros and all", () => {
    worker.evaluate("globalThis.handleCommand = (m) => issueCommand(m)");
    const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => i);
    let seen: Uint8Array | undefined;
    worker.kill();
    worker = new XsWorker(host, (request) => {
      seen = request;
      return request;
    });
    worker.evaluate("globalThis.handleCommand = (m) => issueCommand(m)");
    expect(worker.command(bytes).result).toEqual(bytes);
    expect(seen).toEqual(bytes);
  });

  test("counts computrons and slots, the same every time", () => {
    const first = worker.evaluate("let sum = 0; for (let i = 0; i < 1000; i++) sum += i;");
    worker.kill();
    worker = start();
    const second = worker.evaluate("let sum = 0; for (let i = 0; i < 1000; i++) sum += i;");
    expect(second.computrons).toBe(first.computrons);
    expect(first.computrons).toBeGreaterThan(1_000);
    expect(first.slots).toBeGreaterThan(1_000);
  });

  test("tells the exception of what it evaluates, and goes on", () => {
    expect(() => worker.evaluate("throw new TypeError('no')")).toThrow(XsException);
    expect(() => worker.evaluate("throw new TypeError('no')")).toThrow("TypeError: no");
    expect(worker.evaluate("1").computrons).toBeGreaterThan(0);
  });

  test("dies of endless recursion, and says so instead of waiting", () => {
    expect(() => worker.evaluate("const f = () => 1 + f(); f()")).toThrow(XsDied);
    expect(worker.alive).toBe(false);
    expect(() => worker.evaluate("1")).toThrow(XsDied);
  });

  test("is killed in the middle of a call when the answer is an exception, which passes through", () => {
    worker.evaluate(
      `globalThis.handleCommand = () => { const text = "x"; try { ${ASK} } catch { issueCommand(new ArrayBuffer(1)) } }`,
    );
    answer = () => {
      throw new Error("power cut");
    };
    expect(() => worker.command(new Uint8Array(1))).toThrow("power cut");
    expect(worker.alive).toBe(false);
    expect(asked).toEqual(["x"]);
  });

  test("starts over on the same pipes, with nothing of the one before", () => {
    worker.evaluate("globalThis.left = 1");
    worker.kill();
    worker.kill();
    worker = start();
    worker.evaluate("if (globalThis.left !== undefined) throw new Error('left over')");
  });

  test("leaves no files behind", () => {
    const folder = host.dir;
    expect(existsSync(folder)).toBe(true);
    host.close();
    expect(existsSync(folder)).toBe(false);
  });
});
