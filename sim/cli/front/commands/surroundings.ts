import { WorldError } from "../../../world/devices/site.js";
import type { Command } from "../command.js";
import { linksInWords, powerInWords } from "../describe.js";
import { LINK_KINDS } from "../surroundings.js";
import { expectWords, oneOf, UsageError } from "../words.js";

const DEFAULT_CUT_SECONDS = 10;
const LONGEST_CUT_SECONDS = 86_400;
/** Debounce of mains and links, and the boot after a return, ms. */
const NOTICE_MS = 800;

export const SURROUNDINGS_COMMANDS: readonly Command[] = [
  {
    name: "mains",
    usage: "mains on|off",
    summary: "the building's power; off: two minutes later the box sleeps",
    example: "mains off",
    complete: () => ["on", "off"],
    async run({ desk }, { words }) {
      expectWords(words, 2);
      desk.do({ act: "mains", on: oneOf(words[1], ["on", "off"], "state") === "on" });
      await desk.world.advance(NOTICE_MS);
      return [powerInWords(desk)];
    },
  },
  {
    name: "battery",
    usage: "battery in|out|N%",
    summary: "put the cell in, take it out, or set its charge",
    example: "battery 15%",
    complete: () => ["in", "out", "100%", "50%", "15%"],
    async run({ desk }, { words }) {
      expectWords(words, 2);
      const { machine } = desk;
      if (machine.board.battery === undefined) throw new WorldError(`the ${machine.board.model} has no battery`);
      const percent = /^(\d{1,3})%?$/.exec(words[1]!)?.[1];
      if (percent !== undefined && Number(percent) <= 100) desk.do({ act: "charge", percent: Number(percent) });
      else if (percent !== undefined) throw new UsageError(`${percent} % is more than a cell holds: 0 to 100`);
      else desk.do({ act: "cell", on: oneOf(words[1], ["in", "out"], "state") === "in" });
      await desk.world.advance(NOTICE_MS);
      return [powerInWords(desk)];
    },
  },
  {
    name: "powercut",
    usage: "powercut [SECONDS]",
    summary: `mains and battery gone at once, for ${DEFAULT_CUT_SECONDS} s or so many`,
    example: "powercut 30",
    run({ desk }, { words }) {
      expectWords(words, 1, 2);
      const seconds = Number(words[1] ?? DEFAULT_CUT_SECONDS);
      if (!(seconds > 0 && seconds <= LONGEST_CUT_SECONDS))
        throw new UsageError(`${words[1]} is not 1 to ${LONGEST_CUT_SECONDS} seconds`);
      desk.do({ act: "powercut", seconds });
      return [`no power at all, back in ${seconds} s`];
    },
  },
  {
    name: "net",
    usage: "net up|down|stall [ethernet|wifi|cellular]",
    summary: "the internet, or one link; stall: bytes stop on the way",
    example: "net down",
    details: [
      "Without a link it is the building's internet behind all three; `net up` ends every fault.",
      "A phone's hotspot has a way out of its own.",
    ],
    complete: (_desk, index) => (index === 0 ? ["up", "down", "stall"] : LINK_KINDS),
    async run({ desk }, { words }) {
      expectWords(words, 2, 3);
      const state = oneOf(words[1], ["up", "down", "stall"], "state");
      if (words[2] === undefined) desk.do({ act: "internet", state });
      else desk.do({ act: "link", kind: oneOf(words[2], LINK_KINDS, "link"), state });
      await desk.world.advance(NOTICE_MS);
      return [linksInWords(desk).join(" · ")];
    },
  },
  {
    name: "broker",
    usage: "broker up|down",
    summary: "the MQTT broker between boxes and cloud: stopped, or there again",
    example: "broker down",
    complete: () => ["up", "down"],
    run({ desk }, { words }) {
      expectWords(words, 2);
      desk.do({ act: "broker", on: oneOf(words[1], ["up", "down"], "state") === "up" });
      return [desk.isBrokerUp ? "the broker is back: each box connects by itself" : "the broker is gone for every box"];
    },
  },
  {
    name: "hotspot",
    usage: "hotspot NAME PASSWORD [noInternet] | hotspot off",
    summary: "somebody's phone offers Wi-Fi: join it at the panel",
    example: 'hotspot "Amelie iPhone" marais-2026',
    details: ["Then touch `choose hotspot`, choose the network, and type its password: `text marais-2026`."],
    run({ desk }, { words }) {
      if (words.length === 2 && words[1]!.toLowerCase() === "off") {
        desk.do({ act: "hotspot", hotspot: null });
        return ["the hotspot is off"];
      }
      expectWords(words, 3, 4);
      const [, ssid, passphrase, last] = words as [string, string, string, string?];
      if (!/^[\x20-\x7e]{1,32}$/.test(ssid)) throw new UsageError("a network's name has 1 to 32 characters of ASCII");
      if (!/^[\x20-\x7e]{8,63}$/.test(passphrase))
        throw new UsageError("a hotspot's password has 8 to 63 characters of ASCII");
      if (last !== undefined) oneOf(last, ["noInternet"], "option");
      desk.do({ act: "hotspot", hotspot: { ssid, passphrase, hasInternet: last === undefined } });
      return [`${ssid} is in range${last === undefined ? "" : ", without internet"}`];
    },
  },
];
