import { describe, expect, it } from "vitest";
import type { Hal } from "../../hal/ports/hal.js";
import { WakeCause } from "../../hal/ports/power.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Person } from "../../sim/world/machine/people.js";
import { TimeoutError, World } from "../../sim/world/machine/world.js";
import { noCrashes, rig } from "./rig.js";

const VIEW = { screen: "idle", title: { id: "welcome" }, lines: [], choices: [], notices: [], language: "en" } as const;

describe("determinism", () => {
  /** A small firmware that uses chance, flash, locks and the net, and a small story with a cut in it. */
  async function story(seed: number): Promise<string> {
    const { world, box } = rig(
      (hal) => {
        const bytes = new Uint8Array(16);
        hal.entropy.fill(bytes);
        hal.flash.journal.program(0, bytes);
        hal.panel.render(VIEW);
        hal.reader.onScan = () => hal.bins.unlock(bytes[0]! % 12);
        for (const link of hal.links.all) link.start();
      },
      {},
      { seed },
    );
    box.start();
    await world.advance(1_000);
    await new Person(box).scan("012ABC");
    box.armFlashCut({ operation: 1, at: "scattered", backAfterMs: 500 });
    box.powerCut({ backAfterMs: 100 });
    await world.advance(20_000);
    expect(box.powerCuts).toBe(2);
    noCrashes(box);
    return world.trace.hash();
  }

  it("gives the same trace for the same seed, another for another", async () => {
    const first = await story(1);
    expect(await story(1)).toBe(first);
    expect(await story(2)).not.toBe(first);
  });

  it("keeps typed codes out of the trace", async () => {
    const { world, box } = rig((hal) => hal.panel.render(VIEW));
    box.start();
    await world.advance(1_000);
    await new Person(box).type("739154");
    await new Person(box).typeText("hunter22");
    const keys = world.trace.tail().flatMap((line) => / panel (key .*)$/.exec(line)?.[1] ?? []);
    const expected = [...Array(6).fill("key digit"), "key enter", ...Array(8).fill("key text"), "key enter"];
    expect(keys).toEqual(expected);
  });
});

