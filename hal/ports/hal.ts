import type { BinsPort } from "./bins.js";
import type { BoardProfile } from "./board.js";
import type { ClockPort, TimersPort } from "./clock.js";
import type { CrashPort } from "./crash.js";
import type { EntropyPort } from "./entropy.js";
import type { FlashPort } from "./flash.js";
import type { HashPort } from "./hash.js";
import type { Links } from "./network.js";
import type { PanelPort } from "./panel.js";
import type { PartsPort } from "./parts.js";
import type { ButtonPort, GaugePort, MainsPort, SleepPort, WatchdogPort } from "./power.js";
import type { ReaderPort } from "./reader.js";
import type { TracePort } from "./trace.js";
import type { UpdatePort } from "./update.js";

/**
 * All that the firmware can see of the world.
 *
 * Every port is synchronous and single-threaded: methods return at once or block briefly, callbacks come one at a time from
 * the board's loop, never from inside a method. A callback property holds one function; setting it replaces the one before.
 * Nothing called here may be called after `sleep.sleep` or `sleep.restart`.
 */
export interface Hal {
  readonly board: BoardProfile;
  readonly bins: BinsPort;
  readonly gauge: GaugePort;
  readonly mains: MainsPort;
  readonly button: ButtonPort;
  readonly panel: PanelPort;
  readonly reader: ReaderPort;
  readonly flash: {
    /** Written at the factory: who this box is (`firmware/identity`). In the field a damaged copy is written anew from the other. */
    readonly identity: FlashPort;
    readonly journal: FlashPort;
    readonly snapshot: FlashPort;
  };
  readonly links: Links;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly entropy: EntropyPort;
  readonly hash: HashPort;
  readonly watchdog: WatchdogPort;
  readonly sleep: SleepPort;
  readonly trace: TracePort;
  /** Absent where nothing outlives a reset. */
  readonly crash?: CrashPort;
  /** Absent where nothing can be told about parts beyond what the other ports say. */
  readonly parts?: PartsPort;
  /** Absent where the firmware cannot be replaced in the field. */
  readonly update?: UpdatePort;
}
