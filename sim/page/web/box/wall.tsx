import { useEffect, useRef } from "preact/hooks";
import type { BinNow, BoxSection } from "../../shared/state.js";
import { act, now } from "../live.js";
import { say } from "../words.js";
import { glassCanvas, pictures } from "./console.js";
import { chosen, dragFrom, dropOn, fobToUse } from "./hand.js";

/**
 * The cabinet from the front, in millimetres. The board profile says how large the glass is and how many bins stand side by side;
 * doors and sheet metal are those of the reference cabinet.
 */
const BIN = { width: 62, height: 46 };
const FRAME = 7;
const GAP = 3;
const BEZEL = 4;
const HOOK_Y = 9;
/** Of a key's name on a door; the style has the same size. */
const NAME_SIZE = 4.9;
const NAME_LEFT = 5;

export function Wall() {
  const box = now.box.value;
  const people = now.people.value;
  if (box === undefined || people === undefined) return null;
  let first = 0;
  return (
    <section class="wall card" aria-labelledby="wall-title">
      <h2 id="wall-title">
        {say("wall-title")} <small>{box.place}</small>
      </h2>
      <div class={`units ${people.mountReleased ? "released" : ""}`}>
        {box.units.map((count, unit) => {
          const from = first;
          first += count;
          return <Unit key={unit} unit={unit} from={from} count={count} box={box} />;
        })}
      </div>
      {people.mountReleased && <p class="alarm">{say("released")}</p>}
    </section>
  );
}

function sizeOf(box: BoxSection, unit: number, count: number) {
  const { binColumns, width, height, pixelsPerMillimetre } = box.panel;
  const rows = Math.ceil(count / binColumns);
  const glass = { width: width / pixelsPerMillimetre, height: height / pixelsPerMillimetre };
  const head = unit === 0 ? glass.height + 2 * BEZEL + GAP : 0;
  return {
    glass,
    head,
    width: binColumns * (BIN.width + GAP) - GAP + 2 * FRAME,
    height: head + rows * (BIN.height + GAP) - GAP + 2 * FRAME,
  };
}

function Unit({ unit, from, count, box }: { unit: number; from: number; count: number; box: BoxSection }) {
  const { glass, head, width, height } = sizeOf(box, unit, count);
  const letter = box.labels[from]?.slice(0, 1) ?? "A";
  const name = unit === 0 ? say("base-unit") : say("expansion-unit", { unit: letter });
  const bins = now.people.value!.bins.slice(from, from + count);
  return (
    <figure class="unit" aria-label={name}>
      <svg viewBox={`0 0 ${width} ${height}`} role="group" aria-label={name}>
        <rect class="body" width={width} height={height} rx={5} />
        {unit === 0 && <Plate glass={glass} width={width} />}
        {bins.map((bin, i) => {
          const column = i % box.panel.binColumns;
          const row = Math.floor(i / box.panel.binColumns);
          const x = FRAME + column * (BIN.width + GAP);
          const y = FRAME + head + row * (BIN.height + GAP);
          return (
            <Bin
              key={box.labels[from + i]}
              number={from + i}
              label={box.labels[from + i] ?? ""}
              bin={bin}
              x={x}
              y={y}
            />
          );
        })}
      </svg>
      <figcaption>{name}</figcaption>
    </figure>
  );
}

/** Screen, button and reader in their true size. */
function Plate({ glass, width }: { glass: { width: number; height: number }; width: number }) {
  const { state, lamp } = now.panel.value!;
  const left = (width - glass.width) / 2;
  const readerX = left + glass.width + (width - left - glass.width) / 2;
  const middle = FRAME + BEZEL + glass.height / 2;
  return (
    <g class="plate-small" aria-hidden="true">
      <rect
        class="bezel"
        x={left - BEZEL}
        y={FRAME}
        width={glass.width + 2 * BEZEL}
        height={glass.height + 2 * BEZEL}
        rx={3}
      />
      <foreignObject x={left} y={FRAME + BEZEL} width={glass.width} height={glass.height}>
        <SmallScreen isOn={state === "running"} />
      </foreignObject>
      <circle class={`small-reset lamp-${lamp}`} cx={left / 2} cy={middle} r={4.5} />
      <circle class="small-reader" cx={readerX} cy={middle} r={15} />
      <path
        class="small-waves"
        d={`M${readerX - 5} ${middle - 4}a7 7 0 0 1 0 8m4-11a12 12 0 0 1 0 14m4-17a17 17 0 0 1 0 20`}
      />
    </g>
  );
}

function SmallScreen({ isOn }: { isOn: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const source = glassCanvas.value;
  const { percent } = now.panel.value!;
  const picture = pictures.value;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || source === null) return;
    if (element.width !== source.width) {
      element.width = source.width;
      element.height = source.height;
    }
    const context = element.getContext("2d")!;
    if (isOn && percent > 0) context.drawImage(source, 0, 0);
    else context.fillRect(0, 0, element.width, element.height);
  }, [source, picture, isOn, percent > 0]);
  return <canvas ref={canvas} class="small-screen" />;
}

