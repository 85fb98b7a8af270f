import type { View } from "../ports/panel.js";

export type Sound = "accepted" | "refused" | "close-door";

/** Beep and pause in turn, ms. High and short for yes, long for no, and three times for what somebody has forgotten. */
export const BEEPS: Readonly<Record<Sound, readonly number[]>> = {
  accepted: [60],
  refused: [350],
  "close-door": [120, 120, 120, 120, 120],
};

/** What a view is heard as when it comes on the screen; undefined: as nothing. */
export function soundOf({ screen, title }: View): Sound | undefined {
  if (screen === "refused") return "refused";
  if (screen === "held-open" || title.id === "held-open") return "close-door";
  if (screen === "bin-open" || screen === "thank-you" || title.id === "emergency-opened") return "accepted";
  return undefined;
}
