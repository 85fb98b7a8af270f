import { expect, it } from "vitest";
import { MS4_WIRING } from "../../hal/boards/ms4/wiring.js";
import { MS5_WIRING } from "../../hal/boards/ms5/wiring.js";
import { Buzzer } from "../../hal/drivers/buzzer.js";
import type { Digital } from "../../hal/io/digital.js";
import { BEEPS, type Sound } from "../../hal/panel/sounds.js";
import { bench } from "./bench.js";

/** Writes of the pin with their time, ms. */
function buzzer(on: 0 | 1) {
  const { timers, run, world } = bench();
  const written: [atMs: number, level: number][] = [];
  class Pin implements Digital {
    static readonly Input = 0;
    static readonly InputPullUp = 1;
    static readonly Output = 2;
    static readonly Rising = 1;
    static readonly Falling = 2;
    read = () => 0;
    close = () => {};
    write(level: number): void {
      written.push([world.scheduler.nowMs, level]);
    }
  }
  return { driver: new Buzzer({ io: Pin, pin: 7, on, timers }), written, run };
}

it("is still from the start, whichever level sounds", () => {
  expect(buzzer(1).written).toEqual([[0, 0]]);
  expect(buzzer(0).written).toEqual([[0, 1]]);
  expect([MS5_WIRING.buzzer.on, MS4_WIRING.buzzer.on]).toEqual([1, 0]);
});

it.each(Object.keys(BEEPS) as Sound[])("%s: beep and pause in turn, and still at the end", (sound) => {
  const { driver, written, run } = buzzer(1);
  driver.play(sound);
  run(5_000);
  const expected: [number, number][] = [[0, 0]];
  let atMs = 0;
  for (const [i, ms] of BEEPS[sound].entries()) {
    expected.push([atMs, i % 2 === 0 ? 1 : 0]);
    atMs += ms;
  }
  expect(written).toEqual([...expected, [atMs, 0]]);
});

it("a sound ends the one before", () => {
  const { driver, written, run } = buzzer(0);
  driver.play("close-door");
  run(50);
  driver.play("accepted");
  run(5_000);
  expect(written).toEqual([
    [0, 1],
    [0, 0],
    [50, 0],
    [110, 1],
  ]);
});
