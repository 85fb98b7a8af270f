/** Why somebody is refused something: each has a text on the panel, whose id is `refused-` and this. */
export type RefusalReason =
  // What was shown or typed
  | "wrong-code"
  | "code-too-short"
  | `${"wrong-code-wait" | "throttled"}${"" | "-minutes" | "-hours"}`
  | "code-used"
  | "sheet-closed"
  | "fob-unreadable"
  // The right to it
  | "no-snapshot"
  | "clock-unknown"
  | "too-early"
  | "expired"
  | "no-keys-for-badge"
  | "wrong-location"
  // The key, the bins and the wall
  | "key-not-here"
  | "bin-disabled"
  | "bin-wont-open"
  | "box-full"
  | "no-sure-bin"
  | "no-working-bin"
  | "mount-fault"
  | "busy"
  // What can be put on record
  | "journal-full"
  | "journal-fault"
  | "battery-empty";