describe("boots and wake causes", () => {
  it("wakes by button, mains, RTC, watchdog, restart and returning power, and tells which", async () => {
    const causes: number[] = [];
    let next: (hal: Hal) => void = () => {};
    const { world, box } = rig((hal) => {
      causes.push(hal.sleep.wakeCause);
      const now = next;
      next = () => {};
      now(hal);
    });
    const asleepNext = (wakeAfterSeconds?: number) => {
      next = (hal) =>
        hal.sleep.sleep({ depth: "sleep", ...(wakeAfterSeconds === undefined ? {} : { wakeAfterSeconds }) });
    };
    box.start();
    await world.advance(1_000);
    box.setMains(false);

    asleepNext();
    box.powerCut({ backAfterMs: 10 });
    await world.advance(1_000);
    expect(box.state).toBe("asleep");
    box.button.press();
    await world.advance(1_000);
    expect(box.state).toBe("running");

    asleepNext();
    box.powerCut({ backAfterMs: 10 });
    await world.advance(1_000);
    box.setMains(true);
    await world.advance(1_000);
    box.setMains(false);

    asleepNext(3_600);
    box.powerCut({ backAfterMs: 10 });
    await world.advance(3_599_000);
    expect(box.state).toBe("asleep");
    await world.advance(3_000);
    expect(box.state).toBe("running");

    next = (hal) => hal.watchdog.start(5_000);
    box.powerCut({ backAfterMs: 10 });
    await world.advance(7_000);

    next = (hal) => hal.sleep.restart();
    box.powerCut({ backAfterMs: 10 });
    await world.advance(2_000);
    const { powerOn, button, mainsBack, timer, watchdog, software } = WakeCause;
    expect(causes).toEqual([
      powerOn,
      powerOn,
      button,
      powerOn,
      mainsBack,
      powerOn,
      timer,
      powerOn,
      watchdog,
      powerOn,
      software,
    ]);
    noCrashes(box);
  });

  it("does not lose mains that come back while the box falls asleep", async () => {
    const causes: number[] = [];
    const { world, box } = rig((hal) => {
      causes.push(hal.sleep.wakeCause);
      if (causes.length === 1) hal.timers.set(1_000, () => hal.sleep.sleep({ depth: "sleep" }));
    });
    box.start();
    await world.advance(1_000);
    box.setMains(false);
    await world.advance(290);
    box.setMains(true);
    await world.advance(2_000);
    expect(causes).toEqual([WakeCause.powerOn, WakeCause.mainsBack]);
  });

  it("is woken by a press that began before it fell asleep", async () => {
    let boots = 0;
    const { world, box } = rig((hal) => {
      if (++boots === 1) hal.timers.set(1_000, () => hal.sleep.sleep({ depth: "hibernate" }));
    });
    box.start();
    await world.advance(500);
    box.setMains(false);
    await world.advance(785);
    box.button.press();
    await world.advance(2_000);
    expect(boots).toBe(2);
  });

  it("feeding keeps the watchdog quiet", async () => {
    const { world, box } = rig((hal) => {
      hal.watchdog.start(1_000);
      const feed = () => {
        hal.watchdog.feed();
        hal.timers.set(900, feed);
      };
      feed();
    });
    box.start();
    await world.advance(60_000);
    expect(box.boots).toBe(1);
  });

  it("dies when the battery is flat and comes back with mains as a brown-out", async () => {
    const causes: number[] = [];
    const { world, box } = rig((hal) => causes.push(hal.sleep.wakeCause), { chargePercent: 1 });
    box.start();
    await world.advance(1_000);
    box.setMains(false);
    await world.until(() => box.state === "off", 3_600_000, "the battery to be flat");
    expect(box.battery.chargePercent).toBe(0);
    box.button.press();
    await world.advance(10_000);
    expect(box.state).toBe("off");
    box.setMains(true);
    await world.advance(1_000);
    expect(causes).toEqual([WakeCause.powerOn, WakeCause.brownOut]);
  });

  it("stops at once without mains when there is no battery", async () => {
    const { world, box } = rig(() => {});
    box.start();
    await world.advance(1_000);
    box.setBattery(false);
    expect(box.state).toBe("running");
    box.setMains(false);
    expect(box.state).toBe("off");
    box.setBattery(true);
    await world.advance(1_000);
    expect(box.state).toBe("running");
  });
});

