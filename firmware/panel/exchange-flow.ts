import type { BinsPort } from "../../hal/ports/bins.js";
import type { PanelInput } from "../../hal/ports/panel.js";
import { OFFLINE_CODE_DIGITS } from "../codes/hotp.js";
import type { Answer } from "../exchange/answer.js";
import type { ExchangeTask } from "../exchange/exchange-task.js";
import type { ExchangeEvents } from "../exchange/pending-exchange.js";
import type { Refusal, Right } from "../exchange/rights.js";
import { Exchange } from "../records/records.js";
import type { Navigator } from "./navigator.js";
import { choice, type Screen, text } from "./screen.js";
import { ENTRY_TIMEOUT_MS, EntryScreen } from "./screens/entry.js";
import { messageScreen } from "./screens/message.js";

/** A refusal stays long enough to be read, a thank-you does not keep the next person waiting, ms. */
const REFUSED_MS = 10_000;
const THANKS_MS = 4_000;
const LONGEST_CODE = 16;
const SHORTEST_CODE = 4;

export interface ExchangeFlowHost {
  /** Whose events these screens show. */
  readonly exchange: ExchangeTask;
  /** Shows what printed codes open. */
  showEmergency(): void;
}

/** Screens of pick-ups and drop-offs. */
export class ExchangeFlow implements ExchangeEvents {
  readonly #navigator: Navigator;
  readonly #bins: Pick<BinsPort, "label">;
  readonly #host: ExchangeFlowHost;
  /** The bin whose progress is on the screen; another bin's door does not take the screen away from whoever uses it. */
  #shown: number | undefined;

  constructor(needs: { navigator: Navigator; bins: Pick<BinsPort, "label">; host: ExchangeFlowHost }) {
    this.#navigator = needs.navigator;
    this.#bins = needs.bins;
    this.#host = needs.host;
  }

  /** The entry of a code, from its first digit on. */
  codeEntry(first: PanelInput): void {
    const entry = new EntryScreen(
      {
        name: "enter-code",
        title: text("enter-code"),
        maxLength: LONGEST_CODE,
        secret: true,
        done: (digits) => this.#code(digits),
        cancel: () => this.#navigator.home(),
      },
      () => this.#navigator.draw(),
    );
    this.#navigator.show(entry);
    entry.input(first);
  }

