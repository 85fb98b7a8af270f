import type { TimersPort } from "../../hal/ports/clock.js";
import type { LinkKind, LinkPort, Links, SocketOptions, SocketPort, WifiPort } from "../../hal/ports/network.js";
import { Deadline } from "../wiring/deadline.js";

/** Time that a link gets before the next one is powered too, ms. */
const TURN_MS = 2_500;
/** Turns that a link which is up gets for the connection behind it. */
const TURNS_UP = 2;
/** Turns until a link that does not come up rests for good: a cable that is not there, a network out of range. */
const PATIENCE: Readonly<Record<LinkKind, number>> = { ethernet: 4, wifi: 4, cellular: 12 };

/**
 * The links as the sync task has them. On mains all run at once. On battery they are powered one after another, in their
 * order, until the cloud answers over one, and then the others rest: three radios at once cost more than the screen.
 */
export class ThriftyLinks implements Links {
  readonly all: readonly ThriftyLink[];
  readonly wifi: (ThriftyLink & WifiPort) | undefined;
  readonly #links: Links;
  readonly #power: { readonly onBattery: boolean };
  #inUse: ThriftyLink | undefined;
  #online = false;
  #turnsUp = 0;
  readonly #turnDeadline: Deadline;

  constructor(links: Links, timers: TimersPort, power: { readonly onBattery: boolean }) {
    this.#links = links;
    this.#turnDeadline = new Deadline(timers);
    this.#power = power;
    const { wifi } = links;
    const thriftyWifi = wifi && new ThriftyWifi(wifi, this);
    this.wifi = thriftyWifi;
    this.all = links.all.map((link) =>
      link === wifi && thriftyWifi !== undefined ? thriftyWifi : new ThriftyLink(link, this),
    );
  }

  connect(link: LinkPort, options: SocketOptions): SocketPort {
    const thrifty = this.all.find((one) => one === link);
    if (thrifty === undefined) throw new RangeError("the link is not one of this box's");
    this.#inUse = thrifty;
    this.#turnsUp = 0;
    return this.#links.connect(thrifty.real, options);
  }

  /** `online`: whether the cloud answers. To be called when that or mains has changed. */
  look(online: boolean): void {
    this.#online = online;
    this.search();
  }

  /** Somebody pressed the button: links that were given up get another try. */
  again(): void {
    this.all.forEach((link) => {
      link.fruitlessTurns = 0;
    });
    this.search();
  }

  /** Somebody waits for a network that no link has yet. */
  powerAll(): void {
    this.all.forEach((link) => {
      link.fruitlessTurns = 0;
      link.power(link.wanted);
    });
  }

  /** Powers what has its turn now. */
  search(): void {
    if (!this.#power.onBattery) {
      this.#turnDeadline.clear();
      this.powerAll();
    } else if (this.#online) {
      this.#turnDeadline.clear();
      this.all.forEach((link) => {
        link.power(link.wanted && link === this.#inUse);
      });
    } else if (!this.#turnDeadline.pending) {
      this.#turn();
    }
  }

  #turn(): void {
    this.all.forEach((link) => {
      this.#restIfFruitless(link);
    });
    const resting = this.all.find((link) => link.wanted && !link.powered && !isGivenUp(link));
    const isUp = this.all.some((link) => link.powered && link.up);
    if (isUp && this.#turnsUp < TURNS_UP) this.#turnsUp++;
    else resting?.power(true);
    if (resting === undefined && this.all.every((link) => !link.powered || link.up)) return;
    this.#turnDeadline.set(TURN_MS, () => this.search());
  }

  #restIfFruitless(link: ThriftyLink): void {
    if (!link.powered) return;
    link.fruitlessTurns = link.up ? 0 : link.fruitlessTurns + 1;
    if (isGivenUp(link)) link.power(false);
  }
}

function isGivenUp({ kind, fruitlessTurns }: ThriftyLink): boolean {
  return fruitlessTurns >= PATIENCE[kind];
}

class ThriftyLink implements LinkPort {
  readonly real: LinkPort;
  readonly #links: ThriftyLinks;
  /** The sync task has started it. */
  wanted = false;
  powered = false;
  /** Turns in a row with power and without an address. */
  fruitlessTurns = 0;
  onChange: ((up: boolean) => void) | undefined;

  constructor(real: LinkPort, links: ThriftyLinks) {
    this.real = real;
    this.#links = links;
    real.onChange = (up) => this.onChange?.(up);
  }

  get kind(): LinkKind {
    return this.real.kind;
  }

  get up(): boolean {
    return this.real.up;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.#links.search();
  }

  stop(): void {
    this.wanted = false;
    this.power(false);
  }

  power(on: boolean): void {
    if (on === this.powered) return;
    this.powered = on;
    if (on) this.real.start();
    else this.real.stop();
  }
}

class ThriftyWifi extends ThriftyLink implements WifiPort {
  readonly #wifi: WifiPort;
  readonly #links: ThriftyLinks;

  constructor(wifi: WifiPort, links: ThriftyLinks) {
    super(wifi, links);
    this.#wifi = wifi;
    this.#links = links;
  }

  override get kind(): "wifi" {
    return "wifi";
  }

  scan(done: Parameters<WifiPort["scan"]>[0]): void {
    this.#links.powerAll();
    this.#wifi.scan(done);
  }

  join(ssid: string, passphrase: string, done: (error?: string) => void): void {
    this.#links.powerAll();
    this.#wifi.join(ssid, passphrase, done);
  }

  forget(): void {
    this.#wifi.forget();
  }
}
