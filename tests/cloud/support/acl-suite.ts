import { expect, test } from "vitest";
import { connectMqttjs } from "../../../sim/cloud/transport-mqttjs.js";
import { CLOUD_PASSWORD, connectBox, subscribe, until } from "./accounts.js";

/** What every broker of the project must keep apart. `broker` is asked when a test runs. */
export function aclSuite(broker: () => { readonly url: string; readonly ca?: string }): void {
  const cloud = (options: { password?: string; username?: string } = {}) =>
    connectMqttjs({ ...broker(), username: options.username ?? "cloud", password: options.password ?? CLOUD_PASSWORD });
  const box = (name: "A" | "B", options: { password?: string; clientId?: string } = {}) => {
    const { url, ca } = broker();
    return connectBox(url, name, { ...options, ...(ca === undefined ? {} : { ca }) });
  };

  test("a box and the cloud hear each other", async () => {
    const transport = await cloud();
    const heard: string[] = [];
    transport.onMessage = (topic, payload) => heard.push(`${topic} ${payload.join()}`);
    const a = await box("A");
    expect(await subscribe(a.client, "smartbox/A/down/#")).toBe(1);
    a.client.publish("smartbox/A/up/hello", Buffer.of(1, 2), { qos: 1 });
    await until(() => heard.length > 0, "hello at the cloud");
    expect(heard).toEqual(["smartbox/A/up/hello 1,2"]);
    transport.publish("smartbox/A/down/welcome", Uint8Array.of(3));
    await until(() => a.got.length > 0, "welcome at the box");
    a.client.end(true);
    transport.close();
  });

  test("box A can neither read nor write what is B's, nor give orders to itself", async () => {
    const transport = await cloud();
    const heard: string[] = [];
    transport.onMessage = (topic) => heard.push(topic);
    const b = await box("B");
    await subscribe(b.client, "smartbox/B/down/#");
    for (const topic of ["smartbox/B/up/state", "smartbox/B/down/command", "smartbox/A/down/command"]) {
      const intruder = await box("A");
      // Acknowledged and dropped, or cut off: brokers differ.
      const answered = new Promise<void>((resolve) => {
        intruder.client.once("close", () => resolve());
        intruder.client.publish(topic, Buffer.of(9), { qos: 1 }, () => resolve());
      });
      await answered;
      intruder.client.end(true);
    }
    const a = await box("A");
    // Mosquitto grants any filter and then judges each message: what counts is what comes.
    const filters = [
      "smartbox/B/down/#",
      "smartbox/B/up/#",
      "smartbox/+/down/#",
      "#",
      "smartbox/#",
      "smartbox/A/down/#",
    ];
    for (const filter of filters) await subscribe(a.client, filter);
    b.client.publish("smartbox/B/up/hello", Buffer.of(1), { qos: 1 });
    transport.publish("smartbox/B/down/welcome", Uint8Array.of(1));
    await until(() => heard.length > 0 && b.got.length > 0, "the messages that are allowed");
    // The last one: by then all that went before would have come.
    transport.publish("smartbox/A/down/welcome", Uint8Array.of(1));
    await until(() => a.got.length > 0, "A's own message");
    expect(heard).toEqual(["smartbox/B/up/hello"]);
    expect(b.got).toEqual(["smartbox/B/down/welcome"]);
    expect([...new Set(a.got)]).toEqual(["smartbox/A/down/welcome"]);
    a.client.end(true);
    b.client.end(true);
    transport.close();
  });

  test("a wrong password is refused, for the cloud with a sentence", async () => {
    await expect(box("A", { password: "password-b" })).rejects.toThrow();
    await expect(cloud({ password: "wrong" })).rejects.toThrow(
      /the broker at (localhost|127\.0\.0\.1):\d+: .*user name (or|and) password/,
    );
  });

  test("a user who may not read all boxes is no cloud", async () => {
    const attempt = connectMqttjs({ ...broker(), username: "box-a", password: "password-a", clientId: "smartbox-A" });
    const outcome = await attempt.then(
      (transport) => {
        transport.close();
        return "connected";
      },
      (error: Error) => error.message,
    );
    // Mosquitto 2.0 grants the subscription and withholds the messages.
    expect(["connected", expect.stringContaining("refuses smartbox/+/up/#")]).toContainEqual(outcome);
  });
}
