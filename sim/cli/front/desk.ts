import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { Text } from "../../../hal/ports/panel.js";
import { Outward } from "../../cloud/outward/outward.js";
import { poster } from "../../cloud/outward/post.js";
import type { FolderShelf } from "../../cloud/releases/folder-shelf.js";
import type { Input } from "../../page/server/acts.js";
import { type ActAnswer, perform } from "../../page/server/play.js";
import { Prepared, PreparedSchema } from "../../page/server/prepared.js";
import type { OwnOrganisation, Theatre } from "../../page/server/theatre.js";
import type { EngineNow, EngineSection, Pace } from "../../page/shared/state.js";
import { isInSync } from "../../trials/stage/in-sync.js";
import { type BoxInReach, Person } from "../../world/machine/people.js";
import type { DataDirectory } from "./data-directory.js";
import { beginsOf, type Clockwork, type DeskOptions, openInside, openOutside } from "./desk-world.js";
import { findBox, House, type HouseNeeds } from "./house.js";
import { readStand, saverOf, seedOf } from "./keeping.js";
import { Director } from "./record/director.js";
import { ownWorld } from "./record/own.js";
import { Recorder } from "./record/recorder.js";
import { Rerun } from "./record/rerun.js";
import type { WorldRecord } from "./record/world-record.js";
import { type Saver, savedFirst } from "./saver.js";
import { giveReleaseKeys } from "./slots.js";
import { STORY_IDS } from "./stories/ids.js";
import { SwitchedEngine } from "./switched-engine.js";

const PREPARED = "prepared.json";
const SAVE_EVERY_MS = 30_000;
/** Without power while another engine takes over, s. */
const SWITCH_SECONDS = 1;
/** Looking whether all is in sync reads the box's whole flash, virtual ms. */
const SYNC_LOOK_MS = 500;

interface DeskNeeds extends Clockwork {
  readonly data: DataDirectory;
  readonly house: HouseNeeds;
  readonly savers: Map<string, Saver>;
  readonly engines: Map<string, SwitchedEngine>;
  readonly recorder: Recorder | undefined;
  readonly saveWorld: () => void;
}

/** Boxes with their cloud and broker, in real time, kept in a data directory. One of them is on the desk, the others run on. */
export class Desk extends House implements Theatre {
  readonly data: DataDirectory;
  language: string | undefined;
  /** Address of the page, once it is served. */
  pageUrl = "";
  /** Set to end waits early: the simulator is to stop. */
  stopping = false;
  /** Takes a command line that something else than a front asks for. */
  onAsk: ((line: string) => void) | undefined;
  /** Somebody wants to forget everything and to begin anew: with nothing, or with a world that was played. */
  onStartOver: ((record?: WorldRecord) => void) | undefined;
  readonly director: Director;
  readonly prepared: Prepared;
  /** Set to end the story at its next step. */
  isStoryStopped = false;
  readonly stories = STORY_IDS;
  /** Whoever stands in front of the box on the desk. */
  readonly person: Person;
  readonly #needs: DeskNeeds;
  readonly #outward: Outward;
  readonly #saveTimer: NodeJS.Timeout;

