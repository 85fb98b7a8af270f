import type { StoreEngine } from "../../../cloud/store/engine.js";
import { MemoryEngine } from "../../../cloud/store/memory.js";
import type { Input } from "../../../page/server/acts.js";
import { perform } from "../../../page/server/play.js";
import { type Access, CloudRecord } from "../../../trials/judge/cloud-record.js";
import { Judge, type Verdict } from "../../../trials/judge/judge.js";
import { isInSync } from "../../../trials/stage/in-sync.js";
import { WitnessedEngine } from "../../../trials/stage/witnessed-engine.js";
import type { Machine } from "../../../world/machine/machine.js";
import { mending } from "./mend.js";
import { Playback } from "./playback.js";
import { Truth } from "./truth.js";
import type { WorldRecord } from "./world-record.js";

/** In which boxes and their cloud come to rest when nothing holds them up, ms. */
const REST_MS = 60 * 60_000;
/** Between two looks whether they have, ms. */
const LOOK_MS = 5_000;
/** A world is played in so many stages, to tell how far it is. */
const STAGES = 50;

export interface JudgedWorld extends Verdict {
  readonly inputs: number;
  /** Inputs that the world did not allow, as it did not the first time. */
  readonly refused: number;
  /** What people said and did of bins that was not so. What hangs where cannot be held against the box then. */
  readonly falsehoods: number;
  readonly virtualSeconds: number;
  readonly traceHash: string;
  /** Whether all went as when it was recorded. With another version of the firmware it may not. */
  readonly isSame: boolean;
}

export interface JudgedOptions {
  /** Gets every line of the trace. */
  readonly sink?: (line: string) => void;
  /** How much is done, 0 to 1. */
  readonly told?: (done: number) => void;
}

/**
 * Plays a world again with a judge beside each box. At its end everything is switched on and mended, doors are shut, boxes and cloud come
 * to rest; then the judges speak. Throws CloudError where the record's cloud cannot be.
 */
export async function judged(record: WorldRecord, { sink, told }: JudgedOptions = {}): Promise<JudgedWorld> {
  const court = new Court();
  const world = await Playback.open(record, {
    ...(sink && { sink }),
    engineOf: (begun) => court.witness(begun),
    onStand: (stand) => court.watch(stand.machine),
    onInput: (input, scene) => court.hear(input, scene),
  });
  try {
    court.open(world);
    for (let stage = 1; stage <= STAGES; stage++) {
      const isLast = stage === STAGES;
      const at = Math.floor((record.end.at * stage) / STAGES);
      await world.runTo(isLast ? record.end : { at, n: Number.POSITIVE_INFINITY });
      told?.(stage / STAGES);
    }
    const { isSame } = world;
    const traceHash = world.world.trace.hash();
    const unrest = await comeToRest(world);
    const virtualSeconds = Math.round(record.end.at / 1_000);
    const { refused } = world;
    return { ...court.verdict(unrest), inputs: record.done.length, refused, virtualSeconds, traceHash, isSame };
  } finally {
    world.close();
  }
}

/** Answers what does not come to rest, in words. */
async function comeToRest(world: Playback): Promise<readonly string[]> {
  for (const machine of world.running) machine.restorePower();
  for (const input of mending(world)) perform(world, input);
  const boxes = world.running.filter(({ board }) => board.offlineCapable);
  const isAtRest = (machine: Machine) =>
    machine.panel.view?.screen === "idle" &&
    isInSync(world.cloud, machine) &&
    world.cloud.store.boxState(machine.name).online;
  const { at } = world.now;
  for (let ms = LOOK_MS; ms <= REST_MS; ms += LOOK_MS) {
    await world.runTo({ at: at + ms, n: Number.POSITIVE_INFINITY });
    if (boxes.every(isAtRest)) return [];
  }
  return boxes
    .filter((machine) => !isAtRest(machine))
    .map(
      ({ name, panel }) => `${name} and its cloud did not come to rest: it shows ${panel.view?.screen ?? "nothing"}`,
    );
}

/** The judges of all boxes, and what they are told of what people do at the cloud. */
class Court {
  readonly #judges = new Map<Machine, Judge>();
  readonly #early: Machine[] = [];
  #record = new CloudRecord();
  #world: Playback | undefined;
  readonly #truth = new Truth();

