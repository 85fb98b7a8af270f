import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Aedes } from "aedes";
import { describe, expect, vi } from "vitest";
import { it } from "./support/room.js";
import { Simulator } from "./support/simulator.js";

// Real time passes, more slowly on a busy host; each wait has a limit of its own, and tells what it has seen.
vi.setConfig({ testTimeout: 240_000 });
const SOON = { timeout: 30_000 };

describe.concurrent("a story over two starts", () => {
  it("keeps what happened, offline too, and syncs it by itself", async ({ room }) => {
    const first = room.start();
    await first.do("code 135790", /\[bin-open\] Bin A-1 is open/);
    await first.do("take A-1", /012ABC is in your hand/);
    await first.do("close A-1", /closed A-1/);
    await first.do("log", /PICKUP {2}A-1 .*Amélie Girard +done/);
    await first.do("net down", /internet down/);
    await first.do("skip 2m", /Offline mode[\s\S]*it is/);
    await first.do("7150", /\[bin-open\] Bin A-5 is open/);
    await first.do("take A-5", /219BCP/);
    await first.do("close all", /closed A-5/);
    await first.do("quit", /kept in .*goes on from here/);
    expect(await first.exit).toBe(0);
    expect(first.output.match(/cloud .* done/g)).toHaveLength(1);

    const second = room.start();
    // The panel of a box that has its snapshot knows whose key is out.
    await second.do("code 135790", /\[take-or-return\] Rue de Rivoli 12 front door/);
    await second.do("cancel", /\[idle\]/);
    await second.do("status", /internet down/);
    await second.do("net up", /internet up/);
    await second.do("wait synced", /synced: /);
    // Not expect.poll, which looks for the one test that is running: here there are several.
    await vi.waitFor(
      () => expect(second.output).toMatch(/cloud .*⊘ offline PICKUP {2}A-5 .*Key Code User · done/),
      SOON,
    );
    // Surely empty, which the bin that somebody took the key from is not.
    await second.do("scan 012ABC", /\[bin-open\] Bin B-9 is open/);
    await second.do("put B-9 012ABC", /hangs in bin B-9/);
    await second.do("close B-9", /closed B-9/);
    await second.do("wait synced", /synced: /);
    second.say("log");
    const [log] = await second.see(/.*A-1 .*\n.*⊘ offline.*A-5 .*\n.*DROPOFF B-9.*Quick Scan.*/);
    expect(log.match(/done/g)).toHaveLength(3);
    await second.do("keys", /012ABC {2}B-9/);
    expect(await second.end()).toBe(0);
  });

  it("takes a kill for a power cut: what the cloud has, the box has", async ({ room }) => {
    const first = room.start();
    // An older save, which the kill must not bring back.
    await first.do("save", /saved in/);
    await first.do("code 135790", /\[bin-open\]/);
    await first.do("take A-1", /012ABC/);
    await first.do("close A-1", /cloud .*PICKUP {2}A-1 .*done/);
    first.signal("SIGKILL");
    expect(await first.exit).toBe("SIGKILL");
    const second = room.start();
    await second.do("scan 012ABC", /\[bin-open\] Bin B-9 is open/);
    await second.do("put B-9 012ABC", /hangs in/);
    await second.do("close B-9", /cloud .*DROPOFF B-9 .*done/);
    await second.do("wait synced", /synced/);
    await second.do("log", /PICKUP .*done\n.*DROPOFF .*done\n/);
    expect(await second.end()).toBe(0);
  });
});

