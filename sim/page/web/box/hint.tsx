import { signal } from "@preact/signals";
import { act, now } from "../live.js";
import { say } from "../words.js";

/** Somebody has opened a bin on this page before: the first hint is not needed any more. */
const hasOpened = signal(false);

/** The next thing to do, for somebody who has never seen a box. */
export function Hint() {
  const story = now.story.value;
  const text = story == null || story.isOver ? hintNow() : undefined;
  if (text === undefined) return null;
  const { code } = now.hint.value ?? {};
  return (
    <p class="hint" role="status">
      <span>{text.words}</span>
      {text.isCode && code != null && (
        <button type="button" onClick={() => typeCode(code)}>
          {say("hint-type-button")}
        </button>
      )}
    </p>
  );
}

interface HintText {
  readonly words: string;
  readonly isCode?: boolean;
}

function hintNow(): HintText | undefined {
  const panel = now.panel.value;
  const people = now.people.value;
  const box = now.box.value;
  if (panel === undefined || people === undefined || box === undefined) return undefined;
  // Its screen says all that there is to say.
  if (!box.canOffline) return undefined;
  if (panel.state === "asleep") return { words: say("hint-asleep") };
  if (panel.state === "off") return { words: say("hint-off") };
  if (panel.state === "starting") return { words: say("hint-starting") };
  if (panel.lamp === "flash") return { words: say("hint-flash") };
  const open = people.bins.findIndex((bin) => bin.open);
  const [first] = people.hand;
  if (open >= 0) {
    hasOpened.value = true;
    const bin = box.labels[open] ?? "";
    const asks = (id: string) => panel.view?.lines.some((text) => text.id === id) ?? false;
    const isEmpty = people.bins[open]!.fob === null;
    if (isEmpty && first !== undefined && asks("put-key")) return { words: say("hint-put", { fob: first.fob, bin }) };
    return { words: say(!isEmpty && asks("take-key") ? "hint-take" : "hint-close", { bin }) };
  }
  if (first !== undefined) return { words: say("hint-return", { fob: first.fob }) };
  if (hasOpened.value) return { words: say("hint-try") };
  const { code, key } = now.hint.value ?? {};
  if (code == null || key == null) return { words: say("hint-first-sync") };
  return { words: say("hint-type", { code, key }), isCode: true };
}

async function typeCode(code: string): Promise<void> {
  for (const digit of code) {
    await act({ act: "key", input: { kind: "digit", digit: Number(digit) } });
    await new Promise((resolve) => setTimeout(resolve, 220));
  }
  await act({ act: "key", input: { kind: "enter" } });
}