describe("nothing of an old boot runs", () => {
  it("drops every callback and refuses every call of a boot that is over", async () => {
    const net = { wifi: { ssid: "office", passphrase: "correct horse" } };
    const hals: Hal[] = [];
    const late: string[] = [];
    const { world, box } = rig(
      (hal) => {
        hals.push(hal);
        if (hals.length > 1) return;
        hal.timers.set(20_000, () => late.push("timer"));
        hal.bins.onDoor = () => late.push("door");
        hal.button.onPress = () => late.push("button");
        hal.mains.onChange = () => late.push("mains");
        hal.panel.onInput = () => late.push("panel");
        hal.reader.onScan = () => late.push("reader");
        for (const link of hal.links.all) {
          link.start();
          link.onChange = () => {
            link.onChange = () => late.push("link");
            hal.links.connect(link, { host: "nowhere", port: 1 }).onClose = () => late.push("socket");
          };
        }
        hal.watchdog.start(30_000);
      },
      { net },
    );
    box.net.setInternet("stall");
    box.start();
    await world.advance(10_000);
    const [old] = hals as [Hal];
    expect(old.links.all.map((link) => link.up)).toEqual([true, true, true]);
    old.links.wifi?.scan(() => late.push("scan"));
    old.links.wifi?.join("phone", "", () => late.push("join"));
    box.bins.force(0);
    box.button.press();
    box.panel.input({ kind: "enter" });
    box.reader.scan("012ABC");
    box.setMains(false);
    box.powerCut({ backAfterMs: 10 });
    await world.advance(60_000);
    expect(late).toEqual([]);
    expect(box.boots).toBe(2);

    const link = old.links.all[0]!;
    const bytes = new Uint8Array(4);
    const calls: Record<string, () => unknown> = {
      set: () => old.timers.set(1, () => {}),
      clear: () => old.timers.clear(1),
      unlock: () => old.bins.unlock(0),
      door: () => old.bins.door(0),
      label: () => old.bins.label(0),
      mount: () => old.bins.releaseMount(),
      gauge: () => old.gauge.read(),
      mains: () => old.mains.present(),
      lamp: () => old.button.lamp("on"),
      render: () => old.panel.render(VIEW),
      backlight: () => old.panel.backlight(1),
      read: () => old.flash.journal.read(0, bytes),
      program: () => old.flash.snapshot.program(0, bytes),
      erase: () => old.flash.journal.erase(0),
      identity: () => old.flash.identity.read(0, bytes),
      up: () => link.up,
      start: () => link.start(),
      stop: () => link.stop(),
      scan: () => old.links.wifi?.scan(() => {}),
      join: () => old.links.wifi?.join("x", "", () => {}),
      forget: () => old.links.wifi?.forget(),
      connect: () => old.links.connect(link, { host: "x", port: 1 }),
      monotonic: () => old.clock.monotonicMs(),
      wall: () => old.clock.wallSeconds(),
      quality: () => old.clock.quality(),
      setWall: () => old.clock.setWall(1),
      entropy: () => old.entropy.fill(bytes),
      sha: () => old.hash.sha512(bytes),
      hmac: () => old.hash.hmacSha512(bytes, bytes),
      watch: () => old.watchdog.start(1_000),
      feed: () => old.watchdog.feed(),
      sleep: () => old.sleep.sleep({ depth: "sleep" }),
      restart: () => old.sleep.restart(),
      trace: () => old.trace.line("x"),
    };
    for (const [name, call] of Object.entries(calls)) expect(call, name).toThrow(PowerCut);
    noCrashes(box);
  });

  it("counts a firmware that swallows a power cut as a crash", async () => {
    const { world, box } = rig((hal) => {
      try {
        hal.flash.journal.program(0, new Uint8Array(4));
      } catch {}
    });
    box.armFlashCut({ operation: 1, at: "before" });
    box.start();
    await world.advance(1_000);
    expect(box.crashes[0]?.message).toContain("swallowed");
    expect(box.state).toBe("off");
  });
});

describe("power cuts", () => {
  it("strikes inside the planned flash operation, over both partitions, and the supply comes back", async () => {
    const done: string[] = [];
    const { world, box } = rig((hal) => {
      if (done.length > 0) return;
      hal.flash.journal.program(0, new Uint8Array(64));
      done.push("journal");
      hal.flash.snapshot.program(0, new Uint8Array(64));
      done.push("snapshot");
    });
    box.armFlashCut({ operation: 2, at: 16, backAfterMs: 1_000 });
    box.start();
    await world.advance(500);
    expect(done).toEqual(["journal"]);
    expect(box.state).toBe("off");
    const torn = box.flash.snapshot.image();
    expect(torn.subarray(0, 16).every((byte) => byte === 0)).toBe(true);
    expect(torn.subarray(17, 64).every((byte) => byte === 0xff)).toBe(true);
    await world.advance(2_000);
    expect(box.state).toBe("running");
    expect(box.powerCuts).toBe(1);
    noCrashes(box);
  });

  for (const doorOpens of [false, true]) {
    it(`strikes right after a lock pulse; the door opens: ${doorOpens}`, async () => {
      let after = false;
      const { world, box } = rig((hal) => {
        hal.reader.onScan = () => {
          hal.bins.unlock(3);
          after = true;
        };
      });
      box.start();
      await world.advance(1_000);
      box.armPulseCut({ doorOpens });
      await new Person(box).scan("012ABC");
      expect(after).toBe(false);
      expect(box.state).toBe("off");
      expect(box.bins.isOpen(3)).toBe(doorOpens);
      noCrashes(box);
    });
  }

  it("can strike from an observer of a flash operation", async () => {
    let after = false;
    const { world, box } = rig((hal) => {
      hal.flash.journal.program(0, new Uint8Array(4));
      after = true;
    });
    box.flash.journal.onOperation = () => box.powerCut();
    box.start();
    await world.advance(1_000);
    expect(after).toBe(false);
    noCrashes(box);
  });

  it("leaves no timer of the old boot in the schedule", async () => {
    const { world, box } = rig((hal) => hal.timers.set(2 ** 31 - 1, () => {}));
    box.start();
    await world.advance(1_000);
    expect(world.scheduler.pending).toBe(1);
    box.powerCut();
    expect(world.scheduler.pending).toBe(0);
  });

  it("can strike between events, from a watcher inside a HAL call", async () => {
    let after = false;
    const { world, box } = rig((hal) => {
      hal.panel.render(VIEW);
      after = true;
    });
    box.panel.watch(() => box.powerCut());
    box.start();
    await world.advance(1_000);
    expect(after).toBe(false);
    noCrashes(box);
  });

  it("records a crash with its stack and boots again by the watchdog after a second", async () => {
    const causes: number[] = [];
    const { world, box } = rig((hal) => {
      causes.push(hal.sleep.wakeCause);
      if (causes.length === 1) hal.timers.set(10, () => (undefined as unknown as { boom(): void }).boom());
    });
    box.start();
    await world.advance(1_200);
    expect(causes).toHaveLength(1);
    await world.advance(300);
    expect(causes).toEqual([WakeCause.powerOn, WakeCause.watchdog]);
    expect(box.crashCount).toBe(1);
    expect(box.crashes[0]?.stack).toContain("machine.test.ts");
  });
});

