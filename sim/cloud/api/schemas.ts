import * as v from "valibot";
import { AccessSchema, BoxSchema, KeySchema, LocationSchema, UserSchema } from "../domain.js";
import { DAYS } from "../privacy/privacy.js";
import { isTimeZone } from "../windows.js";
import { PageQuery } from "./paging.js";
import { SCOPES } from "./tokens.js";

/** What goes in and out of the API. What an answer does not name here does not leave: keys and passwords of boxes are not among it. */

const nullable = <const S extends v.GenericSchema>(schema: S) => v.nullable(schema);
const seconds = v.pipe(v.number(), v.integer());
const text = v.string();

/** Any of these fields, and no other. */
function anyOf<const E extends v.ObjectEntries>(entries: E) {
  const each = Object.entries(entries).map(([name, schema]) => [name, v.exactOptional(schema as v.GenericSchema)]);
  return v.strictObject(
    Object.fromEntries(each) as { [K in keyof E]: v.ExactOptionalSchema<E[K] & v.GenericSchema, undefined> },
  );
}

/** A number in a path. */
export const PathId = v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,14}$/, "write a number"), v.transform(Number));
/** A box's id, a bin's label or an alert's id in a path. */
export const PathName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:-]{1,80}$/, "write an id as it is in its list"));

const { id: _location, ...locationFields } = LocationSchema.entries;
export const NewLocation = v.strictObject(locationFields);
export const LocationChanges = anyOf(locationFields);
export const LocationView = v.object(LocationSchema.entries);

const { id: _key, ...keyFields } = KeySchema.entries;
export const NewKey = v.strictObject(keyFields);
export const KeyChanges = anyOf({ ...keyFields, fob: nullable(KeySchema.entries.fob.wrapped) });
const Whereabouts = v.variant("kind", [
  v.object({ kind: v.literal("bin"), box: text, bin: text, certain: v.boolean() }),
  v.object({ kind: v.literal("holder"), name: text }),
  v.object({ kind: v.literal("nowhere") }),
]);
export const KeyView = v.object({
  ...KeySchema.entries,
  fob: nullable(text),
  /** Null without the scope `codes`, too. */
  code: nullable(text),
  where: Whereabouts,
});

const { id: _user, ...userFields } = UserSchema.entries;
export const NewUser = v.strictObject(userFields);
export const UserChanges = anyOf({ ...userFields, badge: nullable(UserSchema.entries.badge.wrapped) });
export const UserView = v.object({ ...UserSchema.entries, badge: nullable(text) });

const days = v.pipe(v.number(), v.integer(), v.minValue(DAYS.least), v.maxValue(DAYS.most));
export const RetentionChange = v.strictObject({ days: nullable(days) });
export const PrivacyView = v.object({
  /** For so many days the log tells who did something; null: for ever. */
  days: nullable(days),
  /** Numbers of people whose names are just going from the log. */
  erasing: v.array(v.pipe(v.number(), v.integer())),
  /** Numbers of all who were erased: to be erased again where an older copy is put back. */
  erased: v.array(v.pipe(v.number(), v.integer())),
});

const { id: _access, ...accessFields } = AccessSchema.entries;
export const NewAccess = v.strictObject({ ...accessFields, code: v.exactOptional(AccessSchema.entries.code) });
export const AccessChanges = anyOf(accessFields);
/** Whether a box goes by it: `there`; it is on its way; or the box has said nothing since. */
const AtBox = v.object({
  box: text,
  state: v.picklist(["there", "onItsWay", "silent"]),
  since: nullable(seconds),
});
export const AccessView = v.object({
  ...AccessSchema.entries,
  /** Null without the scope `codes`. */
  code: nullable(text),
  boxes: v.array(AtBox),
});

export const BinView = v.object({
  label: text,
  enabled: v.boolean(),
  belief: v.picklist(["empty", "holds", "taken", "doubt"]),
  /** Number of the key that hangs, hung or may hang there. */
  key: nullable(v.number()),
  /** Serial of a fob that is no key's. */
  fob: nullable(text),
});
export const BinChanges = v.strictObject({ enabled: v.boolean() });
export const BinContent = v.strictObject({
  /** Null: somebody looked, and nothing hangs there. */
  key: nullable(KeySchema.entries.id),
  /** Although the box's doors say otherwise. */
  sure: v.optional(v.boolean(), false),
});

