import { useEffect, useState } from "preact/hooks";
import { ask, now } from "../live.js";

/** How often what is shown is asked for again, ms. */
const AGAIN_MS = 1_500;

/** What `path` answers, asked for again while it is shown, and at once where another box or another time is. Undefined: not yet, or nobody answers. */
export function useAsked<T>(path: string): T | undefined {
  const [answer, setAnswer] = useState<{ readonly path: string; readonly text: string; readonly value: T }>();
  const director = now.director.value;
  const world = `${now.box.value?.id} ${director?.looksAt} ${director?.looksAt ? director.at : ""}`;
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async () => {
      const value = await ask<T>(path);
      if (isGone) return;
      const text = JSON.stringify(value);
      if (value !== undefined) {
        setAnswer((before) => (before?.path === path && before.text === text ? before : { path, text, value }));
      }
      timer = setTimeout(again, AGAIN_MS);
    };
    void again();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [path, world]);
  return answer?.value;
}
