import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PanelInput } from "../../../../hal/ports/panel.js";
import { act, need, now } from "../live.js";
import { formatPanel, language, say } from "../words.js";
import { Glass, type TouchTarget } from "./glass.js";
import { chosen, dropOn, fobToUse } from "./hand.js";

const targets = signal<readonly TouchTarget[]>([]);
/** The canvas that the panel draws on; the wall shows it small. */
export const glassCanvas = signal<HTMLCanvasElement | null>(null);
/** Grows with each picture. */
export const pictures = signal(0);

/** The box's front plate, close enough to work it: screen, reset button, reader. */
export function Console() {
  const panel = now.panel.value;
  const box = now.box.value;
  if (panel === undefined || box === undefined) return null;
  return (
    <section class="console card" aria-labelledby="console-title">
      <h2 id="console-title">{say("panel-title")}</h2>
      <div class="plate">
        <Screen />
        <div class="below-screen">
          <button type="button" class={`reset lamp-${panel.lamp}`} onClick={() => act({ act: "reset" })}>
            <span class="visually-hidden">
              {say("reset")}, {say(`lamp-${panel.lamp}`)}
            </span>
          </button>
          <Reader />
        </div>
      </div>
      <p class="note">{say("keys-help")}</p>
    </section>
  );
}

function Screen() {
  const element = useRef<HTMLCanvasElement>(null);
  const glass = useRef<Glass | undefined>(undefined);
  const box = now.box.value!;
  const { view, percent, state } = now.panel.value!;
  const isLit = view !== null && percent > 0;

  useEffect(() => {
    let isGone = false;
    const asked = new Set<string>();
    const load = (path: string) => need(path, () => isGone);
    const open = (font: ArrayBuffer | undefined, letters?: ArrayBuffer) => {
      if (isGone || font === undefined || element.current === null) return;
      glass.current?.close();
      glass.current = new Glass({
        element: element.current,
        box: now.box.value!,
        font,
        ...(letters && { letters }),
        language: () => language.value,
        onInput: (input) => void act({ act: "key", input }),
        onTargets: (list) => {
          targets.value = list;
          pictures.value++;
        },
        onMissing: (missing) => {
          if (missing.every((letter) => asked.has(letter))) return;
          for (const letter of missing) asked.add(letter);
          void load(`/api/letters?of=${encodeURIComponent([...asked].join(""))}`).then((more) => open(font, more));
        },
      });
      glassCanvas.value = element.current;
      const { view: first } = now.panel.value!;
      if (first !== null) glass.current.show(first);
    };
    void load("/api/font").then((font) => open(font));
    return () => {
      isGone = true;
      glass.current?.close();
      glass.current = undefined;
    };
  }, [box.id]);

  useEffect(() => {
    if (view !== null && percent > 0) glass.current?.show(view);
  }, [view, percent > 0, language.value]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard of the computer types on the screen that is chosen
    <div class="screen" role="group" tabIndex={0} aria-label={say("screen")} onKeyDown={typed}>
      <canvas ref={element} aria-hidden="true" />
      {isLit && (
        <div class="targets">
          {targets.value.map((target) => (
            <button
              key={target.key}
              type="button"
              tabIndex={target.isKey ? -1 : 0}
              aria-label={target.name}
              ref={(button) => place(button, target, box.panel)}
              onClick={() => glass.current?.touch(target)}
            />
          ))}
        </div>
      )}
      <div class="shade" ref={(shade) => dim(shade, isLit ? percent : 0)}>
        {!isLit && <span>{darkText(state)}</span>}
      </div>
      <p class="visually-hidden" aria-live="polite">
        {isLit ? textOf() : darkText(state)}
      </p>
    </div>
  );
}

function darkText(state: "off" | "starting" | "running" | "asleep"): string {
  if (state === "asleep") return say("screen-asleep");
  if (state === "off") return say("screen-off");
  return say(state === "starting" ? "screen-starting" : "screen-dark");
}

/** What the screen says, for whoever does not see it. */
function textOf(): string {
  const { view } = now.panel.value!;
  if (view === null) return "";
  return [view.title, ...view.lines, ...view.notices].map((text) => formatPanel(text)).join(". ");
}

/** In percent of the screen: it is drawn in another size than it has. */
function place(
  button: HTMLButtonElement | null,
  target: TouchTarget,
  { width, height }: { width: number; height: number },
) {
  if (button === null) return;
  button.style.left = `${(100 * target.x) / width}%`;
  button.style.top = `${(100 * target.y) / height}%`;
  button.style.width = `${(100 * target.width) / width}%`;
  button.style.height = `${(100 * target.height) / height}%`;
}

/** A third dark at a quarter of the light: an eye gets used to a dim screen, and a picture of one has to be read. */
function dim(shade: HTMLDivElement | null, percent: number): void {
  if (shade !== null) shade.style.opacity = percent === 0 ? "1" : `${0.4 * (1 - percent / 100)}`;
}

function typed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isLetters = now.panel.value?.view?.entry?.layout === "letters";
  const input = inputOf(event.key, isLetters);
  // Enter on a choice that is chosen touches that choice.
  if (input === undefined || (event.key === "Enter" && event.target !== event.currentTarget)) return;
  event.preventDefault();
  void act({ act: "key", input });
}

function inputOf(key: string, isLetters: boolean): PanelInput | undefined {
  if (key === "Enter") return { kind: "enter" };
  if (key === "Backspace") return { kind: "erase" };
  if (key === "Escape") return { kind: "cancel" };
  if (isLetters) return /^[\x20-\x7e]$/.test(key) ? { kind: "text", text: key } : undefined;
  return /^\d$/.test(key) ? { kind: "digit", digit: Number(key) } : undefined;
}

function Reader() {
  const fob = fobToUse();
  return (
    <button
      type="button"
      class={`reader ${chosen.value === undefined ? "" : "ready"}`}
      data-drop="reader"
      disabled={fob === undefined}
      onClick={() => fob !== undefined && dropOn("reader", fob)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M6 8a8 8 0 0 1 0 8M10 5.500a12 12 0 0 1 0 13M14 3a16 16 0 0 1 0 18" />
      </svg>
      <span>
        {say("reader")}
        <small>{say("reader-help")}</small>
      </span>
    </button>
  );
}