  scanned(serial: string): void {
    this.answer(this.#host.exchange.scan(serial));
  }

  /** False: the person was refused. */
  answer(answer: Answer): boolean {
    if (answer.kind === "refused") this.refuse(answer);
    else if (answer.kind === "choose") this.#navigator.show(this.#chooseKey(answer.rights, answer.more));
    else if (answer.kind === "offer-return") this.#navigator.show(this.#offerReturn(answer.right));
    else if (answer.kind === "take-or-return") this.#navigator.show(this.#takeOrReturn(answer.right, answer.bins));
    else if (answer.kind === "noted") this.#navigator.show(this.#noted(answer.right, answer.bin));
    return answer.kind !== "refused";
  }

  refuse(refusal: Refusal): void {
    this.#refuse(refusal, undefined);
  }

  /** `hint`: something about printed codes, with the way to their menu. */
  #refuse(refusal: Refusal, hint: "printed-code-there" | "while-waiting" | undefined): void {
    this.#shown = undefined;
    this.#navigator.show(
      messageScreen({
        name: "refused",
        title: text("refused"),
        lines: [text(`refused-${refusal.reason}`, refusal.params), ...(hint === undefined ? [] : [text(hint)])],
        choices: hint === undefined ? [] : [choice("emergency")],
        timeoutMs: REFUSED_MS,
        leave: () => this.#navigator.home(),
        choose: () => this.#host.showEmergency(),
        digit: (input) => this.codeEntry(input),
      }),
    );
  }

  opening(_exchange: Exchange, bin: number): void {
    this.#shown = bin;
    const params = { bin: this.#bins.label(bin) };
    this.#navigator.show(
      messageScreen({ name: "opening", title: text("opening", params), timeoutMs: ENTRY_TIMEOUT_MS }),
    );
  }

  opened(exchange: Exchange, bin: number): void {
    if (this.#shown !== bin && this.#shown !== undefined) return;
    this.#shown = bin;
    const params = { bin: this.#bins.label(bin) };
    const what = exchange === Exchange.pickup ? "take-key" : "put-key";
    this.#navigator.show(
      messageScreen({
        name: "bin-open",
        title: text("bin-open", params),
        lines: [text(what, params), text("close-door", params)],
        timeoutMs: ENTRY_TIMEOUT_MS,
        cancel: () => this.#navigator.home(),
        digit: (input) => this.codeEntry(input),
      }),
    );
  }

  heldOpen(_exchange: Exchange, bin: number): void {
    if (this.#isElsewhere(bin)) return;
    const params = { bin: this.#bins.label(bin) };
    this.#navigator.show(
      messageScreen({
        name: "held-open",
        title: text("held-open", params),
        lines: [text("close-it", params)],
        timeoutMs: REFUSED_MS,
        leave: () => this.#navigator.home(),
        digit: (input) => this.codeEntry(input),
      }),
    );
  }

  closed(exchange: Exchange, bin: number): void {
    if (this.#isElsewhere(bin)) return;
    this.#shown = undefined;
    const line = exchange === Exchange.pickup ? "picked-up" : "dropped-off";
    this.#navigator.show(
      messageScreen({
        name: "thank-you",
        title: text("thank-you"),
        lines: [text(line)],
        timeoutMs: THANKS_MS,
        leave: () => this.#navigator.home(),
        digit: (input) => this.codeEntry(input),
      }),
    );
  }

  failed(refusal: Refusal): void {
    this.refuse(refusal);
  }

  /** Somebody has gone on to another screen while this bin's door was still open. */
  #isElsewhere(bin: number): boolean {
    const name = this.#navigator.screen?.name;
    return this.#shown !== bin || (name !== "bin-open" && name !== "held-open" && name !== "idle");
  }

  #code(digits: string): void {
    if (digits.length < SHORTEST_CODE) this.refuse({ reason: "code-too-short", params: { digits: SHORTEST_CODE } });
    else this.#answerCode(this.#host.exchange.enterCode(digits), digits.length);
  }

  /** Whoever is in a hurry types a printed code where ordinary ones go: it is counted like any other, and told the way. */
  #answerCode(answer: Answer, digits: number): void {
    // It is no code here, or was not looked at.
    const isUnknown = answer.kind === "refused" && /^(wrong-code|throttled)/.test(answer.reason);
    if (isUnknown && digits === OFFLINE_CODE_DIGITS) this.#refuse(answer, "printed-code-there");
    else if (isUnknown && answer.reason !== "wrong-code") this.#refuse(answer, "while-waiting");
    else this.answer(answer);
  }

  #chooseKey(rights: readonly Right[], more: (() => Answer) | undefined): Screen {
    const keys = rights.map((right, i) => ({ id: String(i), label: text("key-name", { key: right.key.name }) }));
    return messageScreen({
      name: "choose-key",
      title: text("choose-key"),
      choices: more === undefined ? keys : [...keys, choice("more")],
      timeoutMs: ENTRY_TIMEOUT_MS,
      cancel: () => this.#navigator.home(),
      choose: (id) => {
        const right = rights[Number(id)];
        if (id === "more" && more !== undefined) this.answer(more());
        else if (right !== undefined) this.answer(this.#host.exchange.choose(right));
      },
    });
  }

  #offerReturn(right: Right): Screen {
    return messageScreen({
      name: "offer-return",
      title: text("offer-return", { key: right.key.name }),
      choices: [choice("return"), choice("cancel")],
      timeoutMs: ENTRY_TIMEOUT_MS,
      cancel: () => this.#navigator.home(),
      choose: (id) => {
        if (id === "return") this.answer(this.#host.exchange.returnKey(right));
        else this.#navigator.home();
      },
    });
  }

  /** The key may be in any of `bins`, likeliest first: whoever shut a door on it can take it, or say that it stays. */
  #takeOrReturn(right: Right, bins: readonly number[]): Screen {
    const exchange = this.#host.exchange;
    const takes = bins.map((bin, i) => ({
      id: i === 0 ? "take" : `take-${bin}`,
      label: text("choice-take", { bin: this.#bins.label(bin) }),
      bin,
    }));
    return messageScreen({
      name: "take-or-return",
      title: text("take-or-return", { key: right.key.name }),
      choices: [
        ...takes,
        choice("return"),
        choice("left-inside", { bin: this.#bins.label(bins[0]!) }),
        choice("cancel"),
      ],
      timeoutMs: ENTRY_TIMEOUT_MS,
      cancel: () => this.#navigator.home(),
      choose: (id) => {
        const taken = takes.find((one) => one.id === id);
        if (taken !== undefined) this.answer(exchange.take(right, taken.bin));
        else if (id === "return") this.answer(exchange.returnKey(right));
        else if (id === "left-inside") this.answer(exchange.leaveInside(right, bins[0]!));
        else this.#navigator.home();
      },
    });
  }

  #noted(right: Right, bin: number): Screen {
    return messageScreen({
      name: "thank-you",
      title: text("thank-you"),
      lines: [text("left-inside", { key: right.key.name, bin: this.#bins.label(bin) })],
      timeoutMs: THANKS_MS,
      leave: () => this.#navigator.home(),
      digit: (input) => this.codeEntry(input),
    });
  }
}
