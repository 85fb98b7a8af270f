import type { Bench } from "./bench.js";
import { HALF_OPEN_TRIES, idleDay, noticedAfterMs } from "./quiet/idle-day.js";
import { OVER_TLS } from "./quiet/line-count.js";

export const quietBench: Bench = {
  name: "quiet",
  summary:
    "what a box with which nothing happens says in a day, in virtual time; the second day, when it has come to rest",
  figures: {
    idleBytesPerDay: "on mains, both ways, of MQTT, inside TLS",
    idleLineBytesPerDay: `the same on the line: ${OVER_TLS}`,
    idlePingBytesPerDay: "of idleBytesPerDay, PINGREQ and PINGRESP, 4 bytes a pair",
    idleMessagesPerDay: "publishes, both ways",
    batteryBytesPerDay: "on battery, of MQTT: asleep but for a check-in",
    brokerTimeoutConnectionsPerDay: "with a broker that ends what is silent for 30 s, the first day",
    brokerTimeoutRecordsPerDay: "journal records of that day",
    offlineNoticedSecondsMost: `from a connection that went half open to the panel's notice, the most of ${HALF_OPEN_TRIES}`,
  },
  async run(progress) {
    progress("two days on mains");
    const mains = await idleDay({ mains: true });
    progress("two days on battery");
    const battery = await idleDay({ mains: false });
    progress("a broker that ends what is silent for 30 s");
    const impatient = await idleDay({ mains: true, idleTimeoutMs: 30_000, firstDay: true });
    progress("half-open connections");
    const noticedMs = await noticedAfterMs();
    return {
      idleBytesPerDay: mains.bytes,
      idleLineBytesPerDay: mains.lineBytes,
      idlePingBytesPerDay: mains.pingBytes,
      idleMessagesPerDay: mains.publishes,
      batteryBytesPerDay: battery.bytes,
      brokerTimeoutConnectionsPerDay: impatient.connections,
      brokerTimeoutRecordsPerDay: impatient.records,
      offlineNoticedSecondsMost: Math.round(Math.max(...noticedMs) / 100) / 10,
    };
  },
};
