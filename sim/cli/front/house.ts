import { type Box, CloudError } from "../../cloud/domain.js";
import type { CloudService } from "../../cloud/service.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Engine } from "../../engines/engine.js";
import { Hand } from "../../page/server/hand.js";
import type { Stage } from "../../page/server/theatre.js";
import { Wire } from "../../page/server/wire.js";
import type { StorySection } from "../../page/shared/state.js";
import { SAMPLE_BOXES } from "../../samples/sample.js";
import type { BrokerSide } from "../../trials/stage/broker-side.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import type { BrokerGate } from "./broker-gate.js";
import { CloudLine } from "./cloud-line.js";
import { type SavedStand, Stand } from "./stand.js";
import type { Surroundings } from "./surroundings.js";

/** All that boxes and the cloud say to one another. */
const WATCHED = ["smartbox/+/up/#", "smartbox/+/down/#"];

export interface HouseNeeds {
  readonly world: World;
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  readonly gate: BrokerGate;
  /** Of the cloud, in the world's time. */
  readonly transport: CloudTransport;
  /** Whether time runs ahead of what comes in over `transport`; absent: never. */
  readonly lags?: () => boolean;
  /** What is kept of a box. */
  readonly savedOf: (machine: Machine) => SavedStand | undefined;
  /** What runs a box; absent: Node. */
  readonly engineOf?: (box: string) => Engine;
  /** A box is there, and is about to be started. */
  readonly onStand?: (stand: Stand) => void;
}

/** Boxes with their cloud, their broker and the buildings around them. Somebody stands in front of one of them; the others run on. */
export class House implements Stage {
  readonly world: World;
  readonly cloud: CloudService;
  readonly brokerName: string;
  readonly hand = new Hand();
  readonly wire = new Wire();
  story: StorySection | null = null;
  /** Told when somebody has gone to another box. */
  onSwitch: (() => void) | undefined;
  readonly #needs: HouseNeeds;
  readonly #line: CloudLine;
  readonly #stands = new Map<string, Stand>();
  #current!: Stand;

  /** `box`: where somebody stands at first; it is started. */
  constructor(needs: HouseNeeds, box: string) {
    this.#needs = needs;
    this.world = needs.world;
    this.cloud = needs.cloud;
    this.brokerName = needs.broker.virtual === undefined ? `${needs.broker.host}:${needs.broker.port}` : "of its own";
    this.#line = new CloudLine(needs.transport, needs.lags);
    needs.cloud.attach(this.#line.transport);
    const seen = ({ topic, payload }: { readonly topic: string; readonly payload: Uint8Array }) =>
      this.wire.note(this.world.wallSeconds(), topic, payload);
    for (const filter of WATCHED) needs.broker.virtual?.subscribe(filter, seen);
    this.switchTo(box);
  }

  /** Ids of the clients that the broker has; empty where it is a real one. */
  get connections(): readonly string[] {
    return this.#needs.broker.virtual?.connections.map(({ clientId }) => clientId) ?? [];
  }

  switchTo(id: string): void {
    const { id: box } = findBox(this.cloud, id);
    const stand = this.#stands.get(box) ?? this.#start(box);
    this.#current = stand;
    this.hand.goTo(stand.machine);
    this.onSwitch?.();
  }

  #start(box: string): Stand {
    const stand = Stand.open(this.#needs, box, this.#needs.savedOf, this.#needs.engineOf?.(box));
    this.#stands.set(box, stand);
    this.#needs.onStand?.(stand);
    stand.machine.start();
    return stand;
  }

  get machine(): Machine {
    return this.#current.machine;
  }

  get surroundings(): Surroundings {
    return this.#current.surroundings;
  }

  /** Boxes that run, in the order in which they were started. */
  get running(): readonly Machine[] {
    return [...this.#stands.values()].map(({ machine }) => machine);
  }

  /** Whether the cloud hears and answers. */
  get isCloudUp(): boolean {
    return this.#line.isUp;
  }

  /** Takes the cloud away from all boxes, or gives it back: the broker stays, and nobody behind it answers. */
  set isCloudUp(isUp: boolean) {
    this.#line.isUp = isUp;
  }

  get isBrokerUp(): boolean {
    return this.#needs.gate.isUp;
  }

  /** Stops the broker for every box and the cloud, or starts it again. */
  set isBrokerUp(isUp: boolean) {
    this.#needs.gate.isUp = isUp;
    this.#line.isBrokerUp = isUp;
  }

  get box(): Box {
    return this.cloud.store.organisation.boxes.find((one) => one.id === this.machine.name)!;
  }

  /** IANA name of the box's time zone. */
  get timeZone(): string {
    return this.cloud.ingest.log.index.locations.get(this.box.location)!.timeZone;
  }

  /** Whether somebody in front of the box sees something on its screen. */
  get isLit(): boolean {
    return this.machine.panel.view !== undefined && this.machine.panel.backlightPercent > 0;
  }
}

/** Absent: the sample's MS5, or the first that there is. Throws CloudError that names those that there are. */
export function findBox(cloud: CloudService, wanted: string | undefined): Box {
  const { boxes } = cloud.store.organisation;
  const id = wanted ?? (boxes.find((box) => box.id === SAMPLE_BOXES.ms5) ?? boxes[0]!).id;
  const found = boxes.find((box) => box.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  throw new CloudError(`there is no box ${id}: choose one of ${boxes.map((box) => box.id).join(", ")}`);
}
