import { describe, expect, test } from "vitest";
import { Auth, Exchange, Flag, Kind, Outcome, PowerEvent, type Rec } from "../../firmware/records/records.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { Status } from "../../firmware/wire/messages.js";
import { pageApp } from "../../sim/cloud/page/server.js";
import { spanInWords } from "../../sim/cloud/page/words.js";
import { at, CloudRig, START_SECONDS, TestBox } from "./support/cloud-rig.js";

const OFFLINE = { at: START_SECONDS, flags: Flag.wallTime | Flag.synced | Flag.offline };
const TOLD: Status = {
  uptime: 60,
  mains: false,
  charge: 19,
  millivolts: 3_612,
  celsius: -4,
  sinceMains: 7_980,
  staleness: 0,
  link: "cellular",
  faults: ["gauge"],
  count: 0,
  next: 1,
};

function rig() {
  const world = new CloudRig();
  const now = () => START_SECONDS + world.timers.nowMs / 1_000;
  const app = pageApp(world.cloud, now);
  const page = async (host = "127.0.0.1:18880") => await app.request("/", { headers: { host } });
  return { world, box: new TestBox(world), page, text: async () => await (await page()).text() };
}

function exchange(world: CloudRig, box: TestBox, stamp: { at: number; flags: number }): void {
  const records: Rec[] = [
    { kind: Kind.intent, exchange: Exchange.pickup, bin: 0, auth: Auth.keyCode, key: 1, ...stamp },
    { kind: Kind.outcome, of: 1, result: Outcome.done, ...stamp },
    { kind: Kind.power, event: PowerEvent.mainsLost, charge: 88, ...stamp },
  ];
  box.records(1, records);
  world.timers.advance(0);
}

describe("the cloud's page", () => {
  test("tells what a box told of its supply, and counts on from there", async () => {
    const { world, box, text } = rig();
    expect(await text()).toContain("not told yet");
    box.connect();
    box.send(Lane.status, Status, TOLD);
    world.timers.advance(60_000);
    const page = await text();
    expect(page).toMatch(/Mains<\/dt><dd>lost 2 h 14 min ago/);
    expect(page).toMatch(/Battery<\/dt><dd><meter [^>]*value="19"><\/meter> 19 % 3\.61 V/);
    for (const fact of ["-4 °C", "cellular", "gauge", "1 min ago", "online"]) expect(page).toContain(fact);
    box.send(Lane.status, Status, {
      ...TOLD,
      mains: true,
      charge: undefined,
      celsius: undefined,
      sinceMains: undefined,
    });
    const after = await text();
    expect(after).toMatch(/Mains<\/dt><dd>on/);
    expect(after).toMatch(/Battery<\/dt><dd>unknown/);
    expect(after).toContain("no sensor");
  });

  test("shows exchanges once, those recorded offline with their mark, and the power events", async () => {
    const { world, box, text } = rig();
    box.connect();
    exchange(world, box, OFFLINE);
    const page = await text();
    expect(page).toMatch(/<tr class="done"><td>1 Jun 2026, 12:00:00<\/td><td><abbr title="recorded offline">⊘<\/abbr>/);
    expect(page.match(/<td>PICKUP<\/td><td>A-1<\/td>/g)).toHaveLength(1);
    expect(page).toContain("<td>Key Code User</td><td>done</td>");
    expect(page).toContain("<td>mains lost</td><td>88 %</td>");
    const other = rig();
    other.box.connect();
    exchange(other.world, other.box, at(START_SECONDS));
    expect(await other.text()).not.toContain('<td><abbr title="recorded offline">');
  });

  test("shows no code and no secret", async () => {
    const { world, text } = rig();
    const page = await text();
    const { boxes, accesses, keys } = world.cloud.store.organisation;
    const codes = [...accesses.map(({ code }) => code), ...keys.flatMap(({ code }) => code ?? [])];
    const sheets = boxes.flatMap(({ id }) => world.cloud.sheets.sheet(id).targets.flatMap((one) => one.codes));
    const secrets = boxes.flatMap((box) => [box.sealingKey, box.codesKey, box.lookupKey, box.password]);
    const hidden = [...codes, ...sheets.map(({ code }) => code), ...secrets];
    expect(hidden.length).toBeGreaterThan(400);
    for (const secret of hidden) expect(page).not.toMatch(new RegExp(`(?<!\\d)${secret}(?!\\d)`));
  });

  test("takes names for text", async () => {
    const { world, text } = rig();
    const { admin, store } = world.cloud;
    const home = store.organisation.locations[0]!.id;
    admin.addLocation({ name: "<script>alert(1)</script>", timeZone: "Europe/Paris", language: "en" });
    const [key] = admin.addKeys([{ name: `"><img src=x onerror=alert(1)>`, fob: "999XSS", roaming: false, home }]);
    world.cloud.ingest.log.inventory.believe("MS5-PARIS", 23, "holds", `key:${key!.id}`);
    const page = await text();
    expect(page).toContain("&quot;&gt;&lt;img src=x");
    expect(page).not.toContain("<img");
  });

  test("marks bins in doubt and bins out of service", async () => {
    const { world, text } = rig();
    const { inventory } = world.cloud.ingest.log;
    inventory.doubt("MS5-PARIS", 0);
    inventory.doubt("MS5-PARIS", 23);
    inventory.believe("MS5-PARIS", 2, "taken", "key:1");
    world.cloud.setBinEnabled("MS5-PARIS", "A-2", false);
    const page = await text();
    expect(page).toContain('<li class="doubt"><b>A-1</b> Rue de Rivoli 12 front door, perhaps</li>');
    expect(page).toContain('<li class="empty"><b>A-3</b> empty, Rue de Rivoli 12 front door was taken</li>');
    expect(page).toContain('<li class="doubt"><b>B-12</b> empty, perhaps</li>');
    expect(page).toMatch(/<li class="disabled"><b>A-2<\/b> .*, out of service<\/li>/);
  });

  test("points to the outage plan for an MS3", async () => {
    expect(await rig().text()).toContain("npm run pack -- --box MS3-TOKYO");
  });

  test("answers only to this machine's own names, and has one page", async () => {
    const { world, page } = rig();
    for (const host of ["localhost", "localhost:1", "[::1]:80", "127.0.0.1"])
      expect((await page(host)).status).toBe(200);
    for (const host of ["example.com", "127.0.0.1.example.com", "localhost.evil:80"]) {
      const refused = await page(host);
      expect([refused.status, await refused.text()]).toEqual([403, "only as localhost\n"]);
    }
    expect((await page()).headers.get("content-security-policy")).toContain("default-src 'none'");
    const app = pageApp(world.cloud, () => START_SECONDS);
    expect((await app.request("/codes", { headers: { host: "localhost" } })).status).toBe(404);
  });
});

test.each([
  [-5, "0 s"],
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3_725, "1 h 2 min"],
  [172_800, "2 d"],
  [172_800 + 59, "2 d"],
  [90_061, "1 d 1 h"],
])("a span of %d s in words is %s", (seconds, words) => {
  expect(spanInWords(seconds)).toBe(words);
});
