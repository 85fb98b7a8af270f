import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { WakeCause } from "../../hal/ports/power.js";
import { AUTHORITY, CertificateShop, type Issued } from "../../sim/broker/certificate-shop.js";
import { buildImage } from "../../sim/cli/firmware/build.js";
import { simulatorSdk } from "./support/sdk.js";
import { Display, SimImage } from "./support/sim-image.js";
import { Site } from "./support/site.js";
import { TlsServer } from "./support/tls-server.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Codes and fobs of the sample organisation (sim/samples). */
const RIVOLI = { code: "135790", fob: "012ABC", name: "Rue de Rivoli 12 front door" };
const QUAI = { code: "161803", name: "Quai des Brumes 4, apt 21" };
const SLEEP_MS = "3000";
const SLEPT = 10;
/** Online over TLS: 64 KB, less what a longer certificate or a busier moment takes. */
const HEAP_BYTES_MAX = 62_000;

const found = simulatorSdk();
const sdk = "missing" in found ? undefined : found;

describe.skipIf(sdk === undefined)("the image in the SDK's simulator", { timeout: 180_000 }, () => {
  let display: Display;
  let built: { readonly out: string; readonly image: string };
  let site: Site;
  let box: SimImage;

  beforeAll(async () => {
    const out = mkdtempSync(join(tmpdir(), "smartbox-image-"));
    const { image } = await buildImage({ sdk: sdk!, board: "sim", out, instruments: true });
    built = { out, image: image! };
    display = await Display.open();
  }, 600_000);

  afterAll(() => {
    display?.close();
    if (built !== undefined) rmSync(built.out, { recursive: true, force: true });
  }, 60_000);

  afterEach(async () => {
    await box?.close();
    await site?.close();
  });

  async function open(more?: Parameters<typeof Site.open>[0]): Promise<void> {
    site = await Site.open(more);
    box = await SimImage.open({
      moddable: sdk!.moddable,
      image: built.image,
      display,
      folder: site.folder,
      env: { SMARTBOX_SLEEP_MS: SLEEP_MS },
    });
  }

  test("boots, syncs with mosquitto over TLS, and the whole outage: offline, killed, asleep, back", async () => {
    await open();
    box.boot();
    await online();
    await snapshotTaken();
    await box.until(() => box.view?.language === "fr", "the language of the snapshot");
    const first = await pickUp(RIVOLI.code);
    await agreed();

    setLink(false);
    await box.until(() => shows("notice-offline"), "the offline notice");
    await type("999999");
    await box.until(() => box.view?.screen === "refused", "a refusal");
    box.do({ do: "input", input: { kind: "cancel" } });
    await idle();
    await pickUp(QUAI.code);

    // The supply goes while a lock is energised: what was written before it must be there afterwards.
    box.do({ do: "scan", serial: RIVOLI.fob });
    await box.until(() => pulses() === 3, "the lock");
    const before = site.journal();
    await box.kill();
    expect(site.journal().slice(0, before.length)).toEqual(before);
    box.boot(WakeCause.powerOn, { SMARTBOX_ETHERNET: "down" });
    await idle();
    expect(box.view?.language).toBe("fr");

    box.do({ do: "mains", present: false });
    await box.until(() => box.exitCode !== undefined, "sleep");
    expect(box.exitCode).toBe(SLEPT);
    box.boot(WakeCause.button);
    await online();
    await agreed();

    const { exchanges, gaps } = site.cloud.store.data;
    expect(gaps).toEqual([]);
    expect(exchanges.map(({ keyName, offline }) => ({ keyName, offline }))).toEqual([
      { keyName: RIVOLI.name, offline: false },
      { keyName: QUAI.name, offline: true },
      { keyName: RIVOLI.name, offline: true },
    ]);
    expect(exchanges[0]!.binLabel).toBe(first);
    expect(new Set(exchanges.map((one) => one.seq)).size).toBe(exchanges.length);
  });

  test.each([
    ["takes no updates", {}],
    ["takes updates", { SMARTBOX_SLOT: "0" }],
  ])("with a snapshot of 1,000 accesses, the heap in use at idle of a box that %s stays in bounds", async (_, env) => {
    await open(({ admin, store }) => {
      const user = admin.addUser({ name: "Agence du Marais" });
      const keys = store.organisation.keys.filter((key) => key.fob !== undefined);
      const accesses = Array.from({ length: 1_000 }, (_, i) => ({
        user: user.id,
        key: keys[i % keys.length]!.id,
        schedule: { kind: "ongoing" } as const,
      }));
      admin.addAccesses(accesses);
    });
    site.factoryUpdates();
    box.boot(WakeCause.powerOn, env);
    await online();
    await snapshotTaken();
    await agreed();
    // The box's first records are worth a second one; while it is fetched, the box is not idle.
    await box.until(() => isActive(site.newestSnapshot), "the newest snapshot");
    box.do({ do: "heap" });
    await box.until(() => heap() !== undefined, "the heap");
    const { slotBytes, chunkBytes } = heap()!;
    // A slot has 32 bytes on this machine and 16 on a board; chunks with pointers in them are smaller there, too.
    const slots = slotBytes! / 32;
    const heapBytes32 = slots * 16 + chunkBytes!;
    console.log(JSON.stringify({ slots, chunkBytes, heapBytes32 }));
    expect(heapBytes32).toBeLessThan(HEAP_BYTES_MAX);
  });

  test("trusts a server that shows an unbroken chain to the authority, and no other", async () => {
    await open();
    const shop = new CertificateShop();
    try {
      const authority = shop.issue({ name: "Authority", extensions: AUTHORITY });
      const server = shop.issue({ name: "server", by: authority });
      const forged = shop.issue({ name: "server", by: shop.issue({ name: "Authority", extensions: AUTHORITY }) });
      const elsewhere = shop.issue({ name: "server", by: authority, extensions: ["subjectAltName=DNS:elsewhere"] });
      const past = shop.issue({ name: "server", by: authority, validity: ["20200101000000Z", "20210101000000Z"] });
      const meet = (holder: Issued, ...chain: Issued[]) => meeting(authority, holder, chain);
      expect(await meet(server, server)).toBe("trusted");
      const rsa = shop.issue({ name: "server", by: authority, kind: "rsa" });
      expect(await meet(rsa, rsa, authority)).toBe("trusted");
      expect(await meet(forged, forged, authority)).toContain("a signature is wrong");
      expect(await meet(elsewhere, elsewhere, authority)).toContain(
        "the certificate of localhost does not verify: it is for elsewhere",
      );
      // Without a time, the box goes on until the cloud tells it one; with a time, it says nothing to such a server.
      expect(await meet(past, past, authority)).toBe("trusted");
      site.setClock(Date.UTC(2026, 10, 2) / 1_000);
      expect(await meet(server, server)).toBe("trusted");
      expect(await meet(past, past, authority)).toContain("certificate ended 2021-01-01: renew the broker's");
      site.setClock(Date.UTC(2019, 10, 2) / 1_000);
      expect(await meet(server, server)).toContain("certificate begins 2020-01-01: look at the clocks");
    } finally {
      shop.close();
    }
  });

  test("tells the cloud of a fault that ended it, with the end of its trace, and of no end on purpose", async () => {
    await open();
    box.boot();
    await online();
    box.do({ do: "fault", message: "a fault was asked for" });
    await box.until(() => box.output.some((line) => line.includes("XS abort: unhandled exception")), "the abort");
    await box.kill();
    box.boot(WakeCause.watchdog);
    await online();
    await agreed();
    const crashes = () => site.cloud.store.data.events.filter(({ kind }) => kind === "crash");
    expect(crashes().map(({ detail }) => detail)).toEqual([
      { reason: "Error: a fault was asked for", lines: expect.stringContaining("sync: online") },
    ]);
    expect(site.cloud.alerts.of(site.box.id)).toMatchObject([
      { what: expect.stringContaining("a fault was asked for") },
    ]);

    box.do({ do: "mains", present: false });
    await box.until(() => box.exitCode !== undefined, "sleep");
    box.boot(WakeCause.button);
    await online();
    await agreed();
    expect(crashes()).toHaveLength(1);
  });

  test.each(["blank", "not there"])("says that it is not provisioned when the identity is %s", async (how) => {
    await open();
    if (how === "blank") writeFileSync(join(site.folder, "identity"), new Uint8Array(65_536).fill(0xff));
    else rmSync(site.folder, { recursive: true });
    box.boot();
    await box.until(() => box.view?.screen === "stopped", "the refusal");
    expect(box.view?.title.id).toBe("not-provisioned");
  });

  /** How a box that knows `authority` takes a server: "trusted", or why not. */
  async function meeting(authority: Issued, holder: Issued, chain: readonly Issued[]): Promise<string> {
    const server = await TlsServer.open(holder, chain);
    try {
      site.provision({ host: "localhost", port: server.port, authority: authority.pem });
      box.boot();
      const failure = () => box.told.find((one) => /^sync: ethernet: (?:the )?certificate /.test(one.line ?? ""))?.line;
      await box.until(() => server.trusted > 0 || failure() !== undefined, "a verdict on the server");
      await box.kill();
      return server.trusted > 0 ? "trusted" : failure()!;
    } finally {
      await server.close();
    }
  }

  const shows = (notice: string) => box.view?.notices.some((one) => one.id.startsWith(notice)) ?? false;
  const pulses = () => box.told.filter((one) => one.tell === "pulse").length;
  const heap = () => box.told.find((one) => one.tell === "heap");
  const idle = () => box.until(() => box.view?.screen === "idle", "the idle screen");

  function setLink(reachable: boolean): void {
    box.do({ do: "link", kind: "ethernet", reachable });
  }

  async function online(): Promise<void> {
    await box.until(() => box.told.some((one) => one.line?.startsWith("sync: online") === true), "the cloud's welcome");
    await idle();
  }

  const snapshotTaken = () =>
    box.until(() => box.told.some((one) => one.line?.includes("is active") === true), "the snapshot");

  const isActive = (version: number) => box.told.some((one) => one.line?.includes(`snapshot ${version} is active`));

  /** The cloud has every record that is on the box's flash, and nothing has moved for a while. */
  async function agreed(): Promise<void> {
    let quiet = 0;
    await box.until(() => {
      quiet = site.cloudHas === site.journal().at(-1) ? quiet + 1 : 0;
      return quiet > 5;
    }, "cloud and box to agree");
  }

  async function type(digits: string): Promise<void> {
    for (const digit of digits) box.do({ do: "input", input: { kind: "digit", digit: Number(digit) } });
    box.do({ do: "input", input: { kind: "enter" } });
  }

  /** Takes a key by its code and shuts the door. Answers the bin's label. */
  async function pickUp(code: string): Promise<string> {
    const before = box.told.length;
    await type(code);
    const opened = () => box.told.slice(before).find((one) => one.tell === "door" && one.open === true);
    await box.until(() => opened() !== undefined, "a door");
    await box.until(() => box.view?.screen === "bin-open", "the bin's screen");
    const label = String(box.view?.title.params?.bin);
    box.do({ do: "door", bin: opened()!.bin!, open: false });
    await idle();
    return label;
  }
});
