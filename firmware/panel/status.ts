import type { Text } from "../../hal/ports/panel.js";
import { admits, type Room } from "../journal/contract.js";
import type { UpdateShown } from "../update/contract.js";
import { text } from "./screen.js";
import { faultLine } from "./troubles.js";
import { whyOffline } from "./why-offline.js";

/** What the status strip and the device status screen tell. */
export interface DeviceStatus {
  readonly box: string;
  readonly model: string;
  readonly firmware: string;
  readonly online: boolean;
  /** Why the last connection ended or failed, ASCII: shown while offline. */
  readonly offlineReason: string;
  /** s since the last sync; undefined: never since boot, and nobody knows when before. */
  readonly sinceSync: number | undefined;
  /** s for which records have waited for the cloud, or newer permissions for the box; undefined: none waits. */
  readonly unsent: number | undefined;
  readonly outdated: number | undefined;
  readonly snapshotVersion: number;
  readonly onBattery: boolean;
  readonly batteryLow: boolean;
  /** Percent; undefined: the gauge does not answer or cannot be believed. */
  readonly charge: number | undefined;
  /** s that the cell will last; undefined: on mains, or unknown. */
  readonly timeLeft: number | undefined;
  readonly clockKnown: boolean;
  /** Parts and bins that do not work, at most 16. */
  readonly faults: readonly string[];
  readonly journalRoom: Room;
  /** Doors that have stood open too long, with the label of the first; undefined: none. */
  readonly heldOpen: { readonly count: number; readonly bin: string } | undefined;
  /** Undefined: this box takes no updates. */
  readonly update: UpdateShown | undefined;
}

/** What people have to know before they begin. */
export function noticesOf(status: DeviceStatus): readonly Text[] {
  const notices: Text[] = [];
  const { heldOpen } = status;
  if (heldOpen !== undefined) notices.push(text("notice-door-open", heldOpen));
  if (!status.online) notices.push(offlineNotice(status.sinceSync));
  notices.push(...heldUp(status));
  if (status.batteryLow) {
    notices.push(withCharge("notice-battery-low", status.charge), ...timeLeftLines(status.timeLeft));
  } else if (status.onBattery) {
    notices.push(withCharge("notice-on-battery", status.charge));
  }
  if (!status.clockKnown) notices.push(text("notice-clock-unknown"));
  if (!admits(status.journalRoom, "dropoff")) notices.push(text("notice-journal-emergency"));
  else if (!admits(status.journalRoom, "pickup")) notices.push(text("notice-journal-full"));
  if (status.faults.length > 0) notices.push(text("notice-faults", { count: status.faults.length }));
  return notices;
}

type ChargeText = "notice-battery-low" | "notice-on-battery" | "status-battery" | "status-mains";

function withCharge(id: ChargeText, percent: number | undefined): Text {
  return percent === undefined ? text(`${id}-unknown`) : text(id, { percent });
}

function offlineNotice(seconds: number | undefined): Text {
  if (seconds === undefined) return text("notice-offline");
  if (seconds < 3_600) return text("notice-offline-minutes", { minutes: Math.floor(seconds / 60) });
  if (seconds < 172_800) return text("notice-offline-hours", { hours: Math.floor(seconds / 3_600) });
  return text("notice-offline-days", { days: Math.floor(seconds / 86_400) });
}

/** What is a few minutes late is on its way. */
const HELD_UP_SECONDS = 300;

/** Something does not get through although the cloud answers; that everything waits while it does not, the offline notice tells. */
function heldUp({ unsent, outdated, sinceSync }: DeviceStatus): readonly Text[] {
  const isHeld = (seconds: number | undefined): seconds is number =>
    seconds !== undefined && seconds - (sinceSync ?? seconds) >= HELD_UP_SECONDS;
  return [...(isHeld(outdated) ? [outdatedNotice(outdated)] : []), ...(isHeld(unsent) ? [unsentNotice(unsent)] : [])];
}

function outdatedNotice(seconds: number): Text {
  if (seconds < 3_600) return text("notice-outdated-minutes", { minutes: Math.floor(seconds / 60) });
  if (seconds < 172_800) return text("notice-outdated-hours", { hours: Math.floor(seconds / 3_600) });
  return text("notice-outdated-days", { days: Math.floor(seconds / 86_400) });
}

function unsentNotice(seconds: number): Text {
  if (seconds < 3_600) return text("notice-unsent-minutes", { minutes: Math.floor(seconds / 60) });
  if (seconds < 172_800) return text("notice-unsent-hours", { hours: Math.floor(seconds / 3_600) });
  return text("notice-unsent-days", { days: Math.floor(seconds / 86_400) });
}

/** In hours for two days, then in days, and in tens of days from two months on: an estimate that looks like one. */
export function timeLeftLines(seconds: number | undefined): readonly Text[] {
  if (seconds === undefined) return [];
  const hours = Math.floor(seconds / 3_600);
  if (hours < 1) return [text("time-left-soon")];
  if (hours < 48) return [text("time-left-hours", { hours })];
  const days = Math.floor(hours / 24);
  return [text("time-left-days", { days: days < 60 ? days : days - (days % 10) })];
}

function updateLines(update: UpdateShown | undefined): readonly Text[] {
  if (update === undefined) return [];
  const { release, isTrial, next } = update;
  const runs = text(isTrial ? "status-release-trial" : "status-release", { release });
  if (next === undefined) return [runs];
  const { release: other } = next;
  if ("reason" in next) return [runs, text(`update-${next.state}`, { release: other, reason: next.reason })];
  return [runs, text(`update-${next.state}`, { release: other })];
}

/** For whoever was sent to look after the box. */
export function statusLines(status: DeviceStatus): readonly Text[] {
  return [
    text("status-box", { box: status.box, model: status.model, firmware: status.firmware }),
    ...updateLines(status.update),
    text("status-snapshot", { version: status.snapshotVersion }),
    ...(status.online ? [text("status-online")] : [offlineNotice(status.sinceSync), whyOffline(status.offlineReason)]),
    ...(status.outdated === undefined ? [] : [outdatedNotice(status.outdated)]),
    ...(status.unsent === undefined ? [] : [unsentNotice(status.unsent)]),
    withCharge(status.onBattery ? "status-battery" : "status-mains", status.charge),
    ...timeLeftLines(status.timeLeft),
    ...status.faults.map(faultLine),
    ...(status.faults.includes("snapshot")
      ? [text("status-old-permissions", { version: status.snapshotVersion })]
      : []),
  ];
}