  /** The judges read what the cloud commits, and nothing of the cloud itself. */
  witness(begun: string): StoreEngine {
    this.#record = new CloudRecord(begun);
    return new WitnessedEngine(this.#record, new MemoryEngine(JSON.parse(begun)));
  }

  /** Before it is started: the judge sees all that the box does. */
  watch(machine: Machine): void {
    if (this.#world === undefined) this.#early.push(machine);
    else this.#judge(this.#world, machine);
  }

  /** The first box is made before its world is there as a whole. */
  open(world: Playback): void {
    this.#world = world;
    for (const machine of this.#early) this.#judge(world, machine);
    world.broker.virtual!.subscribe("smartbox/+/down/#", ({ topic, payload }) => {
      for (const judge of this.#judges.values()) judge.passed(topic, payload);
    });
  }

  /** Something is about to be done. Answers what to do once it was. */
  hear(input: Input, { machine, cloud, running, isCloudUp }: Playback): (() => void) | undefined {
    const judge = this.#judges.get(machine);
    const { keys, accesses } = cloud.store.organisation;
    if (judge === undefined) return undefined;
    switch (input.act) {
      case "unlock":
        return () => judge.armed(machine.bins.byLabel(input.bin));
      case "remove-access": {
        const access = accesses.find(({ id }) => id === input.id);
        return () => this.#revoked(access);
      }
      case "erase-user": {
        const theirs = accesses.filter(({ user }) => user === input.user);
        return () => {
          for (const access of theirs) this.#revoked(access);
        };
      }
      case "key-code": {
        const key = keys.find(({ id }) => id === input.key);
        if (key?.code === undefined) return undefined;
        const right = { user: 0, key: key.id, code: key.code, schedule: { kind: "ongoing" } } as const;
        return () => this.#revoked(right);
      }
      case "empty":
      case "holds": {
        const bin = machine.bins.byLabel(input.bin);
        const fob = input.act === "empty" ? undefined : keys.find(({ id }) => id === input.key)?.fob;
        if (isCloudUp) this.#truth.said(machine, bin, fob);
        return () => this.#said(running, machine, bin, fob);
      }
      case "key":
        if (input.input.kind === "choice") this.#truth.chosen(machine, input.input.id, keys);
        return undefined;
      case "import": {
        const before = new Map(running.map((one) => [one, [...one.bins.state.contents]]));
        return () => this.#hung(running, before);
      }
      default:
        return undefined;
    }
  }

  verdict(unrest: readonly string[]): Verdict & Pick<JudgedWorld, "falsehoods"> {
    const { falsehoods } = this.#truth;
    const holdsInventory = falsehoods === 0;
    const verdicts = [...this.#judges].map(([{ name }, judge]) => ({ name, ...judge.verdict({ holdsInventory }) }));
    const sum = (field: Exclude<keyof Verdict, "problems">) => verdicts.reduce((all, one) => all + one[field], 0);
    return {
      exchanges: sum("exchanges"),
      emergencies: sum("emergencies"),
      lost: sum("lost"),
      duplicated: sum("duplicated"),
      reordered: sum("reordered"),
      unauthorised: sum("unauthorised"),
      falsehoods,
      problems: [...verdicts.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`)), ...unrest],
    };
  }

  #judge({ world, cloud }: Playback, machine: Machine): void {
    // A model without offline mode runs no firmware: there is nothing to judge.
    if (!machine.board.offlineCapable) return;
    this.#judges.set(machine, new Judge({ world, cloud: this.#record, machine }));
    this.#truth.watch(machine, cloud);
  }

  #revoked(access: Access | undefined): void {
    if (access !== undefined) for (const judge of this.#judges.values()) judge.revoked(access);
  }

  #said(running: readonly Machine[], there: Machine, bin: number, fob: string | undefined): void {
    for (const machine of running) {
      const judge = this.#judges.get(machine);
      if (machine !== there) {
        if (fob !== undefined) judge?.saidElsewhere(fob);
      } else if (fob === undefined) judge?.saidEmpty(bin);
      else judge?.saidToHold(bin, fob);
    }
  }

  #hung(running: readonly Machine[], before: ReadonlyMap<Machine, readonly (string | null)[]>): void {
    for (const machine of running) {
      for (const [bin, fob] of machine.bins.state.contents.entries()) {
        if (fob !== null && before.get(machine)?.[bin] !== fob) this.#judges.get(machine)?.saidToHold(bin, fob);
      }
    }
  }
}
