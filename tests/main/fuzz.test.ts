import { expect, it, vi } from "vitest";
import { Belief } from "../../firmware/records/records.js";
import type { PanelInput } from "../../hal/ports/panel.js";
import { Random } from "../../sim/world/random.js";
import { BADGE, BoxRig, FLAT, TRUCK, VAN, VIRTUAL } from "../support/box-rig.js";

vi.setConfig({ testTimeout: 60_000 });

const RUNS = 60;
const STEPS = 150;
const CODES = [VAN.code, VAN.keyCode, FLAT.code, TRUCK.code, VIRTUAL.code, "000000", "12"];
const SERIALS = [VAN.fob, FLAT.fob, TRUCK.fob, BADGE.ana, BADGE.bo, "777XYZ", "888XYZ", "", "\u0000", "é", "no fob"];
const TARGETS = ["bin:A-1", "bin:B-2", "all", "unmount"];

/** Somebody, or something, that does anything at all to a box. */
class Chaos {
  readonly #rig: BoxRig;
  readonly #random: Random;
  readonly #actions: readonly (() => void)[];

  /** `isRough`: the power is cut again and again; otherwise stories get further. */
  constructor(rig: BoxRig, random: Random, isRough: boolean) {
    this.#rig = rig;
    this.#random = random;
    const { machine } = rig;
    const bin = () => random.int(machine.bins.count);
    const maybe = () => random.int(2) === 0;
    this.#actions = [
      () => this.#type(random.pick(CODES)),
      () => this.#type(random.pick(CODES)),
      () => this.#type(rig.printed(random.pick(TARGETS), 1 + random.int(2))),
      () => this.#choose(),
      () => this.#choose(),
      () => this.#choose(),
      () => this.#key(),
      () => this.#key(),
      () => machine.reader.scan(random.pick(SERIALS)),
      () => machine.reader.scan(random.pick(SERIALS)),
      () => machine.bins.close(bin()),
      () => this.#closeAll(),
      () => this.#handle(bin()),
      () => maybe() && machine.bins.force(bin()),
      () => machine.bins.jam(bin(), maybe()),
      () => maybe() && machine.bins.unreachable(bin(), maybe()),
      () => maybe() && machine.bins.stickContact(bin(), random.pick(["open", "closed", undefined])),
      () => machine.button.press(random.int(200)),
      () => machine.setMains(maybe()),
      () => this.#lie(),
      () => maybe() && machine.rtc.lose(),
      () => maybe() && machine.rtc.shift(random.int(20_000) - 10_000),
      () => machine.net.setInternet(random.pick(["ok", "blackHole", "stall"])),
      () => isRough && maybe() && machine.powerCut({ backAfterMs: random.int(20_000) }),
      () => isRough && machine.armPulseCut({ doorOpens: maybe(), backAfterMs: random.int(20_000) }),
      () => {
        if (!isRough) return;
        const at = random.pick(["before", "after", "scattered", random.int(40)] as const);
        machine.armFlashCut({ operation: 1 + random.int(6), at, backAfterMs: random.int(5_000) });
      },
    ];
  }

  act(): void {
    this.#random.pick(this.#actions)();
  }

  #type(digits: string): void {
    for (const digit of digits) this.#input({ kind: "digit", digit: Number(digit) });
    this.#input({ kind: "enter" });
  }

  #choose(): void {
    const choices = this.#rig.machine.panel.view?.choices ?? [];
    const ids = [...choices.map((choice) => choice.id), "no such choice", "0"];
    this.#input({ kind: "choice", id: this.#random.pick(ids) });
  }

  #key(): void {
    const { int, pick } = {
      int: (n: number) => this.#random.int(n),
      pick: <T>(list: readonly T[]) => this.#random.pick(list),
    };
    this.#input(
      pick<PanelInput>([
        { kind: "digit", digit: int(10) },
        { kind: "digit", digit: int(40) - 20 },
        { kind: "text", text: pick(["a", "7", "é", "🔑", "x".repeat(80), ""]) },
        { kind: "erase" },
        { kind: "enter" },
        { kind: "cancel" },
      ]),
    );
  }

  #input(input: PanelInput): void {
    this.#rig.machine.panel.input(input);
  }

  #closeAll(): void {
    const { bins } = this.#rig.machine;
    for (let bin = 0; bin < bins.count; bin++) bins.close(bin);
  }

  #handle(bin: number): void {
    const { bins } = this.#rig.machine;
    if (!bins.isOpen(bin)) return;
    if (bins.content(bin) === undefined) bins.put(bin, this.#random.pick(["777XYZ", "888XYZ", VAN.fob]));
    else bins.take(bin);
  }

  #lie(): void {
    const { gauge } = this.#rig.machine;
    gauge.silent = this.#random.int(4) === 0;
    gauge.lies = this.#random.pick([
      {},
      {},
      { chargePercent: 255 },
      { chargePercent: 15 },
      { millivolts: 3_200 },
      { millivolts: -5 },
      { chargePercent: Number.NaN },
      { celsius: -1e12 },
    ]);
  }

  /** Everything is repaired, and nobody is there. */
  async rest(): Promise<void> {
    const { machine, world } = this.#rig;
    machine.disarm();
    machine.gauge.silent = false;
    machine.gauge.lies = {};
    for (let bin = 0; bin < machine.bins.count; bin++) {
      machine.bins.jam(bin, false);
      machine.bins.unreachable(bin, false);
      machine.bins.stickContact(bin, undefined);
    }
    machine.restorePower();
    machine.setMains(true);
    await world.advance(180_000);
    this.#closeAll();
    await world.advance(120_000);
  }
}

it(`whatever is done to it, a box does not crash, explains every pulse, comes to rest and takes keys back (${RUNS} seeds)`, async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const where = `seed ${seed}`;
    const random = new Random(seed);
    const rig = new BoxRig({ seed, model: seed % 5 === 0 ? null : {}, journalSectors: 8 + random.int(24) });
    await rig.start();
    const chaos = new Chaos(rig, random, seed % 2 === 0);
    for (let step = 0; step < STEPS; step++) {
      chaos.act();
      await rig.world.advance(random.int(random.int(4) === 0 ? 20_000 : 800));
    }
    await chaos.rest();
    expect(
      rig.machine.crashes.map((crash) => crash.stack),
      where,
    ).toEqual([]);
    expect(rig.unexplained, where).toEqual([]);
    expect([rig.machine.state, rig.screen], where).toEqual(["running", "idle"]);
    const { state, beliefs } = rig.memory;
    expect([state.exchange, state.opening, state.openAll], where).toEqual([undefined, undefined, undefined]);
    const isFree = (bin: number) =>
      beliefs.content(bin).belief === Belief.empty && beliefs.enabled(bin) && !beliefs.faulty(bin);
    if (![...Array(rig.machine.bins.count).keys()].some(isFree)) continue;
    await rig.person.scan("999NEW");
    expect(rig.screen, where).toBe("bin-open");
  }
});
