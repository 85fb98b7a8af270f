import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { whyOffline } from "../../../firmware/panel/why-offline.js";
import type { Text } from "../../../hal/ports/panel.js";
import type { Act } from "./scenario.js";

const MINUTE_MS = 60_000;
/** A half-open connection is told within a minute; then comes the panel's own second. */
const NOTICED_MS = 62_000;

/** The trace gives one of these texts (by id) as the reason of a connection's end, from line `before` on, within `limitMs`. */
export async function isInTheTrace(
  { stage }: Act,
  before: number,
  expected: readonly string[],
  limitMs = NOTICED_MS,
): Promise<void> {
  const { trace } = stage.world;
  const isTold = () =>
    trace
      .tail()
      .slice(-(trace.lines - before))
      .some((line) => expected.includes(reasonIn(line)?.id ?? ""));
  await stage.world.until(isTold, limitMs, `one of ${expected.join(", ")} in the trace`);
}

/** What a line of the trace gives as the reason of a connection's end, as the panel words it. */
function reasonIn(line: string): Text | undefined {
  const reason = / firmware sync: (.*)$/.exec(line)?.[1];
  return reason === undefined ? undefined : whyOffline(reason);
}

/** Somebody looks at the device status until it names the cause; the first look may come between two attempts. */
export async function isOnTheStatus({ stage, step, people }: Act, expected: readonly string[]): Promise<void> {
  const { person, rig, world } = stage;
  await world.until(
    () => rig.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false,
    NOTICED_MS,
    "the offline notice within a minute",
  );
  const untilMs = world.nowMs + 5 * MINUTE_MS;
  for (;;) {
    await people.idle();
    await person.choose("status");
    const lines = rig.panel.view?.lines ?? [];
    const line = lines.find(({ id }) => expected.includes(id));
    if (line !== undefined) {
      step(`  ${formatText("en", line)}`);
      await people.idle();
      return;
    }
    if (world.nowMs > untilMs)
      throw new Error(`none of ${expected.join(", ")} on the device status: ${JSON.stringify(lines)}`);
  }
}
