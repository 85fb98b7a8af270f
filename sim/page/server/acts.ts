import * as v from "valibot";
import { MODELS } from "../../../hal/boards/index.js";
import { readBinLabel } from "../../../hal/ports/bin-label.js";
import { LANGUAGES } from "../../cloud/domain.js";
import { ENGINES, LINK_KINDS, PACES } from "../shared/state.js";

/** What the page can ask for. Anything else is refused before it touches the world. */

/** A list of keys, characters: some 30,000 keys. */
export const MOST_CSV = 2_000_000;

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const serial = v.pipe(v.string(), v.regex(/^[0-9A-Z]{1,16}$/, "is no fob serial"));
const bin = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(199));
const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const netState = v.picklist(["up", "down", "stall"]);
const label = v.pipe(
  v.string(),
  v.check((text) => readBinLabel(text) !== undefined, "is no bin"),
);

const PanelInputSchema = v.variant("kind", [
  v.object({
    kind: v.literal("digit"),
    digit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9)),
  }),
  v.object({
    kind: v.literal("text"),
    text: v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,63}$/, "is not typed on a panel")),
  }),
  v.object({ kind: v.literal("erase") }),
  v.object({ kind: v.literal("enter") }),
  v.object({ kind: v.literal("cancel") }),
  v.object({ kind: v.literal("choice"), id: text(64) }),
]);

const units = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99))),
  v.minLength(1),
  v.maxLength(8),
);
const OWN = {
  location: text(200),
  timeZone: text(64),
  language: v.picklist(LANGUAGES),
  box: text(32),
  model: v.picklist(MODELS),
  units,
};

/** What touches the world. The world is its seed and these, each at its moment: done again, they give the same world again. */
const INPUTS = [
  v.object({ act: v.literal("key"), input: PanelInputSchema }),
  v.object({ act: v.literal("reset") }),
  v.object({ act: v.literal("scan"), fob: serial }),
  v.object({ act: v.literal("take"), bin }),
  v.object({ act: v.literal("put"), bin, fob: serial }),
  v.object({ act: v.literal("close"), bin }),
  v.object({ act: v.literal("force"), bin }),
  v.object({ act: v.literal("fetch"), fob: serial }),
  v.object({ act: v.literal("leave"), fob: serial }),
  v.object({ act: v.literal("mains"), on: v.boolean() }),
  v.object({ act: v.literal("cell"), on: v.boolean() }),
  v.object({ act: v.literal("charge"), percent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)) }),
  v.object({ act: v.literal("weather"), celsius: v.pipe(v.number(), v.minValue(-20), v.maxValue(60)) }),
  v.object({ act: v.literal("powercut"), seconds: v.pipe(v.number(), v.minValue(0.001), v.maxValue(86_400)) }),
  v.object({ act: v.literal("internet"), state: netState }),
  v.object({ act: v.literal("link"), kind: v.picklist(LINK_KINDS), state: netState }),
  v.object({
    act: v.literal("hotspot"),
    hotspot: v.nullable(
      v.object({
        ssid: v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,32}$/, "is no name of a network")),
        passphrase: v.pipe(
          v.string(),
          v.regex(/^[\x20-\x7e]{8,63}$/, "is no password of a hotspot: 8 to 63 characters"),
        ),
        hasInternet: v.boolean(),
      }),
    ),
  }),
  v.object({ act: v.literal("broker"), on: v.boolean() }),
  v.object({ act: v.literal("cloud"), on: v.boolean() }),
  v.object({ act: v.literal("clock"), to: v.picklist(["right", "wrong", "lost"]) }),
  v.object({ act: v.literal("jam"), bin, on: v.boolean() }),
  v.object({ act: v.literal("unreachable"), bin, on: v.boolean() }),
  v.object({ act: v.literal("fault"), part: v.picklist(["reader", "gauge"]), on: v.boolean() }),
  v.object({ act: v.literal("box"), id: text(32) }),
  v.object({
    act: v.literal("add-access"),
    user: id,
    key: id,
    window: v.nullable(v.object({ start: text(32), end: text(32), zone: v.optional(text(64)) })),
  }),
  v.object({ act: v.literal("remove-access"), id }),
  v.object({ act: v.literal("key-code"), key: id, on: v.boolean() }),
  v.object({ act: v.literal("add-user"), name: text(200), badge: v.nullable(serial) }),
  v.object({ act: v.literal("erase-user"), user: id }),
  v.object({ act: v.literal("add-location"), name: text(200), timeZone: text(64), language: v.picklist(LANGUAGES) }),
  v.object({
    act: v.literal("add-box"),
    id: text(32),
    model: v.picklist(MODELS),
    location: id,
    units,
  }),
  v.object({ act: v.literal("add-own"), ...OWN }),
  v.object({ act: v.literal("import"), csv: text(MOST_CSV), sure: v.boolean() }),
  v.object({ act: v.literal("unlock"), bin: label }),
  v.object({ act: v.literal("enable"), bin: label, on: v.boolean() }),
  v.object({ act: v.literal("empty"), bin: label, sure: v.boolean() }),
  v.object({ act: v.literal("holds"), bin: label, key: id, sure: v.boolean() }),
  v.object({ act: v.literal("seen") }),
  v.object({ act: v.literal("rotate") }),
  v.object({ act: v.literal("revoke") }),
  v.object({ act: v.literal("reboot") }),
] as const;

/** What concerns only those who look. */
const SESSION_ACTS = [
  v.object({ act: v.literal("pace"), pace: v.picklist(PACES) }),
  v.object({ act: v.literal("story"), id: text(32) }),
  v.object({ act: v.literal("stop-story") }),
  v.object({ act: v.literal("start-over") }),
  v.object({ act: v.literal("engine"), engine: v.picklist(ENGINES) }),
  v.object({ act: v.literal("begin-own"), ...OWN }),
  v.object({ act: v.literal("look-back"), at: v.pipe(v.number(), v.minValue(0), v.maxValue(1e12)) }),
  v.object({ act: v.literal("back-to-now") }),
  v.object({ act: v.literal("go-on") }),
] as const;

/** What a story says of what happens: nothing of the world, but it belongs to a moment. */
const CAPTION = v.object({
  act: v.literal("caption"),
  id: text(32),
  caption: text(64),
  params: v.record(text(32), v.union([text(200), v.number()])),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  isOver: v.boolean(),
});

export const InputSchema = v.variant("act", [...INPUTS, CAPTION]);
export type Input = v.InferOutput<typeof InputSchema>;
export const ActSchema = v.variant("act", [...INPUTS, ...SESSION_ACTS]);
export type Act = v.InferOutput<typeof ActSchema>;
