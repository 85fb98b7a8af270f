import { effect, signal } from "@preact/signals";
import { BEEPS, type Sound, soundOf } from "../../../../hal/panel/sounds.js";
import { now } from "../live.js";

/** As the buzzer of a board, Hz, and how loud, 0 to 1. */
const TONE_HZ = 2_700;
const LOUDNESS = 0.06;

/** Still until somebody switches it on: browsers want that, and so do people beside them. */
export const isLoud = signal(false);

let context: AudioContext | undefined;
let heard = "";

/** To be called from a click: browsers let a page make itself heard only then. */
export function setLoud(isOn: boolean): void {
  isLoud.value = isOn;
  if (isOn) context ??= new AudioContext();
}

/** Plays what the box is heard with whenever another screen comes on. */
export function listenToBox(): void {
  effect(() => {
    const panel = now.panel.value;
    const view = panel?.view;
    const shown = view === undefined || view === null || panel?.percent === 0 ? "" : `${view.screen} ${view.title.id}`;
    if (shown === heard) return;
    heard = shown;
    const sound = shown === "" ? undefined : soundOf(view!);
    if (sound !== undefined && isLoud.value) play(sound);
  });
}

/** Beep and pause in turn. */
function play(sound: Sound): void {
  if (context === undefined) return;
  let at = context.currentTime;
  for (const [i, ms] of BEEPS[sound].entries()) {
    if (i % 2 === 0) beep(context, at, ms / 1_000);
    at += ms / 1_000;
  }
}

function beep(audio: AudioContext, at: number, seconds: number): void {
  const tone = new OscillatorNode(audio, { type: "square", frequency: TONE_HZ });
  const volume = new GainNode(audio, { gain: LOUDNESS });
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + seconds);
}
