import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { type Letter, Mailer, type SendLetter } from "../../../sim/cloud/outward/mailer.js";
import { isQuiet } from "../../../sim/cloud/outward/quiet-time.js";
import { smtpSender } from "../../../sim/cloud/outward/smtp.js";
import type { CloudStore } from "../../../sim/cloud/store.js";
import { BOX, CloudRig, FailingMemory, START_SECONDS } from "../support/cloud-rig.js";

const TO = ["ida@example.com"];

function rig(options: { store?: CloudStore; sample?: boolean; send?: SendLetter } = {}) {
  const { send, ...others } = options;
  const world = new CloudRig(others);
  const letters: Letter[] = [];
  const faults: string[] = [];
  const { cloud, timers } = world;
  cloud.store.document.mail ??= { to: TO };
  const mailer = new Mailer({
    cloud,
    send: send ?? (async (letter) => void letters.push(letter)),
    now: () => START_SECONDS + timers.nowMs / 1_000,
    onFault: (message) => faults.push(message),
  });
  return {
    cloud,
    mailer,
    letters,
    faults,
    raise: (kind: string) =>
      cloud.alerts.raise({ id: `${kind}/${BOX}`, box: BOX, what: `${kind} is wrong`, wayOut: "look" }),
    /** Looks every half minute, for so long. */
    pass: async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 30) {
        timers.advance(30_000);
        await mailer.look();
      }
    },
  };
}

describe("a letter", () => {
  test("tells what lasts for a minute, all of it at once, and once a day until somebody has taken it on", async () => {
    const { cloud, letters, raise, pass } = rig();
    raise("door");
    raise("bin");
    await pass(30);
    expect(letters).toEqual([]);
    await pass(3_600);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ to: TO, subject: `SmartBox: ${BOX}: door is wrong, and 1 more` });
    expect(letters[0]!.text).toContain(`${BOX}: bin is wrong.\n  What to do: look.\n  Since 2026-06-01 10:00 UTC.`);
    await pass(86_400);
    expect(letters.map(({ text }) => text.split(`${BOX}: `).length - 1)).toEqual([2, 2]);
    cloud.alerts.acknowledge(`door/${BOX}`, "Ida");
    await pass(86_400);
    expect(letters[2]!.subject).toBe(`SmartBox: ${BOX}: bin is wrong`);
    cloud.alerts.clear(`bin/${BOX}`);
    cloud.alerts.clear(`door/${BOX}`);
    await pass(90_000);
    expect(letters).toHaveLength(4);
    expect(letters[3]!.subject).toBe(`SmartBox, over: ${BOX}: door is wrong, and 1 more`);
    expect(cloud.store.document.mailed).not.toHaveProperty(`never/${BOX}`);
    expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(4);
  });

  test("of what comes and goes fills no mailbox: at most one each hour", async () => {
    const { cloud, letters, raise, pass } = rig();
    for (let hour = 0; hour < 4; hour++) {
      for (let i = 0; i < 10; i++) {
        raise("door");
        await pass(180);
        cloud.alerts.clear(`door/${BOX}`);
        await pass(180);
      }
    }
    // Begun and over: two an hour at most.
    expect(letters.length).toBeLessThanOrEqual(8);
    expect(letters.length).toBeGreaterThanOrEqual(4);
  });

  test("waits for the end of quiet time, and what is over by then is told to nobody", async () => {
    const { cloud, letters, raise, pass } = rig();
    // It is noon in Paris.
    cloud.store.document.mail = { to: TO, quiet: { from: "11:30", until: "14:00", timeZone: "Europe/Paris" } };
    raise("door");
    raise("bin");
    await pass(3_600);
    cloud.alerts.clear(`bin/${BOX}`);
    await pass(3_480);
    expect(letters).toEqual([]);
    await pass(240);
    expect(letters.map(({ subject }) => subject)).toEqual([`SmartBox: ${BOX}: door is wrong`]);
  });

  test("that the server does not take is sent a minute later, the same one, and nothing is left out", async () => {
    const tries: string[] = [];
    let isDown = true;
    const { faults, raise, pass } = rig({
      send: async ({ messageId }) => {
        tries.push(messageId);
        if (isDown) throw new Error("421 busy");
      },
    });
    raise("door");
    await pass(240);
    expect(tries.length).toBeGreaterThan(1);
    expect(faults[0]).toBe("mail: 421 busy");
    isDown = false;
    await pass(3_600);
    expect(new Set(tries).size).toBe(1);
  });

  test("goes once when the cloud is killed before or after it; killed in the middle it is the same letter", async () => {
    const disk = new FailingMemory();
    const sent: string[] = [];
    let isKilled = true;
    // The server has it, and the process is gone before it hears so.
    const first = rig({
      store: disk.store(),
      send: async ({ messageId }) => {
        sent.push(messageId);
        if (isKilled) await new Promise(() => {});
      },
    });
    first.raise("door");
    first.cloud.store.commit();
    void first.pass(90);
    await expect.poll(() => sent).toHaveLength(1);
    isKilled = false;
    const send: SendLetter = async ({ messageId }) => void sent.push(messageId);
    const second = rig({ store: disk.store(), sample: false, send });
    await second.pass(3_600);
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
    const third = rig({ store: disk.store(), sample: false, send });
    await third.pass(3_600);
    expect(sent).toHaveLength(2);
  });

  test("is sent by no process that could not make sure that the organisation is still its own", async () => {
    const disk = new FailingMemory();
    const { letters, faults, raise, pass } = rig({ store: disk.store() });
    raise("door");
    disk.failure = new Error("not this process's any more");
    await pass(600);
    expect([letters.length, faults[0]]).toEqual([0, expect.stringContaining("any more")]);
    disk.failure = undefined;
    await pass(600);
    expect(letters).toHaveLength(1);
  });
});

