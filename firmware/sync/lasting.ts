import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { LinkKind, SocketPort } from "../../hal/ports/network.js";
import type { BrokerBounds } from "./broker-bounds.js";
import type { CertificateDates } from "./certificate-dates.js";
import type { SyncHost } from "./contract.js";
import type { Lag } from "./lag.js";
import type { SessionSeal } from "./session-seal.js";
import type { SnapshotPull } from "./snapshot-pull.js";
import type { Standing } from "./standing.js";

/** What outlives sessions, and is the same for each. */
export interface Lasting {
  readonly host: SyncHost;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly pull: SnapshotPull;
  readonly standing: Standing;
  readonly lag: Lag;
  readonly dates: CertificateDates;
  readonly bounds: BrokerBounds;
}

/** Where a session's messages go: an MQTT connection. */
export interface Outlet {
  readonly ready: boolean;
  publish(topic: string, payload: Uint8Array, retain: boolean): void;
  /** Bytes of the longest payload that it takes on `topic`; undefined: no bound. */
  payloadBytesMax(topic: string): number | undefined;
  /** The session is of no use: the connection ends, and with it the session, before this returns. */
  close(reason: string): void;
}

/** What one session goes over. */
export interface Channel {
  readonly link: LinkKind;
  /** Its certificates are looked at. */
  readonly socket: Pick<SocketPort, "validity">;
  readonly outlet: Outlet;
  readonly seal: SessionSeal;
}
