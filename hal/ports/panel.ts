/** A text of the catalogue by id, with the values of its placeholders. Boards look it up in the box's language. */
export interface Text {
  readonly id: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** What can be typed on the screen now. */
export interface Entry {
  /** `digits`: the 12-key pad; `letters`: a full keyboard, for a hotspot's passphrase. */
  readonly layout: "digits" | "letters";
  /** What the person has typed so far, in groups as it is to be shown; secret entries come already masked. */
  readonly groups: readonly string[];
  readonly maxLength: number;
}

export interface Choice {
  /** Sent back in `PanelInput` when touched. */
  readonly id: string;
  readonly label: Text;
}

/** Every screen that there is: boards lay them out by these names, and people in the simulator wait for them. */
export type ScreenName =
  | "idle"
  | "enter-code"
  | "choose-key"
  | "offer-return"
  | "take-or-return"
  | "opening"
  | "bin-open"
  | "held-open"
  | "thank-you"
  | "refused"
  | "one-touch"
  | `emergency${"" | "-unit" | "-bin" | "-sheet" | "-code" | "-result"}`
  | "opening-all"
  | "unmount-press"
  | "check-bin"
  | "bins-checked"
  | `hotspot-${"scan" | "choose" | "passphrase" | "join" | "result"}`
  | "status"
  | "battery-empty"
  | "stopped";

/** A complete picture of the screen: boards keep nothing of the one before it. */
export interface View {
  /** Which screen, for layout. */
  readonly screen: ScreenName;
  readonly title: Text;
  readonly lines: readonly Text[];
  readonly entry?: Entry;
  /** At most 8, in the order to show. */
  readonly choices: readonly Choice[];
  /** The status strip: offline with the age of the last sync, on battery, low battery, faults. */
  readonly notices: readonly Text[];
  /** Catalogue language: `en`, `fr` or `ja`. */
  readonly language: string;
}

export type PanelInput =
  | { readonly kind: "digit"; readonly digit: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "erase" }
  | { readonly kind: "enter" }
  | { readonly kind: "cancel" }
  | { readonly kind: "choice"; readonly id: string };

export interface PanelPort {
  /** Shows `view` whole, replacing what was there. Idempotent. */
  render(view: View): void;
  /** Screen light in percent, 0 to 100; 0 is dark. Idempotent. */
  backlight(percent: number): void;
  /** Called once per key or touch, in order, never from inside `render`. Bytes from the keyboard are at most 63 ASCII characters. */
  onInput: ((input: PanelInput) => void) | undefined;
}
