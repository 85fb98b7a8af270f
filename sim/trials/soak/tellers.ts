import type { View } from "../../../hal/ports/panel.js";
import { HAND_MS } from "../../world/machine/people.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";

/** To see what an answer has led to. */
const READ_MS = 700;
/** Some fingers bounce, or tap twice: the second time comes after this, ms. */
const TWICE_CHANCE = 0.1;
const TWICE_MS = 120;
/** How long somebody waits for a door, ms. */
const DOOR_MS = 5_000;
/** Two answers for each bin of the largest box of a soak, and the way in. */
const ANSWERS_MAX = 60;
/** Bins that the operator sends somebody to look into at a time. */
const LOOKED_INTO = 4;
/** In which a snapshot comes to a box that is there, ms. */
const SYNC_MS = 20_000;

/** People who may say what hangs in a bin, and say what is true: without them a soak ends with a box that is sure of nothing. */
export class Tellers {
  readonly #stage: Scene;
  readonly #random: Random;

  constructor(stage: Scene, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** Answers what the panel asks about bins whose doors are shut, until it asks no more or goes dark. */
  async answer(): Promise<void> {
    const { rig } = this.#stage;
    for (let i = 0; i < ANSWERS_MAX; i++) {
      const { view } = rig.panel;
      const id = view && this.#answerTo(view);
      if (id === undefined) return;
      await this.#press(id);
      if (id === "open-bin") await this.#look(binOn(view!));
    }
  }

  /** Somebody looks into bins of which the cloud is not sure, and the operator tells it. */
  async operate(): Promise<void> {
    const { rig, world, cloud, judge, inSync } = this.#stage;
    // Whoever looks while the box has news that the cloud lacks would speak of another time.
    if (!inSync || !cloud.store.boxState(rig.name).online) return;
    const { keys } = cloud.store.organisation;
    for (const bin of this.#unsure().slice(0, LOOKED_INTO)) {
      const label = rig.bins.label(bin);
      const fob = rig.bins.content(bin);
      const key = keys.find((one) => one.fob === fob);
      if (fob === undefined) {
        cloud.admin.emptyBin(rig.name, label);
        judge.saidEmpty(bin);
      } else if (key !== undefined) {
        cloud.admin.fillBin(rig.name, label, key.id, true);
        judge.saidToHold(bin, fob);
      }
    }
    await world.advance(SYNC_MS);
  }

  #answerTo({ title, choices }: View): string | undefined {
    const offered = (id: string) => choices.find((choice) => choice.id === id);
    if (offered("bin-by-bin")) return "bin-by-bin";
    if (!offered("bin-empty")) return undefined;
    if (offered("open-bin") && this.#random.next() < 0.3) return "open-bin";
    const { rig, cloud } = this.#stage;
    const fob = rig.bins.content(rig.bins.byLabel(String(title.params?.bin)));
    if (fob === undefined) return "bin-empty";
    const name = cloud.store.organisation.keys.find((key) => key.fob === fob)?.name ?? fob;
    if (offered("bin-holds")?.label.params?.key === name) return "bin-holds";
    return offered("bin-unknown")?.id ?? "done";
  }

  async #press(id: string): Promise<void> {
    const { rig, world } = this.#stage;
    rig.panel.input({ kind: "choice", id });
    if (this.#random.next() < TWICE_CHANCE) {
      await world.advance(TWICE_MS);
      rig.panel.input({ kind: "choice", id });
    }
    await world.advance(READ_MS);
  }

  async #look(label: string): Promise<void> {
    const { rig, world } = this.#stage;
    const bin = rig.bins.byLabel(label);
    await world.driver.until(() => rig.bins.isOpen(bin), DOOR_MS);
    await world.advance(HAND_MS);
    if (rig.bins.isOpen(bin)) rig.bins.close(bin);
    await world.advance(HAND_MS);
  }

  #unsure(): number[] {
    const { rig, cloud } = this.#stage;
    const { inventory } = cloud.ingest.log;
    const bins = Array.from({ length: rig.bins.count }, (_, bin) => bin);
    return bins.filter((bin) => !["holds", "empty"].includes(inventory.content(rig.name, bin).belief));
  }
}

function binOn({ title }: View): string {
  return String(title.params?.bin);
}
