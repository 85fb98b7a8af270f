import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks in a second, as Linux tells them to programs on every architecture that Node runs on. */
const TICKS_A_SECOND = 100;
const PAGE_BYTES = 4_096;

export interface Cost {
  /** Of processor time since it began, s. */
  readonly cpuSeconds: number;
  /** Of memory in use now, pages that are shared counted in each. */
  readonly residentMB: number;
}

/** What a process and all that it has started use, by /proc. Zero where there is no /proc. */
export function costOf(pid: number): Cost {
  const all = processes();
  const ours = new Set([pid]);
  for (let size = 0; size !== ours.size; ) {
    size = ours.size;
    for (const one of all) if (ours.has(one.parent)) ours.add(one.pid);
  }
  const mine = all.filter((one) => ours.has(one.pid));
  const sum = (of: (one: Stat) => number) => mine.reduce((total, one) => total + of(one), 0);
  return {
    cpuSeconds: sum((one) => one.ticks) / TICKS_A_SECOND,
    residentMB: Math.round((sum((one) => one.pages) * PAGE_BYTES) / 1e6),
  };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  readonly pages: number;
}

function processes(): readonly Stat[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => statOf(Number(name)) ?? []);
}

/** Undefined: it has ended. proc(5): 4 the parent, 14 to 17 the ticks, those of children that ended included, 24 the pages. */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  // The name, the second field, may have spaces in it. Field 3 is the first after it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  return { pid, parent: field(4), ticks: field(14) + field(15) + field(16) + field(17), pages: field(24) };
}