describe.concurrent("commands", () => {
  it("says what was wrong and how it is done right, and goes on", async ({ room }) => {
    const csv = join(room.data, "keys.csv");
    await writeFile(csv, "key name,fob serial,bin\nA,012ABC,A-1\n");
    const box = room.start();
    await box.do("tkae A-1", /! there is no command tkae.*\n.*for example: help/);
    await box.do("ta", /did you mean take\?/);
    await box.do("take", /! BIN is missing\n.*usage: take BIN\n.*for example: take A-1/);
    await box.do("take C-1", /! there is no bin C-1: there are A-1 to B-12/);
    await box.do("take A-1", /! bin A-1 is closed/);
    await box.do("put A-1 000XYZ", /! bin A-1 is closed/);
    await box.do("scan 012ABC", /! 012ABC hangs in bin A-1/);
    await box.do("scan a#b", /! a#b is no fob serial/);
    await box.do("choose 9", /! the screen has no choice 9; it has 1 Emergency/);
    await box.do("code 12x", /! the keypad has only digits/);
    await box.do("text hello", /! the screen shows no keyboard now/);
    await box.do("skip 5 minutes", /! minutes is one word too many/);
    await box.do("skip soon", /! soon is no time.*\n.*\n.*for example: skip 1h30m/);
    await box.do("battery 150%", /! 150 % is more than a cell holds/);
    await box.do("net sideways", /! state sideways is not known: up, down, stall/);
    await box.do("hotspot Phone short", /! a hotspot's password has 8 to 63/);
    await box.do("powercut -1", /! -1 is not 1 to/);
    await box.do("log none", /! none is no number/);
    await box.do("sheet C-9", /! sheet 1 has no codes for C-9/);
    await box.do("lang xx", /! there is no language xx/);
    await box.do("cloud", /! do what at the cloud\?/);
    await box.do("cloud remove-access 99", /! there is no access 99/);
    await box.do("cloud add-access Nobody Van", /! there is no user Nobody: 1 Amélie Girard/);
    await box.do("cloud add-access Noor Meter", /! more than one key is Meter: .*Meter room east, .*Meter room west/);
    await box.do('cloud add-access Noor "Meter', /! a quote " is not closed/);
    await box.do(`cloud import ${csv}`, /! nothing was imported.*\n.*line 1: column missing: home location/);
    await box.do("cloud import no-such.csv", /! no-such.csv cannot be read: ENOENT/);
    await box.do("help nothing", /! there is no command nothing/);
    await box.do("help skip", /skip TIME\n[\s\S]*for example: skip 1h30m/);
    await box.do("help", /help \[COMMAND\]/);
    await box.do("status", /running/);
    expect(await box.end()).toBe(0);
  });

  it("plays the emergency: no mains, no net, dark, woken, a printed code, a hotspot", async ({ room }) => {
    const box = room.start();
    const [, code] = await box.do("sheet B-1", /01 {2}(\d{4} \d{4})/);
    await box.do("net down", /internet down/);
    await box.do("mains off", /mains off/);
    await box.do("skip 10m", /it is/);
    await box.do("code 135790", /! the panel is dark: the box sleeps/);
    await box.do("reset", /\[idle\]|dark: the box is starting/);
    await box.do("wait idle", /idle: \[idle\]/);
    await box.do("emergency", /\[emergency\]/);
    await box.do("1", /\[emergency-unit\]/);
    await box.do("B", /\[emergency-bin\]/);
    await box.do("1", /\[emergency-code\] Bin B-1: enter code 01 of sheet 1/);
    await box.do(`code ${code}`, /\[emergency-result\] Bin B-1 is open/);
    await box.do("take B-1", /315TXF/);
    await box.do("close B-1", /closed B-1/);
    await box.do("done", /\[idle\]/);
    await box.do('hotspot "Amelie iPhone" marais-2026', /in range/);
    await box.do("choose hotspot", /\[hotspot-choose\]/);
    await box.do('choose "Amelie iPhone"', /\[hotspot-passphrase\]/);
    await box.do("text marais-2026", /\[hotspot-result\]/);
    await box.do("wait synced", /synced/);
    await box.do("log", /⊘ offline {2}EMERGENCY bin B-1 · sheet 1 code 01 +done/);
    await box.do("sheet B-1", /01 {2}\d{4} \d{4} {2}used/);
    expect(await box.end()).toBe(0);
  });

  it("reaches the box from the cloud", async ({ room }) => {
    const csv = join(room.data, "more.csv");
    await writeFile(csv, "key name,fob serial,bin,home location\nNew shed,888NEW,B-12,Paris Marais\n");
    const box = room.start();
    await box.do("cloud unlock B-2", /command 1 is on its way/);
    await box.see(/lamp {2}flash/);
    await box.do("reset", /\[bin-open\] Bin B-2 is open/);
    await box.do("close all", /closed B-2/);
    await box.do("cloud disable A-10", /out of service/);
    await box.do("wait synced", /synced/);
    await box.do("code 161803", /\[refused\].*Bin A-10 is out of service/);
    await box.do("cloud enable A-10", /in service/);
    await box.do(`cloud import ${csv}`, /1 key imported/);
    const [, code] = await box.do('cloud add-access Noor "new shed"', /takes New shed with code (\d+),/);
    await box.do("skip 2s", /it is/);
    await box.do("wait synced", /synced/);
    await box.do("cancel", /\[idle\]/);
    await box.do(`code ${code}`, /\[bin-open\] Bin B-12 is open/);
    await box.do("take B-12", /888NEW/);
    await box.do("close all", /closed B-12/);
    const [, access] = await box.do("codes", /New shed +ongoing +(\d+)/);
    await box.do(`cloud remove-access ${access}`, /is gone/);
    await box.do("cloud rotate", /sheet 2 is in force/);
    await box.do("cloud revoke", /sheets below 2 are closed/);
    await box.do("jam A-10", /jammed/);
    await box.do("wait synced", /synced/);
    await box.do("wait idle", /idle:/);
    await box.do("code 161803", /\[refused\].*Bin A-10 did not open/);
    await box.do("unjam A-10", /free/);
    await box.do("cloud erase-user Nobody", /! there is no user Nobody/);
    await box.do("cloud erase-user Noor", /Noor .* is erased: boxes and the log know user \d+/);
    await box.do("cloud erase-user Noor", /! there is no user Noor/);
    await box.do("log", /PICKUP +B-12 +New shed · user \d+/);
    await box.do("cloud reboot", /on its way/);
    await box.see(/box {3}starting/);
    expect(await box.end()).toBe(0);
  });

  it("skips hours without the connection noticing", async ({ room }) => {
    const box = room.start();
    await box.do("skip 2h", /it is/);
    await box.do("status", /sees the box online/);
    expect(box.output).not.toMatch(/skip 2h[\s\S]*Offline mode/);
    expect(await box.end()).toBe(0);
  });
});

describe.concurrent("the MS3", () => {
  it("shows why it refuses to run", async ({ room }) => {
    const box = room.start("--box", "ms3-tokyo");
    await box.see(/\[stopped\] MS3 has no offline mode and no battery/);
    await box.do("battery out", /! the MS3 has no battery/);
    expect(await box.end()).toBe(0);
  });
});

describe.concurrent("a broker of one's own", () => {
  it("serves box and cloud as the user that was given", async ({ room }) => {
    const users: string[] = [];
    const aedes = await Aedes.createBroker({
      authenticate: (_client, user, password, done) => {
        users.push(user ?? "");
        done(null, password?.toString() === "secret");
      },
    });
    const port = await room.listen(createServer((socket) => void aedes.handle(socket)));
    const box = room.start("--broker", `mqtt://127.0.0.1:${port}`, "--user", "me", "--password", "secret");
    await box.see(/cloud sees the box online/);
    await box.do("status", new RegExp(`broker 127.0.0.1:${port}`));
    expect(await box.end()).toBe(0);
    expect(new Set(users)).toEqual(new Set(["me"]));
    aedes.close();
  });

  it("is named when it refuses", async ({ room }) => {
    const server = createServer();
    const port = await room.listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await room.refused("--broker", `mqtt://127.0.0.1:${port}`)).toContain(
      `the broker at 127.0.0.1:${port}: the connection was refused`,
    );
  });
});

describe.concurrent("the page of a simulator that runs", () => {
  it("shows what is typed in the terminal, and begins anew when it is asked to", async ({ room }) => {
    const port = await room.freePort();
    const box = room.start("--http", String(port));
    await box.see(/in your browser at http/);
    await box.do("wait synced", /synced/);
    const told = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/state`);
      return ((await answer.json()) as { told: Record<string, string> }).told;
    };
    const act = (body: object) =>
      fetch(`http://127.0.0.1:${port}/api/act`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    await box.do("broker down", /the broker is gone/);
    expect(JSON.parse((await told()).net!).broker).toBe(false);
    await act({ act: "mains", on: false });
    await box.do("status", /mains off/);
    await box.do("pace next", /on to the next event/);
    await vi.waitFor(async () => expect(JSON.parse((await told()).time!).pace).toBe(1), SOON);
    await act({ act: "start-over" });
    await box.see(/is on the desk/);
    await box.do("status", /mains on/);
    expect(await box.end()).toBe(0);
  });
});

const ORGANISATION = fileURLToPath(new URL("../../sim/samples/organisation.json", import.meta.url));

describe.concurrent("an organisation of one's own", () => {
  it("is there at the first start, and grows", async ({ room }) => {
    const first = room.start("--organisation", ORGANISATION);
    await first.see(/LYON-1 is on the desk/);
    await first.do("cloud add-location Nantes Europe/Nowhere fr", /! time zone Europe\/Nowhere is not known/);
    await first.do("cloud add-location Nantes Europe/Paris fr", /location 2: Nantes/);
    await first.do("cloud add-box NANTES-1 MS5 nantes 0", /! bins: write how many each unit has/);
    await first.do("cloud add-box NANTES-1 MS5 nantes 12+8", /box NANTES-1 with A-1 to B-8 at Nantes/);
    await first.do("cloud add-user Bob 999BOB", /user 3: Bob/);
    const [, code] = await first.do("cloud add-access Bob cellar", /takes Rue Garibaldi 8 cellar with code (\d+),/);
    await first.do("skip 2s", /it is/);
    await first.do("wait synced", /synced/);
    await first.do(`code ${code}`, /\[bin-open\] Bin A-2 is open/);
    expect(await first.end()).toBe(0);
    expect(await room.refused("--organisation", ORGANISATION)).toContain("has an organisation already");
    const second = room.start("--box", "nantes-1");
    await second.see(/NANTES-1 is on the desk/);
    await second.see(/cloud sees the box online/);
    expect(await second.end()).toBe(0);
  });

  it("is refused with what is wrong in its file", async ({ room }) => {
    const file = join(room.data, "organisation.json");
    await writeFile(file, '{ "boxes": [{ "id": "L1", "model": "MS9", "location": "x", "bins": 4 }] }');
    expect(await room.refused("--organisation", file)).toContain("boxes[0].model: write MS5, MS4 or MS3");
    await writeFile(file, "{}");
    expect(await room.refused("--organisation", file)).toContain("boxes: there must be one at least");
  });

  it("takes its keys by the options that its refusals name", async ({ room }) => {
    const file = join(room.data, "own.json");
    const place = { name: "Köln", timeZone: "Europe/Berlin", language: "en" };
    const box = { id: "KOELN-1", model: "MS5", location: "Köln", bins: 4 };
    await writeFile(file, JSON.stringify({ locations: [place], boxes: [box], keys: "own.csv" }));
    const rows = ["Tür;000101;KOELN-1/A-1", "Tor;000102;KOELN-1/A-2", "Keller;103;KOELN-1/A-3"];
    const csv = ["key name;fob serial;bin;home location", ...rows.map((row) => `${row};Köln`)].join("\r\n");
    await writeFile(join(room.data, "own.csv"), Buffer.from(csv, "latin1"));
    expect(await room.refused("--sure")).toContain("give --organisation FILE as well");
    expect(await room.refused("--organisation", file)).toContain("`--encoding windows-1252`");
    const western = ["--organisation", file, "--encoding", "windows-1252"];
    expect(await room.refused(...western)).toContain("import with `--sure`");
    const desk = room.start(...western, "--sure");
    await desk.do("keys", /103 +A-3 +Keller/);
    expect(await desk.end()).toBe(0);
  });
});

describe.concurrent("several boxes and their cloud", () => {
  it("run side by side: a roaming key goes from one to the other", async ({ room }) => {
    const desk = room.start("--box", "MS4-TOKYO");
    await desk.do("box", /\* +MS4-TOKYO +MS4 +Tokyo Shibuya +running +online/);
    await desk.do("box nowhere", /! there is no box nowhere: choose one of/);
    await desk.do("box ms5-paris", /MS5-PARIS is on the desk: dark/);
    await desk.do("wait online", /online/);
    await desk.do("wait synced", /synced/);
    await desk.do("code 246801", /\[bin-open\] Bin B-5 is open/);
    await desk.do("take B-5", /633GRX is in your hand/);
    await desk.do("close all", /closed B-5/);
    await desk.do("wait synced", /synced/);
    await desk.do("box MS4-TOKYO", /MS4-TOKYO is on the desk: \[idle\]/);
    await desk.do("wait synced", /synced/);
    const [, bin] = await desk.do("scan 633GRX", /\[bin-open\] Bin (A-\d) is open/);
    await desk.do(`put ${bin} 633GRX`, /hangs in bin/);
    await desk.do("close all", /closed/);
    await desk.do("wait synced", /synced/);
    await desk.do("log", /DROPOFF .*Master key/);
    await desk.do("box MS5-PARIS", /MS5-PARIS is on the desk/);
    await desk.do("scan 633GRX", new RegExp(`! 633GRX hangs in bin ${bin} of MS4-TOKYO`));
    expect(await desk.end()).toBe(0);
    const again = room.start("--box", "MS4-TOKYO");
    await again.do("keys", new RegExp(`633GRX +${bin} `));
    expect(await again.end()).toBe(0);
  });

  it("go on without the cloud, and tell it all when it is back", async ({ room }) => {
    const desk = room.start();
    await desk.do("cloud down", /the cloud is down/);
    await desk.do("cloud add-user Bob", /! the cloud is down: `cloud up` first/);
    await desk.do("code 135790", /\[bin-open\]/);
    await desk.do("take A-1", /012ABC/);
    await desk.do("close all", /closed A-1/);
    await desk.do("skip 2m", /Offline mode[\s\S]*it is/);
    await desk.do("status", /cloud +is down/);
    await desk.do("log", /no exchange of this box yet/);
    await desk.do("cloud up", /the cloud is back/);
    await desk.do("skip 3m", /it is/);
    await desk.do("wait synced", /synced/);
    await desk.do("log", /PICKUP {2}A-1 .*done/);
    expect(await desk.end()).toBe(0);
  });
});

describe.concurrent("bad starts", () => {
  it("names a port that is taken", async ({ room }) => {
    const port = await room.listen();
    const cause = `port ${port} is taken by another program`;
    expect(await room.refused("--port", String(port))).toContain(`--port, of the broker: ${cause}`);
    expect(await room.refused("--http", String(port))).toContain(`--http, of the page: ${cause}`);
  });

  it("refuses options that make no sense", async ({ room }) => {
    expect(await room.refused("--port", "70000")).toContain("a port is 0 to 65535");
    expect(await room.refused("--box", "MS9")).toContain("there is no box MS9: choose one of MS5-PARIS");
    expect(await room.refused("--user", "me")).toContain("give --broker URL");
    expect(await room.refused("word")).toContain("too many arguments");
  });

  it("helps", async () => {
    const help = new Simulator(["--help"]);
    expect(await help.end()).toBe(0);
    expect(help.output).toContain("--broker <url>");
  });
});
