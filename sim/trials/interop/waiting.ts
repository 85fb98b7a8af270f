import { ProbeError } from "./probe.js";

/** Lets probes wait for what clients report, and knows what they wait for: whoever runs out of time is told that. */
export class Waiting {
  readonly #checks = new Set<() => void>();
  /** What is waited for now, in words. */
  what = "the connection";

  /** Something happened. */
  readonly notify = (): void => {
    for (const check of [...this.#checks]) check();
  };

  /** Resolves once `met` answers true; rejects with what `met` throws. The probe's limit ends it. */
  until(what: string, met: () => boolean): Promise<void> {
    this.what = what;
    return new Promise((resolve, reject) => {
      const check = (): void => {
        try {
          if (!met()) return;
          this.#checks.delete(check);
          resolve();
        } catch (error) {
          this.#checks.delete(check);
          reject(error);
        }
      };
      this.#checks.add(check);
      check();
    });
  }

  /** `work`, as something that is waited for. */
  async all<T>(what: string, work: Promise<T>): Promise<T> {
    this.what = what;
    return work;
  }

  /** Whether `met` comes true within `ms`: for what a broker may leave out. */
  async within(ms: number, met: () => boolean): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        resolve();
        this.notify();
      }, ms);
    });
    await Promise.race([this.until(this.what, () => late || met()), timeout]);
    clearTimeout(timer);
    return met();
  }
}

/** Rejects with ProbeError when `ms` are over before `work` is. */
export async function limited<T>(work: Promise<T>, ms: number, sentence: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProbeError(sentence())), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    // What is left behind fails when its sockets are closed; nobody waits for it any more.
    work.catch(() => {});
  }
}