const Power = v.object({
  toldAt: seconds,
  mains: v.boolean(),
  chargePercent: nullable(v.number()),
  millivolts: nullable(v.number()),
  celsius: nullable(v.number()),
  mainsLostAt: nullable(seconds),
  emptyAt: nullable(seconds),
});
export const AlertView = v.object({
  id: text,
  box: text,
  what: text,
  wayOut: text,
  since: seconds,
  acknowledged: nullable(v.object({ by: text, at: seconds })),
});
export const Acknowledgement = v.strictObject({
  /** Who has taken it on, for people. */
  by: v.pipe(v.string(), v.trim(), v.minLength(1, "say who"), v.maxLength(64)),
});
export const BoxView = v.object({
  id: text,
  model: BoxSchema.entries.model,
  location: v.number(),
  bins: v.number(),
  online: v.boolean(),
  lastSeen: nullable(seconds),
  link: nullable(text),
  faults: v.array(text),
  power: nullable(Power),
  /** Of the permissions: the version made last, and the one that the box goes by; what is between is not there yet. */
  permissions: v.object({ newest: v.number(), applied: v.number() }),
  /** Records that the box has written and that are not here, as far as it said. */
  recordsMissing: v.number(),
  alerts: v.array(AlertView),
});
export const NewBox = v.strictObject({
  /** `opaque`: one is drawn that tells nothing. */
  id: BoxSchema.entries.id,
  model: BoxSchema.entries.model,
  location: LocationSchema.entries.id,
  /** How many bins each unit has: `[12, 8]` are and B-1 to B-8. */
  units: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200))),
    v.minLength(1),
    v.maxLength(26),
  ),
});
export const BoxChanges = v.strictObject({ location: LocationSchema.entries.id });

export const Unlock = v.strictObject({ bin: v.pipe(v.string(), v.maxLength(16)) });
export const CommandView = v.object({
  id: v.number(),
  kind: text,
  bin: nullable(text),
  sheet: nullable(v.number()),
  issued: seconds,
  status: v.picklist(["waiting", "received", "expired"]),
});

export const SheetNumber = v.object({ box: text, sheet: v.number() });
export const SheetView = v.object({
  box: text,
  sheet: v.number(),
  standing: v.picklist(["inForce", "superseded", "closed"]),
  inForce: v.number(),
  targets: v.array(
    v.object({
      target: text,
      codes: v.array(
        v.object({
          number: v.number(),
          code: text,
          state: v.picklist(["good", "used", "passed", "closed"]),
          usedAt: v.optional(seconds),
        }),
      ),
    }),
  ),
});

export const LogEntryView = v.object({
  /** Where it is in the box's journal: one entry ever. */
  epoch: text,
  seq: v.number(),
  kind: v.picklist(["PICKUP", "DROPOFF", "EMERGENCY"]),
  /** Null: the box's clock was unknown; the order tells. */
  time: nullable(seconds),
  clock: v.picklist(["synced", "kept", "unknown"]),
  offline: v.boolean(),
  onBattery: v.boolean(),
  where: text,
  what: text,
  who: nullable(text),
  user: nullable(v.number()),
  key: nullable(v.number()),
  status: v.picklist(["pending", "done", "leftOpen", "notOpened", "unconfirmed"]),
});

/** Something that happened. Webhooks carry the same. */
export const EventView = v.object({
  /** Place in the order of all events of the organisation. */
  place: v.number(),
  type: text,
  box: text,
  /** Seconds since 1970 UTC; null: the box's clock was unknown. */
  time: nullable(seconds),
  offline: v.boolean(),
  data: v.record(v.string(), v.unknown()),
});

const clock = v.pipe(v.string(), v.regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "write a time as 22:00"));
export const MailView = v.strictObject({
  to: v.pipe(
    v.array(
      v.pipe(v.string(), v.maxLength(254), v.regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, "write an address as name@host")),
    ),
    v.maxLength(20, "at most 20 addresses"),
  ),
  /** Null: never. */
  quiet: nullable(
    v.strictObject({
      from: clock,
      until: clock,
      timeZone: v.pipe(
        v.string(),
        v.check(isTimeZone, (issue) => `there is no time zone ${issue.input}: write it as Europe/Paris`),
      ),
    }),
  ),
});

