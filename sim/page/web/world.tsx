import { signal } from "@preact/signals";
import { PACES } from "../shared/state.js";
import { Card, Choice, Switch } from "./controls.js";
import { act, now } from "./live.js";
import { longTime, numberIn, say } from "./words.js";

/** Where the faults have a column of their own. */
const HAS_ROOM = "(min-width: 48rem) and (max-width: 85rem)";
const PHONE = { ssid: "Amelie iPhone", passphrase: "marais-2026", hasInternet: true };

/** Time, supply, links and faults: what the world does to the box. */
export function World() {
  return (
    <Card id="world" title={say("world-title")} class="world">
      <Supply />
      <Links />
      <Faults />
    </Card>
  );
}

export function Clock() {
  const time = now.time.value;
  if (time === undefined) return null;
  return (
    <div class="clock">
      <time>{longTime(time.wall)}</time>
      <Choice
        name={say("time-title")}
        value={time.pace}
        options={PACES.map((pace) => ({ value: pace, label: say(`pace-${pace}`) }))}
        onChange={(pace) => act({ act: "pace", pace })}
      />
    </div>
  );
}

function Supply() {
  const power = now.power.value;
  const box = now.box.value;
  if (power === undefined || box === undefined) return null;
  const { mains, cell, percent, milliamps } = power;
  const current =
    milliamps > 0
      ? say("current-charging", { mA: numberIn(milliamps) })
      : mains
        ? say("current-mains")
        : say("current-drawing", { mA: numberIn(-milliamps, -milliamps < 10 ? 2 : 0) });
  return (
    <div class="group">
      <Switch name={say("mains")} isOn={mains} onChange={(on) => act({ act: "mains", on })} />
      {box.hasBattery && (
        <>
          <Switch
            name={say("battery")}
            isOn={cell}
            onChange={(on) => act({ act: "cell", on })}
            note={cell ? `${numberIn(percent, 1)} % · ${current}` : undefined}
          />
          <label class="slider">
            <span>{say("charge")}</span>
            <input
              type="range"
              min={0}
              max={100}
              value={Math.round(percent)}
              disabled={!cell}
              onChange={(event) => act({ act: "charge", percent: Number(event.currentTarget.value) })}
            />
          </label>
        </>
      )}
      <button type="button" onClick={() => act({ act: "powercut", seconds: 10 })}>
        {say("all-power")}
      </button>
    </div>
  );
}

function Links() {
  const net = now.net.value;
  if (net === undefined) return null;
  const { internet, links, hotspot, broker, cloud } = net;
  return (
    <div class="group">
      <Switch
        name={say("internet")}
        isOn={internet === "up"}
        onChange={(on) => act({ act: "internet", state: on ? "up" : "down" })}
      />
      {links.map(({ kind, fitted, state, up }) => (
        <Switch
          key={kind}
          name={say(kind)}
          isOn={fitted && state === "up"}
          disabled={!fitted}
          note={fitted ? (up ? say("in-use") : undefined) : say("not-fitted")}
          onChange={(on) => act({ act: "link", kind, state: on ? "up" : "down" })}
        />
      ))}
      <Switch
        name={say("hotspot")}
        isOn={hotspot !== null}
        note={hotspot === null ? undefined : `${hotspot.ssid} · ${hotspot.passphrase}`}
        onChange={(on) => act({ act: "hotspot", hotspot: on ? PHONE : null })}
      />
      <Switch name={say("broker")} isOn={broker} onChange={(on) => act({ act: "broker", on })} />
      <Switch name={say("cloud")} isOn={cloud} onChange={(on) => act({ act: "cloud", on })} />
    </div>
  );
}

const faultyBin = signal(0);

function Faults() {
  const faults = now.faults.value;
  const time = now.time.value;
  const box = now.box.value;
  const people = now.people.value;
  const power = now.power.value;
  if (faults === undefined || time === undefined || box === undefined || people === undefined || power === undefined)
    return null;
  const number = Math.min(faultyBin.value, box.labels.length - 1);
  const bin = people.bins[number];
  const { clockError } = time;
  const clock = clockError === null ? "lost" : Math.abs(clockError) > 60 ? "wrong" : "right";
  return (
    <details class="group" open={matchMedia(HAS_ROOM).matches}>
      <summary>{say("faults")}</summary>
      <Switch
        name={say("fault-reader")}
        isOn={faults.reader}
        onChange={(on) => act({ act: "fault", part: "reader", on })}
      />
      <Switch
        name={say("fault-gauge")}
        isOn={faults.gauge}
        onChange={(on) => act({ act: "fault", part: "gauge", on })}
      />
      <label class="slider">
        <span>{say("fault-bin")}</span>
        <select
          value={number}
          onChange={(event) => {
            faultyBin.value = Number(event.currentTarget.value);
          }}
        >
          {box.labels.map((label, i) => (
            <option key={label} value={i}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Switch
        name={say("fault-jam")}
        isOn={bin?.jammed ?? false}
        onChange={(on) => act({ act: "jam", bin: number, on })}
      />
      <Switch
        name={say("fault-unreachable")}
        isOn={bin?.unreachable ?? false}
        onChange={(on) => act({ act: "unreachable", bin: number, on })}
      />
      <button type="button" disabled={bin?.open ?? true} onClick={() => act({ act: "force", bin: number })}>
        {say("fault-force")}
      </button>
      <div class="slider">
        <span>{say("clock")}</span>
        <Choice
          name={say("clock")}
          value={clock}
          options={(["right", "wrong", "lost"] as const).map((to) => ({ value: to, label: say(`clock-${to}`) }))}
          onChange={(to) => act({ act: "clock", to })}
        />
      </div>
      {box.hasBattery && (
        <label class="slider">
          <span>
            {say("temperature")} {power.celsius} °C
          </span>
          <input
            type="range"
            min={-20}
            max={60}
            value={power.celsius}
            onChange={(event) => act({ act: "weather", celsius: Number(event.currentTarget.value) })}
          />
        </label>
      )}
    </details>
  );
}
