import type { TextId } from "../../../firmware/panel/texts/en.js";
import { whyOffline } from "../../../firmware/panel/why-offline.js";
import type { ScreenName, Text, View } from "../../../hal/ports/panel.js";

/** Every screen of the panel as the firmware makes it, with names and numbers as long as they come. */

type Params = Text["params"];
const text = (id: TextId, params?: Params): Text => (params === undefined ? { id } : { id, params });
const choice = (id: string, params?: Params) => ({ id, label: text(`choice-${id}` as TextId, params) });
const named = (names: readonly string[]) => names.map((key, i) => ({ id: `${i}`, label: text("key-name", { key }) }));

export interface Named {
  readonly name: string;
  readonly view: Omit<View, "language">;
}

const BIN = { bin: "A-7" };
const DIGITS = { layout: "digits", groups: [""], maxLength: 16 } as const;
const OFFLINE = [text("notice-offline-minutes", { minutes: 12 }), text("notice-on-battery", { percent: 100 })];
const WORST = [
  text("notice-door-open", { bin: "A-3", count: 2 }),
  text("notice-offline-hours", { hours: 26 }),
  text("notice-battery-low", { percent: 18 }),
  text("time-left-hours", { hours: 7 }),
  text("notice-clock-unknown"),
  text("notice-journal-full"),
  text("notice-faults", { count: 2 }),
];
const KEYS = [
  "Rue de Rivoli 12 front door",
  "Quai des Brumes 4, apt 21",
  "鍵 新宿三丁目",
  "Łódź, Piotrkowska 104",
  "Αθήνα, Ερμού 44",
  "Київ, Хрещатик 22",
  "דירה 5",
];

function screen(name: ScreenName, title: Text, more?: Partial<Named["view"]>): Named;
function screen(name: string, title: Text, more: Partial<Named["view"]>, shown: ScreenName): Named;
function screen(name: string, title: Text, more: Partial<Named["view"]> = {}, shown = name as ScreenName): Named {
  return { name, view: { screen: shown, title, lines: [], choices: [], notices: [], ...more } };
}

export const VIEWS: readonly Named[] = [
  screen("idle", text("welcome"), {
    lines: [text("enter-code-or-scan")],
    entry: DIGITS,
    choices: [choice("emergency"), choice("status")],
  }),
  screen(
    "idle-offline",
    text("welcome"),
    {
      lines: [text("enter-code-or-scan")],
      entry: DIGITS,
      choices: [choice("emergency"), choice("hotspot"), choice("status")],
      notices: WORST,
    },
    "idle",
  ),
  screen("enter-code", text("enter-code"), { entry: { ...DIGITS, groups: ["****"] }, notices: OFFLINE }),
  screen("opening", text("opening", BIN)),
  screen("bin-open-take", text("bin-open", BIN), { lines: [text("take-key"), text("close-door", BIN)] }, "bin-open"),
  screen(
    "bin-open-put",
    text("bin-open", BIN),
    { lines: [text("put-key", BIN), text("close-door", BIN)], notices: OFFLINE },
    "bin-open",
  ),
  screen("held-open", text("held-open", BIN), { lines: [text("close-it", BIN)] }),
  screen("thank-you", text("thank-you"), { lines: [text("picked-up")] }),
  screen("refused-code", text("refused"), { lines: [text("refused-wrong-code")] }, "refused"),
  screen(
    "refused-wait",
    text("refused"),
    {
      lines: [text("refused-throttled", { seconds: 30 }), text("while-waiting")],
      choices: [choice("emergency")],
    },
    "refused",
  ),
  screen("refused-no-bin", text("refused"), { lines: [text("refused-no-sure-bin")], notices: OFFLINE }, "refused"),
  screen("choose-key", text("choose-key"), { choices: [...named(KEYS), choice("more")] }),
  screen("take-or-return", text("take-or-return", { key: KEYS[0]! }), {
    choices: [choice("take", BIN), choice("return"), choice("left-inside", BIN), choice("cancel")],
  }),
  screen("emergency", text("emergency"), {
    lines: [text("emergency-sheet-ready", { sheet: 3 })],
    choices: ["one-bin", "all-bins", "check-bins", "unmount", "cancel"].map((id) => choice(id)),
  }),
  screen("emergency-code", text("ask-code-bin", { bin: "C-12", sheet: 117, number: "07" }), {
    entry: { layout: "digits", groups: ["1234", "56"], maxLength: 8 },
    lines: [text("code-works-again")],
    choices: [choice("next-code"), choice("newer-sheet"), choice("cancel")],
    notices: OFFLINE,
  }),
  screen("opening-all", text("opening-all", { bin: "B-4", done: 16, total: 36 }), {
    lines: [text("take-keys-close-doors")],
  }),
  screen("emergency-result", text("all-opened-count", { done: 33, total: 36 }), {
    lines: [
      text("all-opened-but", { bins: "A-2 B-4 C-12" }),
      text("press-doors-own-codes"),
      text("take-keys-close-doors"),
      text("say-what-is-out"),
    ],
    choices: ["all-out", "bin-by-bin", "emergency-again", "done"].map((id) => choice(id)),
    notices: OFFLINE,
  }),
  screen("check-bin", text("check-bin", BIN), {
    choices: [
      choice("open-bin", BIN),
      choice("bin-empty"),
      choice("bin-holds", { key: KEYS[1]! }),
      choice("bin-unknown"),
      choice("done"),
    ],
  }),
  screen("unmount-press", text("unmount-press"), { choices: [choice("cancel")] }),
  screen("hotspot-scan", text("hotspot-scanning")),
  screen("hotspot-choose", text("hotspot-choose"), {
    choices: ["Amélie's iPhone", "Pixel 9", "FREEBOX-7A21C4", "山田のiPhone"].map((name, i) => ({
      id: `${i}`,
      label: text("network-name", { name }),
    })),
    notices: OFFLINE,
  }),
  screen("hotspot-passphrase", text("hotspot-passphrase", { name: "Amélie's iPhone" }), {
    entry: { layout: "letters", groups: ["correct-horse-9"], maxLength: 63 },
    notices: OFFLINE,
  }),
  screen("status", text("status"), {
    lines: [
      text("status-box", { box: "SB-PARIS-0042", model: "MS5", firmware: "0.1.0" }),
      text("status-snapshot", { version: 1_204 }),
      text("notice-offline-days", { days: 3 }),
      whyOffline("ethernet: cannot resolve broker.example.com:8883"),
      text("notice-unsent-days", { days: 3 }),
      text("status-battery", { percent: 81 }),
      text("time-left-days", { days: 120 }),
      text("status-fault", { name: "bins" }),
    ],
    choices: [choice("done")],
    notices: OFFLINE,
  }),
  screen("stopped", text("stopped-memory", { name: "journal" })),
];

