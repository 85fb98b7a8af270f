import fc from "fast-check";
import { expect, it } from "vitest";
import { boardPorts } from "../../hal/boards/board-ports.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { MS5_WIRING } from "../../hal/boards/ms5/wiring.js";
import type { Digital, DigitalOptions } from "../../hal/io/digital.js";
import type { BoardIo } from "../../hal/io/io.js";
import { IoError } from "../../hal/io/io-error.js";
import type { Serial, SerialOptions } from "../../hal/io/serial.js";
import type { SMBus } from "../../hal/io/smbus.js";
import { BinError } from "../../hal/ports/bins.js";
import { Random } from "../../sim/world/random.js";
import { bench } from "./bench.js";

/** How a bus with no rules behaves: shares of transactions that fail, and of bytes that were remembered from a write. */
interface Chaos {
  readonly seed: number;
  readonly failing: number;
  readonly remembering: number;
  readonly steps: readonly number[];
}

/** IO whose other side makes no sense. */
function chaoticIo({ seed, failing, remembering }: Chaos) {
  const random = new Random(seed);
  const memory = new Map<number, number>();
  const supplies: { level: number }[] = [];
  const callbacks: (() => void)[] = [];
  const transfer = <T>(work: () => T): T => {
    if (random.next() < failing) throw new IoError("chaos");
    return work();
  };
  const value = (register: number) => {
    const remembered = memory.get(register);
    return remembered !== undefined && random.next() < remembering ? remembered : random.int(256);
  };
  const fill = (register: number, into: Uint8Array) => {
    for (let i = 0; i < into.length; i++) into[i] = value(register + i);
  };
  class ChaoticBus implements SMBus {
    readUint8(register: number) {
      return transfer(() => value(register));
    }
    writeUint8(register: number, byte: number) {
      transfer(() => memory.set(register, byte));
    }
    readUint16(register: number) {
      return transfer(() => value(register) * 256 + value(register + 1));
    }
    writeUint16() {
      transfer(() => {});
    }
    readBuffer(register: number, into: Uint8Array) {
      transfer(() => fill(register, into));
    }
    writeBuffer(register: number, bytes: Uint8Array) {
      transfer(() => {
        for (const [i, byte] of bytes.entries()) memory.set(register + i, byte);
      });
    }
    close() {}
  }
  class ChaoticPin implements Digital {
    static readonly Input = 0;
    static readonly InputPullUp = 1;
    static readonly Output = 2;
    static readonly Rising = 1;
    static readonly Falling = 2;
    readonly #pin: number;
    constructor(options: DigitalOptions) {
      this.#pin = options.pin;
      if (options.onReadable) callbacks.push(options.onReadable);
    }
    read() {
      return random.int(2);
    }
    write(level: number) {
      if (this.#pin === MS5_WIRING.pins.lockSupply) supplies.push({ level });
    }
    close() {}
  }
  class ChaoticLine implements Serial {
    constructor(options: SerialOptions) {
      if (options.onReadable) callbacks.push(options.onReadable);
    }
    read() {
      return random.next() < 0.2 ? undefined : (random.bytes(random.int(300)).buffer as ArrayBuffer);
    }
    write() {
      transfer(() => {});
    }
    close() {}
  }
  const io: BoardIo = { Digital: ChaoticPin, SMBus: ChaoticBus, Serial: ChaoticLine };
  return { io, supplies, disturb: () => random.pick(callbacks)() };
}

it("on whatever the buses do, drivers throw nothing but their ports' errors, and end every pulse", () => {
  let pulses = 0;
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(),
        failing: fc.constantFrom(0, 0.02, 0.3, 1),
        remembering: fc.constantFrom(0, 0.5, 0.99, 1),
        steps: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
      }),
      (chaos) => {
        const { timers, monotonicMs, run } = bench();
        const { io, supplies, disturb } = chaoticIo(chaos);
        const links = { all: [], wifi: undefined, connect: () => expect.unreachable() };
        const ports = boardPorts({
          io,
          links,
          wiring: MS5_WIRING,
          settings: MS5.bins,
          units: [12, 8],
          timers,
          monotonicMs,
        });
        const typed = (work: () => void) => {
          try {
            work();
          } catch (error) {
            if (!(error instanceof BinError)) throw error;
          }
        };
        const actions = [
          (n: number) => typed(() => ports.bins.unlock(n % ports.bins.count)),
          () => typed(() => ports.bins.releaseMount()),
          (n: number) => ports.bins.door(n % ports.bins.count),
          () => ports.gauge.read(),
          () => ports.mains.present(),
          (n: number) => ports.button.lamp(n % 2 ? "flash" : "off"),
          () => ports.clock.wallSeconds(),
          (n: number) => ports.clock.setWall(n),
          () => ports.parts.faults(),
          () => disturb(),
          (n: number) => run(n % 3_000),
        ];
        for (const step of chaos.steps) actions[step % actions.length]!(Math.floor(step / actions.length));
        run(6_000);
        pulses += supplies.filter(({ level }) => level === 1).length;
        expect(supplies.at(-1)?.level ?? 0).toBe(0);
        expect(ports.parts.faults().length).toBeLessThanOrEqual(16);
        for (const { name, reason } of ports.parts.faults()) {
          expect(name.length).toBeLessThanOrEqual(32);
          expect(reason.length).toBeLessThanOrEqual(64);
        }
      },
    ),
    { numRuns: 400, seed: 419 },
  );
  expect(pulses).toBeGreaterThan(20);
});
