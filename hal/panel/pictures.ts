import { readBinLabel } from "../ports/bin-label.js";
import type { ScreenName, Text, View } from "../ports/panel.js";
import { Icon } from "./icons.js";
import type { DoorAct } from "./tile.js";

/** What a view is about, where people would rather look than read. */
export interface Picture {
  /** The bin that is meant. */
  readonly bin?: { readonly unit: string; readonly number: number };
  /** What to do at its door. */
  readonly act?: DoorAct;
  /** s that somebody has to wait. */
  readonly wait?: number;
  /** Something is under way. */
  readonly busy?: boolean;
  /** A picture that stands for the whole screen. */
  readonly hero?: string;
}

/** Screens that tell how something ended, or wait: by name. */
const HEROES: Readonly<Partial<Record<ScreenName, string>>> = {
  refused: Icon.bad,
  "thank-you": Icon.good,
  "hotspot-result": Icon.phone,
  "hotspot-choose": Icon.phone,
  stopped: Icon.emergency,
  "battery-empty": Icon.emergency,
  emergency: Icon.emergency,
  "unmount-press": Icon.emergency,
};
const BUSY: readonly ScreenName[] = ["opening", "opening-all", "hotspot-scan", "hotspot-join"];

/** The picture of `view`, from what it says: a bin's screen names the bin in its title. */
export function pictureOf(view: View): Picture {
  const { screen, title, lines } = view;
  const bin = binOf(title);
  const act = actOf(view);
  const wait = screen === "refused" ? secondsOf([title, ...lines]) : undefined;
  const hero = wait === undefined && bin === undefined ? HEROES[screen] : undefined;
  return {
    ...(bin !== undefined && { bin }),
    ...(act !== undefined && { act }),
    ...(wait !== undefined && { wait }),
    ...(BUSY.includes(screen) && { busy: true }),
    ...(hero !== undefined && { hero }),
  };
}

/** Pictures that move. */
export function moves({ act, wait, busy }: Picture): boolean {
  return act !== undefined || wait !== undefined || busy === true;
}

function binOf({ params }: Text): Picture["bin"] {
  const label = params?.bin;
  return typeof label === "string" ? readBinLabel(label) : undefined;
}

function actOf({ screen, title, lines }: View): DoorAct | undefined {
  if (screen === "held-open" || title.id === "held-open") return "close";
  if (screen === "opening") return "open";
  if (screen === "bin-open") return lines.some((line) => line.id === "put-key") ? "put" : "take";
  return title.id === "emergency-opened" ? "take" : undefined;
}

function secondsOf(texts: readonly Text[]): number | undefined {
  for (const { params } of texts) if (typeof params?.seconds === "number") return params.seconds;
  return undefined;
}

/** Icons of the status strip, by the beginning of a notice's id. */
const NOTICE_ICONS: readonly (readonly [string, string])[] = [
  ["notice-door-open", Icon.door],
  ["notice-offline", Icon.offline],
  ["notice-outdated", Icon.late],
  ["notice-unsent", Icon.late],
  ["notice-on-battery", Icon.battery],
  ["notice-battery-low", Icon.batteryLow],
  ["time-left", Icon.batteryLow],
  ["notice-clock", Icon.clock],
  ["notice-journal", Icon.memory],
  ["notice-faults", Icon.fault],
];

/** Of what a notice tells, a letter; each once. */
export function noticeIcons(notices: readonly Text[]): readonly string[] {
  const icons = notices.map(({ id }) => NOTICE_ICONS.find(([begin]) => id.startsWith(begin))?.[1] ?? Icon.fault);
  return [...new Set(icons)];
}