describe("a mail server", () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  test("takes letters over SMTP, with a name and a password, as they were written", async () => {
    const taken: { from: string; to: string[]; data: string }[] = [];
    const server = new SMTPServer({
      authOptional: false,
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === "p@ss" ? done(null, { user: username }) : done(new Error("wrong password")),
      onData: (stream, session, done) => {
        let data = "";
        stream.on("data", (bytes) => {
          data += bytes;
        });
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          taken.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            data,
          });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.server.address() as AddressInfo;
    const letter = {
      messageId: "<1@smartbox-cloud>",
      to: TO,
      subject: "SmartBox: bin A-1 öffnet nicht",
      text: "Look.\n",
    };
    await smtpSender(`smtp://me:p%40ss@127.0.0.1:${port}`, "Cloud <cloud@example.com>")(letter);
    expect(taken).toMatchObject([
      { from: "cloud@example.com", to: TO, data: expect.stringContaining("Message-ID: <1@smartbox-cloud>") },
    ]);
    await expect(smtpSender(`smtp://me:wrong@127.0.0.1:${port}`, "a@b")(letter)).rejects.toThrow(/wrong password/);
    await expect(smtpSender("smtp://127.0.0.1:1", "a@b")(letter)).rejects.toThrow(/ECONNREFUSED/);
  });

  test.each(["mail.example.com", "http://mail.example.com", "smtp:"])(
    "has an address that can be understood: not %s",
    (url) => {
      expect(() => smtpSender(url, "a@b")).toThrow(/write it as smtps:\/\/user:password@host:465/);
    },
  );
});

test.each([
  ["2026-06-01T20:00:00Z", true],
  ["2026-06-01T19:59:00Z", false],
  ["2026-06-02T04:59:00Z", true],
  ["2026-06-02T05:00:00Z", false],
])("quiet time goes over midnight, by the clocks of its place: %s", (instant, expected) => {
  const quiet = { from: "22:00", until: "07:00", timeZone: "Europe/Paris" };
  expect(isQuiet({ to: [], quiet }, Date.parse(instant) / 1_000)).toBe(expected);
});
