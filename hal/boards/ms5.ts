import type { BoardProfile } from "./profile.js";

/** MS5: ESP32-S3, touch panel, Ethernet, Wi-Fi, cellular, 3,500 mAh battery. */
export const MS5: BoardProfile = {
  model: "MS5",
  offlineCapable: true,
  battery: { capacityMilliampHours: 3_500, brownOutMillivolts: 3_300, plannedMilliamps: 0.35 },
  power: {
    sleepAfterMs: 120_000,
    hibernateBelowPercent: 80,
    hibernateAfterMs: 60_000,
    busyGraceMs: 180_000,
    checkIn: { everySeconds: 86_400, abovePercent: 30, atMostMs: 60_000 },
    backlight: { mainsPercent: 100, batteryPercent: 60, lowPercent: 20, dimAfterMs: 15_000 },
  },
  bins: { openWithinMs: 1_500, retries: 2, betweenPulsesMs: 500, heldOpenAfterMs: 60_000, mountHoldMs: 5_000 },
};