/** Names from the right to the left. */
const RIGHT_TO_LEFT: readonly string[] = [
  "רחוב הרצל 12, תל־אביב",
  "דירה 5 (צה״ל)",
  "مفتاح المخزن",
  "شارع الحمراء 14، بيروت",
  "باب (خلفي)",
  "Villa النخيل 3",
];

/** Names that Japanese has no letters for, or that no text of the catalogue uses. */
const FAR_NAMES: readonly string[] = [
  "北京市朝阳区建国路88号",
  "上海 静安寺 3楼",
  "臺北市信義區松高路",
  "香港中環畢打街",
  "서울 강남구 테헤란로 152",
  "부산 해운대 2층",
  "代々木 〒151-0053（２号館）",
  "Chez Müller 龍",
];

/** Screens with them. */
export const NAMED_VIEWS: readonly Named[] = [
  screen("choose-key-right", text("choose-key"), { choices: [...named(RIGHT_TO_LEFT), choice("more")] }, "choose-key"),
  screen(
    "take-or-return-right",
    text("take-or-return", { key: RIGHT_TO_LEFT[3]! }),
    { choices: [choice("take", BIN), choice("return"), choice("left-inside", BIN), choice("cancel")] },
    "take-or-return",
  ),
  screen(
    "check-bin-right",
    text("check-bin", BIN),
    { choices: [choice("open-bin", BIN), choice("bin-holds", { key: RIGHT_TO_LEFT[0]! }), choice("done")] },
    "check-bin",
  ),
  screen("choose-key", text("choose-key"), { choices: [...named(FAR_NAMES.slice(0, 5)), choice("more")] }),
  screen(
    "choose-key-more",
    text("choose-key"),
    { choices: [...named(FAR_NAMES.slice(5)), choice("more")] },
    "choose-key",
  ),
  screen("take-or-return", text("take-or-return", { key: FAR_NAMES[0]! }), {
    choices: [choice("take", BIN), choice("return"), choice("left-inside", BIN), choice("cancel")],
  }),
  screen("check-bin", text("check-bin", BIN), {
    choices: [
      choice("open-bin", BIN),
      choice("bin-empty"),
      choice("bin-holds", { key: FAR_NAMES[4]! }),
      choice("done"),
    ],
  }),
  screen("hotspot-choose", text("hotspot-choose"), {
    choices: ["김민준의 iPhone", "小米手机", "山田のiPhone"].map((name, i) => ({
      id: `${i}`,
      label: text("network-name", { name }),
    })),
    notices: OFFLINE,
  }),
];
