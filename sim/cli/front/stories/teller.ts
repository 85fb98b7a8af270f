import { sayIn } from "../../../page/texts/catalogue.js";
import { en, type PageTextId } from "../../../page/texts/en.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Desk } from "../desk.js";
import type { StoryId } from "./ids.js";

/** Somebody ended the story. */
export class StoryStopped extends Error {}

/** For a caption to be read, and for what it says to be seen, virtual ms. */
const READ_MS = 3_500;
const LOOK_MS = 1_200;
const DOOR_MS = 20_000;
const MINUTE_MS = 60_000;
/** At a pace of 60 that is half a minute of the host, which may be busy, virtual ms. */
const SYNC_MS = 30 * MINUTE_MS;

/** A pick-up that the box allows: the code, and the key with its fob and bin. */
export interface Loan {
  readonly code: string;
  readonly key: string;
  readonly fob: string;
  readonly bin: number;
  readonly label: string;
}

/** Plays a story at the desk: says what happens, does it, and waits until it has happened. */
export class Teller {
  readonly desk: Desk;
  readonly #id: StoryId;
  readonly #progress: (text: string) => void;
  #step = 0;

  constructor(desk: Desk, id: StoryId, progress: (text: string) => void) {
    this.desk = desk;
    this.#id = id;
    this.#progress = progress;
    desk.isStoryStopped = false;
  }

  /** Shows a caption and leaves time to read it. */
  async say(caption: PageTextId, params: Readonly<Record<string, string | number>> = {}): Promise<void> {
    this.#step++;
    this.desk.do({ act: "caption", id: this.#id, caption, params, step: this.#step, isOver: false });
    this.#progress(sayIn(en, caption, params));
    await this.#pass(READ_MS);
  }

  /** The last caption stays. */
  end(): void {
    const { story } = this.desk;
    if (story !== null) this.desk.do({ act: "caption", ...story, params: { ...story.params }, isOver: true });
  }

  /** Time to see what has just happened. */
  async look(): Promise<void> {
    await this.#pass(LOOK_MS);
  }

  /** Time goes on at its pace. Throws WorldError naming `what` when it does not come. */
  async until(reached: () => boolean, what: string, limitMs = 2 * MINUTE_MS): Promise<void> {
    const { desk } = this;
    if (!(await desk.until(() => desk.isStoryStopped || reached(), limitMs)) || desk.isStoryStopped) {
      this.#checkStopped();
      throw new WorldError(`the story waited in vain for ${what}`);
    }
  }

  /** Time flies. */
  async skipUntil(reached: () => boolean, what: string, limitMs = 15 * MINUTE_MS): Promise<void> {
    const { desk } = this;
    const isReached = await desk.skipUntil(() => desk.isStoryStopped || reached(), limitMs);
    this.#checkStopped();
    if (!isReached) throw new WorldError(`the story waited in vain for ${what}`);
  }

  /** Everything as on an ordinary day, and the box in front of us awake and in sync. */
  async ordinaryDay(): Promise<void> {
    const { desk } = this;
    const { machine } = desk;
    if (!machine.board.offlineCapable)
      throw new WorldError(`the ${machine.board.model} has no offline mode: put another box on the desk`);
    desk.do({ act: "cloud", on: true });
    desk.do({ act: "broker", on: true });
    desk.do({ act: "internet", state: "up" });
    desk.do({ act: "hotspot", hotspot: null });
    if (!machine.battery.present) desk.do({ act: "cell", on: true });
    if (!machine.mains.present) desk.do({ act: "mains", on: true });
    for (let bin = 0; bin < machine.bins.count; bin++) desk.do({ act: "close", bin });
    await this.skipUntil(() => this.isIdle && !this.isOffline, "the box to be ready");
    if (!(await desk.untilInSync(SYNC_MS))) throw new WorldError("box and cloud do not agree yet");
  }

  get isIdle(): boolean {
    return this.desk.isLit && this.desk.machine.panel.view?.screen === "idle";
  }

  get isOffline(): boolean {
    const { view } = this.desk.machine.panel;
    return view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
  }

  /** A key that hangs here and that somebody may take at any time. Throws WorldError when there is none. */
  loan(): Loan {
    const { cloud, machine, box } = this.desk;
    const { accesses } = cloud.store.organisation;
    const { inventory, index } = cloud.ingest.log;
    for (const { code, key: id, schedule } of accesses) {
      const key = index.keys.get(id);
      const place = inventory.whereabouts(`key:${id}`)?.place;
      if (schedule.kind !== "ongoing" || key?.fob === undefined || place?.box !== box.id || !place.certain) continue;
      if (machine.bins.content(place.bin) !== key.fob) continue;
      return { code, key: key.name, fob: key.fob, bin: place.bin, label: machine.bins.label(place.bin) };
    }
    throw new WorldError(
      "the story needs a key in this box that somebody may take at any time: put one back, or start over",
    );
  }

  /** Types the code, takes the key and shuts the door. */
  async pickUp({ code, bin }: Loan): Promise<void> {
    const { person, machine } = this.desk;
    await person.type(code);
    await this.until(() => machine.bins.isOpen(bin), "the bin to open", DOOR_MS);
    await this.look();
    this.desk.do({ act: "take", bin });
    await this.look();
    await person.closeDoor(bin);
    await this.look();
  }

  /** Holds the fob to the reader, hangs it into the bin that opens, and shuts the door. */
  async giveBack(fob: string): Promise<void> {
    const { person, machine } = this.desk;
    await this.until(() => this.isIdle, "the first screen");
    await person.scan(fob);
    const open = () => machine.bins.state.open.indexOf(true);
    await this.until(() => open() >= 0, "a bin to open", DOOR_MS);
    const bin = open();
    await this.look();
    if (!this.desk.hand.held.includes(fob)) this.desk.do({ act: "fetch", fob });
    this.desk.do({ act: "put", bin, fob });
    await this.look();
    await person.closeDoor(bin);
    await this.look();
  }

  /** Waits until a screen is there, and touches one of its choices. */
  async choose(screen: string, choice: string): Promise<void> {
    const { machine, person } = this.desk;
    const has = () => machine.panel.view?.choices.some(({ id }) => id === choice) ?? false;
    await this.until(() => machine.panel.view?.screen === screen && has(), `the screen ${screen}`);
    await this.look();
    await person.choose(choice);
  }

  async inSync(): Promise<void> {
    await this.skipUntil(() => this.desk.isLit && !this.isOffline, "the box to be online");
    if (!(await this.desk.untilInSync(SYNC_MS))) throw new WorldError("box and cloud do not agree yet");
  }

  async #pass(ms: number): Promise<void> {
    await this.desk.until(() => this.desk.isStoryStopped, ms);
    this.#checkStopped();
  }

  #checkStopped(): void {
    if (this.desk.isStoryStopped || this.desk.stopping) throw new StoryStopped("the story was ended");
  }
}
