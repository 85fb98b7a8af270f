import { expect, it } from "vitest";
import { type EthernetConstructor, EthernetLink } from "../../hal/moddable/esp32/ethernet-link.js";
import { bench } from "../drivers/bench.js";

/** The system below the interfaces, as the SDK's glue for ESP-IDF has it: it keeps the address, they each their own idea of it. */
class System {
  cable = true;
  hasAddress = false;
  readonly #open = new Set<{ hears(event: "address" | "gone"): void }>();

  get interfaces(): number {
    return this.#open.size;
  }

  tell(event: "address" | "gone"): void {
    this.hasAddress = event === "address";
    for (const one of this.#open) one.hears(event);
  }

  get io(): EthernetConstructor {
    const system = this;
    return class {
      #connection = system.hasAddress ? 500 : 200;
      readonly #changed: () => void;
      constructor(options: { onChanged: () => void }) {
        this.#changed = options.onChanged;
        system.#open.add(this);
      }
      get connection() {
        return this.#connection;
      }
      connect() {
        if (this.#connection === 300) throw new Error("already connecting");
        this.#connection = 300;
      }
      close() {
        system.#open.delete(this);
      }
      hears(event: "address" | "gone") {
        this.#connection = event === "address" ? 500 : 200;
        this.#changed();
      }
    };
  }
}

function link() {
  const { timers, run } = bench();
  const system = new System();
  const ethernet = new EthernetLink({ io: system.io, timers, enter: (work) => work() });
  const told: string[] = [];
  ethernet.onChange = (up) => told.push(`up ${up} ${ethernet.up}`);
  ethernet.onDown = () => told.push("down");
  return { system, ethernet, told, run };
}

it("is up with its address, down without, and tells each once", () => {
  const { system, ethernet, told, run } = link();
  ethernet.start();
  ethernet.start();
  run(10);
  expect([ethernet.up, told, system.interfaces]).toEqual([false, [], 1]);
  system.tell("address");
  system.tell("address");
  system.tell("gone");
  expect(told).toEqual(["up true true", "down", "up false false"]);
});

it("stopped and started again with the cable in is up at once, with no event of the system's", () => {
  const { system, ethernet, told, run } = link();
  ethernet.start();
  system.tell("address");
  ethernet.stop();
  ethernet.stop();
  expect([ethernet.up, told.splice(0), system.interfaces]).toEqual([false, ["up true true", "down"], 0]);
  ethernet.start();
  // Never from inside.
  expect(told).toEqual([]);
  run(1);
  expect([ethernet.up, told]).toEqual([true, ["up true true"]]);
});

it("started and stopped again before it had an address tells nothing, and starts anew", () => {
  const { system, ethernet, told, run } = link();
  ethernet.start();
  ethernet.stop();
  run(10);
  ethernet.start();
  run(10);
  expect([ethernet.up, told, system.interfaces]).toEqual([false, [], 1]);
  system.tell("address");
  expect(told).toEqual(["up true true"]);
});
