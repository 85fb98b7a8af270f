import { CloudError } from "../../cloud/domain.js";
import { WorldError } from "../../world/devices/site.js";
import type { Act } from "./acts.js";
import type { Hand } from "./hand.js";
import type { Theatre } from "./theatre.js";

/** A clock that is wrong is this far ahead, s. */
const WRONG_BY_SECONDS = 3 * 3_600;
const CUT_MS = 10_000;

type Does = { readonly [K in Act["act"]]: (theatre: Theatre, act: Extract<Act, { act: K }>, hand: Hand) => unknown };

/** Does what somebody did on the page, at once; the box notices as time goes on. Throws WorldError and CloudError. */
export async function play(theatre: Theatre, act: Act, hand: Hand): Promise<void> {
  const does = DOES[act.act] as (theatre: Theatre, act: Act, hand: Hand) => unknown;
  await does(theatre, act, hand);
  theatre.poke();
}

function binNumber({ machine }: Theatre, bin: number): number {
  if (bin < machine.bins.count) return bin;
  throw new WorldError(`there is no bin ${bin + 1}: the box has ${machine.bins.count}`);
}

/** Nobody gets at a cloud that is down. */
function cloudOf(theatre: Theatre): Theatre["cloud"] {
  if (theatre.isCloudUp) return theatre.cloud;
  throw new CloudError("the cloud is down: switch it on again first");
}

function scan({ machine, isLit }: Theatre, fob: string): void {
  if (machine.bins.state.contents.includes(fob)) throw new WorldError(`${fob} hangs in a bin: take it out first`);
  if (!isLit) throw new WorldError("the box is dark and reads nothing: press its reset button");
  machine.reader.scan(fob);
}

function setClock({ machine }: Theatre, to: "right" | "wrong" | "lost"): void {
  const { rtc } = machine;
  if (to === "lost") rtc.lose();
  else rtc.restore(to === "right" ? 0 : WRONG_BY_SECONDS);
}

function addAccess(theatre: Theatre, { user, key, window }: Extract<Act, { act: "add-access" }>): void {
  const schedule =
    window === null
      ? ({ kind: "ongoing" } as const)
      : ({ kind: "scheduled", start: window.start, end: window.end, zone: "local" } as const);
  cloudOf(theatre).admin.addAccess(user, key, schedule);
}

function setKeyCode(theatre: Theatre, key: number, on: boolean): void {
  const { admin } = cloudOf(theatre);
  if (on) admin.generateKeyCode(key);
  else admin.removeKeyCode(key);
}

const DOES: Does = {
  key: ({ machine }, { input }) => machine.panel.input(input),
  reset: ({ machine }) => machine.button.press(),
  scan: (theatre, { fob }) => scan(theatre, fob),
  take: (theatre, { bin }) => theatre.machine.bins.take(binNumber(theatre, bin)),
  put: (theatre, { bin, fob }, hand) => {
    if (!hand.held.includes(fob)) throw new WorldError(`${fob} is not in your hand`);
    theatre.machine.bins.put(binNumber(theatre, bin), fob);
  },
  close: (theatre, { bin }) => theatre.machine.bins.close(binNumber(theatre, bin)),
  force: (theatre, { bin }) => theatre.machine.bins.force(binNumber(theatre, bin)),
  fetch: (_theatre, { fob }, hand) => hand.fetch(fob),
  leave: (_theatre, { fob }, hand) => hand.leave(fob),
  mains: ({ machine }, { on }) => machine.setMains(on),
  cell: ({ machine }, { on }) => machine.setBattery(on),
  charge: ({ machine }, { percent }) => machine.battery.setChargePercent(percent),
  weather: ({ machine }, { celsius }) => machine.battery.weather({ celsius }),
  powercut: ({ machine }) => machine.powerCut({ backAfterMs: CUT_MS }),
  internet: ({ surroundings }, { state }) => surroundings.setInternet(state),
  link: ({ surroundings }, { kind, state }) => surroundings.setLink(kind, state),
  hotspot: ({ surroundings }, { hotspot }) =>
    hotspot === null ? surroundings.closeHotspot() : surroundings.openHotspot(hotspot),
  broker: (theatre, { on }) => {
    theatre.isBrokerUp = on;
  },
  cloud: (theatre, { on }) => {
    theatre.isCloudUp = on;
  },
  pace: (theatre, { pace }) => {
    theatre.pace = pace;
  },
  clock: (theatre, { to }) => setClock(theatre, to),
  jam: (theatre, { bin, on }) => theatre.machine.bins.jam(binNumber(theatre, bin), on),
  unreachable: (theatre, { bin, on }) => theatre.machine.bins.unreachable(binNumber(theatre, bin), on),
  fault: ({ machine }, { part, on }) => {
    if (part === "reader") machine.reader.broken = on;
    else machine.gauge.silent = on;
  },
  box: (theatre, { id }) => theatre.switchTo(id),
  story: (theatre, { id }) => theatre.playStory(id),
  "stop-story": (theatre) => theatre.stopStory(),
  "start-over": (theatre) => theatre.startOver(),
  "add-access": addAccess,
  "remove-access": (theatre, { id }) => cloudOf(theatre).admin.removeAccess(id),
  "key-code": (theatre, { key, on }) => setKeyCode(theatre, key, on),
  "add-user": (theatre, { name, badge }) => cloudOf(theatre).admin.addUser({ name, ...(badge !== null && { badge }) }),
  unlock: (theatre, { bin }) => cloudOf(theatre).oneTouchUnlock(theatre.box.id, bin),
  enable: (theatre, { bin, on }) => cloudOf(theatre).setBinEnabled(theatre.box.id, bin, on),
  empty: (theatre, { bin, sure }) => cloudOf(theatre).admin.emptyBin(theatre.box.id, bin, sure),
  holds: (theatre, { bin, key, sure }) => cloudOf(theatre).admin.fillBin(theatre.box.id, bin, key, sure),
  seen: (theatre) => cloudOf(theatre).seen(theatre.box.id),
  rotate: (theatre) => cloudOf(theatre).sheets.rotate(theatre.box.id),
  revoke: (theatre) => cloudOf(theatre).closeSheets(theatre.box.id),
  reboot: (theatre) => cloudOf(theatre).reboot(theatre.box.id),
};