const hookUrl = v.pipe(v.string(), v.maxLength(2_048));
const hookTypes = v.pipe(
  v.array(
    v.pipe(v.string(), v.regex(/^[a-zA-Z.]{1,40}$/, "write how a type begins, such as exchange. or alert.raised")),
  ),
  v.maxLength(20),
);
const cursor = v.pipe(v.string(), v.maxLength(256));
export const NewHook = v.strictObject({
  /** `https://`. */
  url: hookUrl,
  /** How the types begin that it is told of; absent or empty: all. */
  types: v.exactOptional(hookTypes),
  /** Of `/v1/events`: it is told of everything after it; null: from the first that ever happened. */
  cursor: nullable(cursor),
});
export const HookChanges = anyOf({ url: hookUrl, types: hookTypes, enabled: v.boolean() });
export const Replay = v.strictObject({ cursor: nullable(cursor) });
export const HookView = v.object({
  id: text,
  url: text,
  types: v.array(text),
  enabled: v.boolean(),
  /** It has taken everything up to here. */
  cursor: text,
  failing: nullable(v.object({ since: seconds, attempts: v.number(), why: text, nextAt: seconds })),
});
export const HookWithSecret = v.object({ ...HookView.entries, secret: text });

const model = BoxSchema.entries.model;
const releaseNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_fffe));
export const ReleaseView = v.object({
  model: text,
  release: v.number(),
  firmware: text,
  /** No box goes back below that of a release which it has confirmed. */
  security: v.number(),
  /** From then on no box takes it. */
  expires: seconds,
  /** Version of the list of release keys whose keys have signed it. */
  list: v.number(),
  imageBytes: v.number(),
});
export const NewRollout = v.strictObject({ model, release: releaseNumber });
export const RolloutChanges = v.strictObject({ state: v.picklist(["running", "paused"]) });
export const RolloutView = v.object({
  model: text,
  release: v.number(),
  state: v.picklist(["running", "paused", "stopped"]),
  /** Of `stopped`. */
  why: nullable(text),
  expires: nullable(seconds),
  /** Boxes in a hundred, wave by wave; which of them is on, from 0, and since when. */
  waves: v.array(v.number()),
  wave: v.number(),
  since: seconds,
  /** Boxes of the model that take updates; of those the present wave's, and what became of them. */
  boxes: v.number(),
  members: v.number(),
  heard: v.number(),
  confirmed: v.number(),
  refused: v.number(),
  returned: v.number(),
  silent: v.number(),
  crashed: v.number(),
});
/** Null: the box has what the rollout gives it. */
export const Pin = v.strictObject({ release: nullable(releaseNumber) });
const releaseQuery = (what: string) =>
  v.optional(
    v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,9}$/, `${what} is the number of a release`), v.transform(Number)),
  );
export const VersionQuery = v.strictObject({
  ...PageQuery.entries,
  model: v.optional(model),
  release: releaseQuery("release"),
  /** Boxes that run a lower one, and those that never said what they run. */
  below: releaseQuery("below"),
});
export const BoxVersionView = v.object({
  box: text,
  model: text,
  location: v.number(),
  /** Null: it never said. */
  release: nullable(v.number()),
  firmware: nullable(text),
  isTrial: v.boolean(),
  pin: nullable(v.number()),
  /** What it is to have beyond what it runs; and why it is not offered now. */
  wanted: nullable(v.number()),
  heldBack: nullable(
    v.picklist(["notOnShelf", "expired", "retiredKeys", "paused", "stopped", "laterWave", "takesNone"]),
  ),
  /** The last that it told of an update. */
  update: nullable(
    v.object({ event: text, release: v.number(), reason: nullable(text), at: seconds, crashes: v.number() }),
  ),
  lastSeen: nullable(seconds),
});

export const TokenView = v.object({
  id: text,
  name: text,
  scopes: v.array(v.picklist(Object.keys(SCOPES))),
  created: seconds,
  expires: nullable(seconds),
});

export const ProblemView = v.object({
  type: text,
  title: text,
  status: v.number(),
  detail: text,
  errors: v.optional(v.array(v.object({ field: text, message: text }))),
});
