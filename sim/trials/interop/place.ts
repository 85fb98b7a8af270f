import type { Socket } from "node:net";
import type { IClientOptions } from "mqtt";
import { WillForm } from "../../../firmware/sync/will-form.js";
import { UP_FILTER } from "../../../firmware/wire/lanes.js";
import { dial, whenOpen } from "../../world/net/dial.js";
import { BoxClient, type BoxOptions } from "./box-client.js";
import { CloudClient } from "./cloud-client.js";
import { ProbeError, type Version } from "./probe.js";
import type { InteropTarget } from "./target.js";
import { Waiting } from "./waiting.js";

/** What the connect probe found out, for all others of its version. */
export interface Found {
  form: BoxOptions["form"];
}

let unique = 0;

/** Where one probe runs: makes clients, and ends them all afterwards. */
export class Place {
  readonly target: InteropTarget;
  readonly version: Version;
  readonly found: Found;
  readonly waiting = new Waiting();
  /** s that an idle connection is watched for. */
  readonly idleSeconds: number;
  readonly #ends: (() => void)[] = [];
  #isLeft = false;
  /** A box of this probe's own, so that what it leaves behind meets no other. */
  readonly box: string;

  constructor(target: InteropTarget, version: Version, found: Found, idleSeconds: number) {
    this.target = target;
    this.version = version;
    this.found = found;
    this.idleSeconds = idleSeconds;
    this.box = target.box;
  }

  /** The box's client, as its own code connects; wait for `online`. */
  boxClient(options: Partial<Omit<BoxOptions, "path">> = {}): BoxClient {
    const client = new BoxClient(
      {
        version: this.version,
        box: this.box,
        login: this.target.boxLogin,
        form: this.found.form,
        socket: this.target.socket,
        path: this.target.path,
        ...options,
      },
      this.waiting,
    );
    this.#endsWithMe(() => client.close());
    return client;
  }

  /** A box that is connected and subscribed. */
  async onlineBox(options: Partial<BoxOptions> = {}): Promise<BoxClient> {
    const client = this.boxClient(options);
    await client.online();
    return client;
  }

  /** Connects as the sync task does: with less of the will where the broker takes no more. */
  async boxWithTheWillThatIsTaken(): Promise<{ readonly box: BoxClient; readonly lacks: string | undefined }> {
    const will = new WillForm();
    for (;;) {
      const form = will.at(0);
      const box = this.boxClient({ form });
      await this.waiting.until("CONNACK for the box", () => box.accepted || box.ended !== undefined);
      if (box.accepted) {
        will.accepted(0);
        await box.online();
        this.found.form = form;
        return { box, lacks: will.lacks };
      }
      const { reason, how } = box.ended!;
      will.ended(reason, how);
      // A broker that closes without a word is asked twice, as one that restarts would be.
      const mayFareBetter = will.at(0) !== form || how.unanswered === "connect";
      if (!mayFareBetter || (form === "none" && will.at(0) !== "none")) throw new ProbeError(reason);
    }
  }

  /** MQTT.js, connected. */
  async client(options: IClientOptions = {}): Promise<CloudClient> {
    const client = this.newClient(options);
    await client.online();
    return client;
  }

  newClient(options: IClientOptions = {}, login = this.target.cloudLogin): CloudClient {
    // Some brokers take no more than 23 characters (MQTT 3.1.1, 3.1.3-5).
    const clientId = `smartbox-io-${process.pid.toString(36)}-${++unique}`;
    const client = new CloudClient(this.target, this.version, login, this.waiting, { clientId, ...options });
    this.#endsWithMe(() => client.end());
    return client;
  }

  /** The cloud, which hears this box. */
  async cloud(): Promise<CloudClient> {
    const client = await this.client();
    await client.subscribe(UP_FILTER);
    return client;
  }

  /** A bare connection, with TLS where the broker has it; `open` is called when it may be written to. */
  raw(open: (socket: Socket) => void): Socket {
    const socket = dial(this.target.socket);
    whenOpen(socket, this.target.socket, () => open(socket));
    socket.on("error", () => {});
    for (const event of ["data", "close"]) socket.on(event, this.waiting.notify);
    this.#endsWithMe(() => socket.destroy());
    return socket;
  }

  /** A probe that ran out of time may go on for a step: what it opens then ends at once. */
  #endsWithMe(end: () => void): void {
    if (this.#isLeft) end();
    else this.#ends.push(end);
  }

  /** Ends everything that the probe opened. */
  leave(): void {
    this.#isLeft = true;
    for (const end of this.#ends.splice(0)) end();
  }
}
