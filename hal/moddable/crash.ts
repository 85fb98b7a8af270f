/**
 * Runs what the SDK's loop calls. What it throws ends the program, as it should: the watchdog or the SDK's abort starts it again.
 * Whoever holds the cable is told why first, since the SDK does not say.
 */
export function enter(work: () => void): void {
  try {
    work();
  } catch (error) {
    trace(
      `crash: ${error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : String(error)}\n`,
    );
    throw error;
  }
}
