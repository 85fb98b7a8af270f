import type { Choice, PanelInput, Text } from "../../hal/ports/panel.js";
import type { Navigator } from "./navigator.js";
import { choice, text } from "./screen.js";
import { messageScreen } from "./screens/message.js";
import type { TextId } from "./texts/en.js";

/** How long a result stays to be read, ms. */
const RESULT_MS = 30_000;
/** A list of bins is written down, or walked along, ms. */
const LIST_MS = 120_000;

/** What else may be chosen on the screen of a result. */
export interface FurtherChoice {
  readonly choice: Choice;
  take(): void;
}

export interface ResultOptions {
  readonly lines?: readonly Text[];
  /** The way back for somebody who mistyped, without all the menus. */
  again?(): void;
  /** What else may be chosen, before the ways out. */
  readonly also?: readonly FurtherChoice[];
  /** It stays for `LIST_MS`, and keeps the box awake; otherwise for `RESULT_MS`. */
  readonly isList?: true;
  /** The bin with a code of its own whose door this is about. */
  readonly about?: number;
}

/** What somebody may do who has read a result. */
export interface EmergencyResultsHost {
  /** Shows what printed codes open. */
  menu(): void;
  /** Somebody began to type an ordinary code. */
  enterCode(first: PanelInput): void;
}

/** How it went with a printed code, and the ways on from there. */
export class EmergencyResults {
  readonly #navigator: Navigator;
  readonly #host: EmergencyResultsHost;
  /** The bin whose door the last result was about; undefined: about none. */
  about: number | undefined;

  constructor(navigator: Navigator, host: EmergencyResultsHost) {
    this.#navigator = navigator;
    this.#host = host;
  }

  show(
    id: TextId,
    params?: Readonly<Record<string, string | number>>,
    { lines = [], again, also = [], isList, about }: ResultOptions = {},
  ): void {
    this.about = about;
    const isRefused = id.startsWith("refused-");
    this.#navigator.show(
      messageScreen({
        name: isRefused ? "refused" : "emergency-result",
        title: text(id, params),
        lines,
        choices: [
          ...(again === undefined ? [] : [choice("try-again")]),
          ...also.map((offer) => offer.choice),
          choice("emergency-again"),
          choice("done"),
        ],
        timeoutMs: isList === undefined ? RESULT_MS : LIST_MS,
        keepsAwake: isList,
        leave: () => this.#navigator.home(),
        // Whoever was refused types the printed code once more, which is no ordinary code and must not count as a wrong one.
        ...(isRefused ? {} : { digit: (first) => this.#host.enterCode(first) }),
        choose: (chosen) => {
          const offer = also.find((one) => one.choice.id === chosen);
          if (offer !== undefined) offer.take();
          else if (chosen === "try-again") again?.();
          else if (chosen === "emergency-again") this.#host.menu();
          else this.#navigator.home();
        },
      }),
    );
  }
}
