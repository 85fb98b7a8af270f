import type { Text } from "../../../../hal/ports/panel.js";
import { LANGUAGES } from "../../../cloud/domain.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Command } from "../command.js";
import { binHolding, choicesInWords, panelInWords, whyDark } from "../describe.js";
import type { Desk } from "../desk.js";
import { expectWords, UsageError } from "../words.js";

/** Screens that go by by themselves. */
const PASSING = ["enter-code", "opening", "hotspot-scan", "hotspot-join"];
/** Longer than three pulses at a door, a scan for hotspots, or a join, ms. */
const SETTLE_MS = 20_000;
/** From a touch to what it does, ms. */
const TOUCH_MS = 150;

function needLight(desk: Desk): void {
  if (!desk.isLit) throw new WorldError(`the panel is dark: ${whyDark(desk)}`);
}

async function settled(desk: Desk): Promise<readonly string[]> {
  await desk.world.advance(TOUCH_MS);
  await desk.until(() => !PASSING.includes(desk.machine.panel.view?.screen ?? ""), SETTLE_MS);
  return [panelInWords(desk)];
}

/** Types digits at the keypad, then enter. */
export async function typeDigits(desk: Desk, digits: string): Promise<readonly string[]> {
  needLight(desk);
  if (!/^\d{1,16}$/.test(digits)) throw new UsageError("the keypad has only digits, and takes 1 to 16 of them");
  await desk.person.type(digits);
  return await settled(desk);
}

/** By the number that the panel shows beside it, by its id, or by what it says. */
export async function touch(desk: Desk, wanted: string): Promise<readonly string[]> {
  needLight(desk);
  const view = desk.machine.panel.view!;
  const says = (text: Text) => desk.format(text).toLowerCase() === wanted.toLowerCase();
  const choice = view.choices[Number(wanted) - 1] ?? view.choices.find(({ id, label }) => id === wanted || says(label));
  if (choice === undefined) {
    const offered = choicesInWords(desk, view).join(", ");
    throw new WorldError(
      `the screen has no choice ${wanted}; ${offered === "" ? "it has none now" : `it has ${offered}`}`,
    );
  }
  await desk.person.choose(choice.id);
  return await settled(desk);
}

const PANEL_LANGUAGES: readonly string[] = [...LANGUAGES, "box"];

export const PANEL_COMMANDS: readonly Command[] = [
  {
    name: "code",
    aliases: ["digits"],
    usage: "code DIGITS",
    summary: "type digits, then enter (digits alone do the same)",
    example: "code 135790",
    details: ["`codes` lists the codes that work, `sheet` the printed emergency codes."],
    async run({ desk }, { words }) {
      expectWords(words, 2, 3);
      // Printed codes come in two groups.
      return await typeDigits(desk, words.slice(1).join(""));
    },
  },
  {
    name: "scan",
    usage: "scan FOB",
    summary: "hold a key's fob or a badge to the reader",
    example: "scan 012ABC",
    details: ["`keys` lists the fobs, `codes` the badges."],
    complete: (desk) => {
      const { keys, users } = desk.cloud.store.organisation;
      return [...keys.flatMap((key) => key.fob ?? []), ...users.flatMap((user) => user.badge ?? [])];
    },
    async run({ desk }, { words }) {
      expectWords(words, 2);
      const fob = serial(words[1]!);
      const bin = binHolding(desk, fob);
      if (bin !== undefined) throw new WorldError(`${fob} hangs in bin ${bin}: take it out first`);
      needLight(desk);
      await desk.person.scan(fob);
      return await settled(desk);
    },
  },
  {
    name: "choose",
    usage: "choose CHOICE",
    summary: "touch a choice by number or id (a number alone does)",
    example: "choose emergency",
    complete: (desk) => desk.machine.panel.view?.choices.map((choice) => choice.id) ?? [],
    async run({ desk }, { words }) {
      expectWords(words, 2);
      return await touch(desk, words[1]!);
    },
  },
  {
    name: "text",
    usage: "text WORDS",
    summary: "type on the full keyboard: a hotspot's password",
    example: "text marais-2026",
    async run({ desk }, { rest }) {
      needLight(desk);
      if (desk.machine.panel.view?.entry?.layout !== "letters")
        throw new WorldError("the screen shows no keyboard now");
      if (!/^[\x20-\x7e]{1,63}$/.test(rest))
        throw new UsageError("the keyboard has letters, digits and signs of ASCII, 1 to 63");
      await desk.person.typeText(rest);
      return await settled(desk);
    },
  },
  {
    name: "cancel",
    usage: "cancel",
    summary: "touch cancel: back to where the screen came from",
    example: "cancel",
    async run({ desk }, { words }) {
      expectWords(words, 1);
      needLight(desk);
      await desk.person.cancel();
      return await settled(desk);
    },
  },
  {
    name: "reset",
    usage: "reset",
    summary: "press the black button: wakes, opens an armed bin",
    example: "reset",
    async run({ desk }, { words }) {
      expectWords(words, 1);
      await desk.person.pressButton();
      return await settled(desk);
    },
  },
  {
    name: "lang",
    usage: `lang ${PANEL_LANGUAGES.join("|")}`,
    summary: "read the panel in another language; box: its own",
    example: "lang en",
    complete: () => PANEL_LANGUAGES,
    run({ desk }, { words }) {
      expectWords(words, 2);
      const wanted = words[1]!.toLowerCase();
      if (!PANEL_LANGUAGES.includes(wanted))
        throw new UsageError(`there is no language ${wanted}: ${PANEL_LANGUAGES.join(", ")}`);
      desk.language = wanted === "box" ? undefined : wanted;
      return [panelInWords(desk)];
    },
  },
];

/** As printed on fobs. */
export function serial(text: string): string {
  if (/^[0-9a-z]{1,16}$/i.test(text)) return text.toUpperCase();
  throw new UsageError(`${text} is no fob serial: 1 to 16 letters and digits`);
}