  private constructor(needs: DeskNeeds, box: string, options: DeskOptions) {
    super(needs.house, box);
    this.#needs = needs;
    this.data = needs.data;
    this.data.releases.onKeys = () => {
      if (giveReleaseKeys(this.running, this.shelf)) this.touchedFromOutside();
    };
    this.language = options.language;
    this.person = new Person(this.#reach());
    this.director = new Director(this);
    const { data } = needs;
    this.prepared = new Prepared(data.read(PREPARED, PreparedSchema), (state) => data.write(PREPARED, state));
    // It tells others in the host's own time, and nothing that the world could hear.
    this.#outward = new Outward({
      cloud: needs.house.cloud,
      post: poster(true),
      now: () => Date.now() / 1_000,
      chance: Math.random,
      onFault: options.onProblem,
    });
    this.#saveTimer = setInterval(() => {
      for (const [name, saver] of needs.savers) {
        try {
          saver.save();
        } catch (error) {
          options.onProblem(`box ${name} cannot be saved: ${(error as Error).message}`);
        }
      }
    }, SAVE_EVERY_MS);
  }

  /** Throws CloudError and DataError; then nothing is left open but `data`. */
  static async open(options: DeskOptions): Promise<Desk> {
    const { data } = options;
    const before = data.world;
    const starts = before.starts + 1;
    const { record } = options;
    const seed = record?.seed ?? seedOf(options.seed, before.starts);
    // Skipped time stays skipped: journals and windows know of it.
    const startWallSeconds = record?.startWallSeconds ?? Math.max(Math.floor(Date.now() / 1_000), before.wallSeconds);
    const begins = beginsOf(options);
    const made = { seed, startWallSeconds };
    const { broker } = options;
    const { clock, inside } =
      broker === "inside" ? await openInside(made, begins) : await openOutside(options, broker, made, begins);
    const { world } = inside;
    try {
      const { id } = findBox(inside.cloud, record?.box ?? options.box);
      const recorder = options.broker === "inside" ? new Recorder(world, begins.of(inside.cloud), id) : undefined;
      // While a world is played again nothing is kept: its end is, as a whole.
      const rerun = { isOn: record !== undefined };
      const savers = new Map<string, Saver>();
      const engines = new Map<string, SwitchedEngine>();
      const saveWorld = () => {
        data.world = { format: 1, starts, wallSeconds: Math.ceil(world.wallSeconds()) };
      };
      const house: HouseNeeds = {
        ...inside,
        transport: savedFirst(inside.transport, (box) => (rerun.isOn ? undefined : savers.get(box)), options.onProblem),
        savedOf: (machine) => {
          const saved = record?.kept[machine.name] ?? readStand(data, machine);
          if (saved !== undefined) recorder?.keep(machine.name, saved);
          // A record holds no firmware.
          if (saved?.images !== undefined) recorder?.spoil();
          return saved;
        },
        engineOf: (box) => {
          const engine = new SwitchedEngine();
          engines.set(box, engine);
          return engine;
        },
        onStand: (stand) => {
          if (giveReleaseKeys([stand.machine], data.releases)) recorder?.spoil();
          savers.set(stand.machine.name, saverOf(stand, data, saveWorld));
          // Before the box draws its first random number: they must never come a second time.
          saveWorld();
        },
      };
      const desk = new Desk({ data, house, savers, engines, recorder, saveWorld, ...clock }, id, options);
      if (record !== undefined) {
        recorder?.goOn(record.done);
        await new Rerun(desk, record.done).runTo(record.end);
        rerun.isOn = false;
        desk.save();
      }
      return desk;
    } catch (error) {
      world.close();
      // It would connect anew for ever, and keep the program from ending.
      inside.transport.close();
      await inside.broker.stop();
      throw error;
    }
  }

  do<I extends Input>(input: I): ActAnswer<I["act"]> {
    this.#needs.recorder?.note(input);
    try {
      return perform(this, input);
    } finally {
      this.poke();
    }
  }

  get shelf(): FolderShelf {
    return this.data.releases;
  }

  touchedFromOutside(): void {
    this.#needs.recorder?.spoil();
  }

  /** Of all that was done since the start. Undefined: not all that was done is in it, and the world cannot be had a second time. */
  get recorder(): Recorder | undefined {
    return this.#needs.recorder?.isSpoilt ? undefined : this.#needs.recorder;
  }

  get engine(): EngineSection {
    return this.#engine.section;
  }

  async useEngine(engine: EngineNow): Promise<void> {
    const { machine } = this;
    await this.#engine.want(engine);
    // Without power, or asleep, it boots in its own time.
    const { state } = machine;
    if (machine === this.machine && (state === "running" || state === "starting"))
      this.do({ act: "powercut", seconds: SWITCH_SECONDS });
  }

  get #engine(): SwitchedEngine {
    return this.#needs.engines.get(this.machine.name)!;
  }

  /** How fast time goes by. */
  get pace(): Pace {
    return this.#needs.pace.pace;
  }

  set pace(pace: Pace) {
    this.#needs.pace.set(pace, () => this.#noticed());
    this.poke();
  }

  /** A panel text in the language that people here read. */
  format(text: Text): string {
    return formatText(this.language ?? this.machine.panel.view?.language ?? "en", text);
  }

  /** Runs the world's clock until `reached` holds; false when `limitMs` went by first or the simulator is to stop. */
  async until(reached: () => boolean, limitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { driver, pace } = this.#needs;
    await driver.until(() => {
      pace.look(this.world.nowMs);
      return this.stopping || reached();
    }, limitMs);
    return reached();
  }

  /** All that somebody in front of the box would notice. */
  #noticed(): string {
    const { machine, cloud } = this;
    const { view } = machine.panel;
    const { online } = cloud.store.boxState(machine.name);
    const screen = this.isLit ? `${view?.screen} ${view?.notices.map(({ id }) => id)}` : "dark";
    return `${machine.name} ${machine.state} ${screen} ${machine.button.lamp} ${online} ${machine.bins.state.open}`;
  }

  /** In its turn, after the commands before it. */
  playStory(id: string): void {
    this.isStoryStopped = true;
    this.onAsk?.(`story ${id}`);
  }

  stopStory(): void {
    this.isStoryStopped = true;
    this.poke();
  }

  startOver(): void {
    this.onStartOver?.();
  }

  beginOwn(own: OwnOrganisation): void {
    this.onStartOver?.(ownWorld(own));
  }

  goOnFrom(record: WorldRecord): void {
    this.onStartOver?.(record);
  }

  /** Makes a run of the clock that is under way look again. */
  poke(): void {
    this.#needs.driver.poke();
  }

  /** As fast as the host can. Tells how much is done, 0 to 1, as it goes. Ends early when the simulator is to stop. */
  async skip(ms: number, told: (done: number) => void): Promise<void> {
    const { nowMs } = this.world;
    await this.skipUntil(() => {
      told((this.world.nowMs - nowMs) / ms);
      return this.world.nowMs - nowMs >= ms;
    }, ms);
  }

  /** As fast as the host can; false when `limitMs` went by first or the simulator is to stop. */
  async skipUntil(reached: () => boolean, limitMs: number): Promise<boolean> {
    const { skipping } = this.#needs;
    skipping.on = true;
    try {
      return await this.until(reached, limitMs);
    } finally {
      skipping.on = false;
    }
  }

  /** Waits until box and cloud agree; false after `limitMs`. */
  async untilInSync(limitMs: number): Promise<boolean> {
    let lookAtMs = this.world.nowMs;
    let isSame = false;
    return await this.until(() => {
      if (!isSame && this.world.nowMs >= lookAtMs) {
        lookAtMs = this.world.nowMs + SYNC_LOOK_MS;
        isSame = isInSync(this.cloud, this.machine);
      }
      return isSame;
    }, limitMs);
  }

  /** Everything that would be lost otherwise is on disk when it returns. */
  save(): void {
    this.cloud.store.commit();
    this.#saveBoxes();
  }

  /** Saves, and lets go of sockets and files. Nothing runs the clock any more. */
  async close(): Promise<void> {
    clearInterval(this.#saveTimer);
    this.director.close();
    this.#outward.close();
    try {
      this.cloud.close();
      this.cloud.store.close();
      this.#saveBoxes();
      this.#needs.saveWorld();
    } finally {
      this.world.close();
      for (const engine of this.#needs.engines.values()) engine.close();
      await this.#needs.house.broker.stop();
    }
  }

  #saveBoxes(): void {
    for (const saver of this.#needs.savers.values()) saver.save();
  }

  /** Each touch is an input of the world. */
  #reach(): BoxInReach {
    const desk = this;
    return {
      world: this.world,
      panel: {
        get view() {
          return desk.machine.panel.view;
        },
        input: (input) => this.do({ act: "key", input }),
      },
      reader: { scan: (fob) => this.do({ act: "scan", fob }) },
      button: { press: () => this.do({ act: "reset" }) },
      bins: {
        get state() {
          return desk.machine.bins.state;
        },
        label: (bin) => this.machine.bins.label(bin),
        isOpen: (bin) => this.machine.bins.isOpen(bin),
        take: (bin) => this.do({ act: "take", bin }),
        put: (bin, fob) => this.do({ act: "put", bin, fob }),
        close: (bin) => this.do({ act: "close", bin }),
      },
    };
  }
}