describe("ports", () => {
  it("has the identity partition as it was given, and refuses arguments out of range", async () => {
    let seen: unknown[] = [];
    const { world, box } = rig((hal) => {
      const errors: unknown[] = [];
      const attempt = (call: () => unknown) => {
        try {
          call();
          errors.push("no error");
        } catch (error) {
          errors.push((error as Error).constructor);
        }
      };
      attempt(() => hal.timers.set(-1, () => {}));
      attempt(() => hal.watchdog.start(999));
      attempt(() => hal.panel.backlight(101));
      attempt(() => hal.bins.unlock(12));
      attempt(() => hal.clock.setWall(-1));
      attempt(() => hal.sleep.sleep({ depth: "sleep", wakeAfterSeconds: 59 }));
      const identity = new Uint8Array(4);
      hal.flash.identity.read(0, identity);
      seen = [...errors, ...identity];
    });
    box.start();
    await world.advance(1_000);
    const range = Array(6).fill(RangeError);
    expect(seen).toEqual([...range, 1, 2, 3, 0xff]);
    noCrashes(box);
  });

  it("tells a press once, a mains flicker not at all, and a scan only to a working reader", async () => {
    const told: string[] = [];
    const { world, box } = rig((hal) => {
      hal.button.onPress = () => told.push("press");
      hal.mains.onChange = (present) => told.push(`mains ${present} ${hal.mains.present()}`);
      hal.reader.onScan = (serial) => told.push(serial);
    });
    box.start();
    await world.advance(1_000);
    box.button.press(5_000);
    box.button.press(20);
    box.setMains(false);
    await world.advance(20);
    box.setMains(true);
    await world.advance(1_000);
    box.reader.broken = true;
    box.reader.scan("1");
    await world.advance(1_000);
    box.reader.broken = false;
    box.reader.scan("2");
    box.setMains(false);
    await world.advance(1_000);
    expect(told).toEqual(["press", "mains false false", "2"]);
  });

  it("names what a scenario waited for in vain", async () => {
    const { world } = rig(() => {});
    await expect(world.until(() => false, 1_000, "the moon")).rejects.toThrow(TimeoutError);
    await expect(world.until(() => false, 1_000, "the moon")).rejects.toThrow("the moon");
  });

  it("gives two boxes chances of their own", () => {
    const world = new World({ seed: 5 });
    expect(world.random("a").next()).not.toBe(world.random("b").next());
    expect(world.random("a").next()).toBe(new World({ seed: 5 }).random("a").next());
  });
});
