import type { Machine } from "../../world/machine/machine.js";
import type { SectionName, Sections } from "../shared/state.js";
import { History } from "./history.js";
import { JournalWatch } from "./journal.js";
import {
  boxSection,
  faultsSection,
  hintSection,
  neighboursSection,
  netSection,
  panelSection,
  peopleSection,
  powerSection,
  statesSection,
  timeSection,
} from "./sections.js";
import type { Theatre } from "./theatre.js";

/** How often the world is looked at while somebody watches: devices tell of some changes only, real ms. */
const LOOK_MS = 100;
/** What the devices tell of is told after so long, with what comes in between, real ms. */
const SOON_MS = 20;
/** Sections that take work are looked at every so many looks. */
const SLOW_EVERY = 10;

export type Told = Partial<Record<SectionName, string>>;
export type Watcher = (told: Told) => void;

/** Compares the sections with what was told last, and tells its watchers what has changed, as JSON. */
export class Live {
  readonly #theatre: Theatre;
  readonly #journal = new JournalWatch();
  readonly #history = new History();
  readonly #watchers = new Set<Watcher>();
  readonly #told: Told = {};
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #machine: Machine | undefined;
  #ends: (() => void)[] = [];
  #soon: NodeJS.Timeout | undefined;
  #samplesTold = 0;

  constructor(theatre: Theatre) {
    this.#theatre = theatre;
    this.#timer = setInterval(() => this.#turn(), LOOK_MS);
    this.#timer.unref();
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Everything, for somebody who has just come. */
  whole(): Told {
    this.look(true);
    return { ...this.#told, history: JSON.stringify({ samples: this.#history.samples }) };
  }

  /** Returns what ends it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Looks at once: something was done, and its effect should be seen without a wait. */
  look(isAll = false): void {
    this.#follow();
    const changed: Told = {};
    const sections = { ...this.#quick(), ...(isAll ? this.#slow() : {}) };
    for (const [name, section] of Object.entries(sections)) {
      const text = JSON.stringify(section);
      if (this.#told[name as SectionName] === text) continue;
      this.#told[name as SectionName] = text;
      changed[name as SectionName] = text;
    }
    if (Object.keys(changed).length === 0) return;
    for (const watcher of this.#watchers) watcher(changed);
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    for (const end of this.#ends.splice(0)) end();
    this.#watchers.clear();
  }

  /** Another box may be on the desk. */
  #follow(): void {
    const { machine } = this.#theatre;
    if (machine === this.#machine) return;
    this.#machine = machine;
    for (const end of this.#ends.splice(0)) end();
    const soon = () => {
      this.#soon ??= setTimeout(() => {
        this.#soon = undefined;
        if (this.#watchers.size > 0) this.look();
      }, SOON_MS);
    };
    this.#ends.push(machine.panel.watch(soon), machine.bins.watch(soon));
  }

  #turn(): void {
    this.#history.look(this.#theatre);
    if (this.#watchers.size === 0) return;
    this.#looks++;
    this.look(this.#looks % SLOW_EVERY === 0);
  }

  #quick(): Omit<Sections, "box" | "hint" | "journal" | "wire" | "history" | "stories" | "marks"> {
    const theatre = this.#theatre;
    return {
      panel: panelSection(theatre),
      people: peopleSection(theatre),
      power: powerSection(theatre),
      net: netSection(theatre),
      time: timeSection(theatre),
      faults: faultsSection(theatre),
      story: theatre.story,
      director: theatre.director.section,
      states: statesSection(theatre),
      engine: theatre.engine,
      neighbours: neighboursSection(theatre),
    };
  }

  #slow(): Partial<Sections> {
    const theatre = this.#theatre;
    const { samples } = this.#history;
    // The whole of it only when there is something new: it is the longest section.
    const isNew = samples.length !== this.#samplesTold;
    this.#samplesTold = samples.length;
    return {
      box: boxSection(theatre),
      hint: hintSection(theatre),
      journal: this.#journal.look(theatre),
      wire: theatre.wire.of(theatre),
      stories: theatre.stories,
      marks: theatre.director.marks,
      ...(isNew && { history: { samples } }),
    };
  }
}