interface BinProps {
  readonly number: number;
  readonly label: string;
  readonly bin: BinNow;
  readonly x: number;
  readonly y: number;
}

function Bin({ number, label, bin, x, y }: BinProps) {
  const name = bin.fob === null ? "" : (now.people.value!.names[bin.fob] ?? "");
  const classes = [
    "bin",
    bin.open ? "open" : "",
    bin.enabled ? "" : "disabled",
    bin.jammed || bin.unreachable ? "faulty" : "",
  ];
  return (
    <g
      class={classes.join(" ")}
      transform={`translate(${x} ${y})`}
      data-drop={bin.open && bin.fob === null ? `bin:${number}` : undefined}
    >
      <rect class="hole" width={BIN.width} height={BIN.height} rx={2} />
      {bin.open && <Inside number={number} label={label} bin={bin} name={name} />}
      <Door number={number} label={label} bin={bin} name={name} />
    </g>
  );
}

/** The hook, with what hangs on it or may be hung on it. */
function Inside({ number, label, bin, name }: { number: number; label: string; bin: BinNow; name: string }) {
  const fob = fobToUse();
  if (bin.fob !== null) {
    const serial = bin.fob;
    const take = () => void act({ act: "take", bin: number });
    return (
      <g
        class="fob"
        role="button"
        tabindex={0}
        aria-label={say("take-key", { key: name || serial, bin: label })}
        onPointerDown={(event) => dragFrom(event as unknown as PointerEvent, serial)}
        onClick={take}
        onKeyDown={onEnter(take)}
      >
        <rect class="grip" x={16} y={2} width={44} height={42} />
        <KeyShape x={36} y={HOOK_Y} serial={serial} />
      </g>
    );
  }
  if (fob === undefined) return <path class="hook" d={`M38 ${HOOK_Y - 4}v5a2.500 2.500 0 0 0 5 0`} />;
  const put = () => void dropOn(`bin:${number}`, fob);
  return (
    <g
      class="slot"
      role="button"
      tabindex={0}
      aria-label={say("put-here", { fob, bin: label })}
      onClick={put}
      onKeyDown={onEnter(put)}
    >
      <rect class="grip" x={16} y={2} width={44} height={42} rx={2} />
      <path class="hook" d={`M38 ${HOOK_Y - 4}v5a2.500 2.500 0 0 0 5 0`} />
      {chosen.value !== undefined && <path class="arrow" d="M38 36v-14m-5 5l5-5 5 5" />}
    </g>
  );
}

function KeyShape({ x, y, serial }: { x: number; y: number; serial: string }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <circle class="ring" r={4} cx={2} cy={2} />
      <path class="blade" d="M0 6l-7 16 2.500 1 1-2.500 2 .8 1-2.500 2 .8 4.500-11z" />
      <g class="tag" transform="translate(3 5)">
        <rect width={23} height={11} rx={4} />
        <text x={11.5} y={7.4} text-anchor="middle">
          {serial}
        </text>
      </g>
    </g>
  );
}

/** Closed it is a picture: only the box opens it. Open, it is pushed shut by a click. */
function Door({ number, label, bin, name }: { number: number; label: string; bin: BinNow; name: string }) {
  const plate = (
    <>
      <rect class="leaf" width={BIN.width} height={BIN.height} rx={2} />
      <text class="label" x={5} y={11}>
        {label}
      </text>
      <circle class="lock" cx={BIN.width - 6} cy={BIN.height / 2} r={1.8} />
      {!bin.open && bin.fob !== null && (
        <g class="behind">
          <text x={5} y={31}>
            {bin.fob}
          </text>
          <text class="name" x={NAME_LEFT} y={39.5}>
            {short(name)}
          </text>
        </g>
      )}
      {bin.jammed && (
        <text class="fault" x={BIN.width - 5} y={11} text-anchor="end">
          {say("jammed")}
        </text>
      )}
    </>
  );
  if (!bin.open) {
    return (
      <g class="door" role="img" aria-label={say("bin-closed", { bin: label })}>
        {plate}
      </g>
    );
  }
  const close = () => void act({ act: "close", bin: number });
  return (
    <g
      class="door"
      role="button"
      tabindex={0}
      aria-label={say("bin-open", { bin: label })}
      onClick={close}
      onKeyDown={onEnter(close)}
    >
      {plate}
    </g>
  );
}

/** By name: measuring a hundred of them at each change takes its time. */
const shortened = new Map<string, string>();
const measure = document.createElement("canvas").getContext("2d")!;

/** As many letters as a door is wide. */
function short(name: string): string {
  const known = shortened.get(name) ?? cut(name);
  shortened.set(name, known);
  return known;
}

function cut(name: string): string {
  measure.font = `${NAME_SIZE}px "Page Japanese", system-ui, "Noto Sans", sans-serif`;
  const fits = (text: string) => measure.measureText(text).width <= BIN.width - 2 * NAME_LEFT;
  if (fits(name)) return name;
  const letters = [...name];
  while (letters.length > 1 && !fits(`${letters.join("").trimEnd()}…`)) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

function onEnter(does: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    does();
  };
}
