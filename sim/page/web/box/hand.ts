import { signal } from "@preact/signals";
import { act, now } from "../live.js";

/** What is done with fobs: a click chooses one, a click on a place puts it there; or it is dragged. */

/** Serial of the fob that the next click puts somewhere. */
export const chosen = signal<string | undefined>(undefined);

/** A fob under the finger. */
export interface Dragged {
  readonly fob: string;
  readonly x: number;
  readonly y: number;
}
export const dragged = signal<Dragged | undefined>(undefined);

/** A finger that trembles is no drag, px. */
const SLACK_PX = 6;

/** The one that was chosen, or the only one in the hand. */
export function fobToUse(): string | undefined {
  const hand = now.people.value?.hand ?? [];
  const wanted = hand.find(({ fob }) => fob === chosen.value);
  return (wanted ?? (hand.length === 1 ? hand[0] : undefined))?.fob;
}

/** `reader`, `hand`, `away`, or `bin:` and its number. */
export async function dropOn(place: string, fob: string): Promise<void> {
  const bins = now.people.value?.bins ?? [];
  const from = bins.findIndex((bin) => bin.fob === fob);
  if (place === `bin:${from}` || (place === "hand" && from < 0)) return;
  if (from >= 0 && !(await act({ act: "take", bin: from }))) return;
  chosen.value = undefined;
  if (place === "reader") await act({ act: "scan", fob });
  else if (place === "away") await act({ act: "leave", fob });
  else if (place.startsWith("bin:")) await act({ act: "put", bin: Number(place.slice(4)), fob });
}

/** Follows the finger that came down on a fob. A click stays a click. */
export function dragFrom(event: PointerEvent, fob: string): void {
  if (event.button !== 0) return;
  const { clientX, clientY, pointerId } = event;
  const move = (moved: PointerEvent) => {
    if (moved.pointerId !== pointerId) return;
    const isFar = Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > SLACK_PX;
    if (!isFar && dragged.value === undefined) return;
    moved.preventDefault();
    dragged.value = { fob, x: moved.clientX, y: moved.clientY };
  };
  const end = (ended: PointerEvent) => {
    if (ended.pointerId !== pointerId) return;
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (dragged.value === undefined) return;
    dragged.value = undefined;
    if (ended.type === "pointercancel") return;
    // The click that follows a drag is none.
    const swallow = (click: Event) => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, true), 0);
    const place = document.elementFromPoint(ended.clientX, ended.clientY)?.closest("[data-drop]");
    if (place instanceof Element) void dropOn(place.getAttribute("data-drop")!, fob);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}
