import { randomBytes } from "node:crypto";
import type { CloudService } from "../service.js";
import type { Alert, MailedAlert } from "../state.js";
import { isQuiet } from "./quiet-time.js";

/** So long an alert has to last before anybody is written to: what comes together goes into one letter, s. */
const SETTLE_SECONDS = 60;
/** An alert that comes again within so long after a letter waits, s: one that comes and goes fills no mailbox. */
const AGAIN_SECONDS = 3_600;
/** What nobody has taken on is told again, s. */
const REMIND_SECONDS = 86_400;
/** After a letter that could not be sent, s. */
const RETRY_SECONDS = 60;

export interface Letter {
  /** One in the world; the same whenever it is sent again, so that a mailbox can drop the second. */
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Hands a letter to a server. Rejects where that did not take it. */
export type SendLetter = (letter: Letter) => Promise<void>;

export interface MailerNeeds {
  readonly cloud: CloudService;
  readonly send: SendLetter;
  /** s since 1970 UTC. */
  readonly now: () => number;
  readonly onFault: (message: string) => void;
}

/**
 * Writes to people of alerts: when they begin, once a day until somebody has taken them on, and when they are over; in quiet time not
 * before it ends. What a letter says is durable before the letter goes, and that it went after: a process that has lost its organisation
 * sends none, and one that was killed in between sends the same letter again, under the same Message-ID.
 */
export class Mailer {
  readonly #needs: MailerNeeds;
  #isSending = false;
  #isClosed = false;
  #waitUntil = 0;

  constructor(needs: MailerNeeds) {
    this.#needs = needs;
  }

  /** To be called every few seconds. Resolves when nothing is under way any more. */
  async look(): Promise<void> {
    const { cloud, now, onFault } = this.#needs;
    const { mail } = cloud.store.document;
    if (this.#isSending || this.#isClosed || mail === undefined || mail.to.length === 0) return;
    if (now() < this.#waitUntil || isQuiet(mail, now())) return;
    this.#isSending = true;
    try {
      const unsent = Object.values(this.#mailed).find(({ isSent }) => !isSent)?.letter ?? (await this.#write());
      if (unsent !== undefined) await this.#post(unsent, mail.to);
    } catch (error) {
      this.#waitUntil = now() + RETRY_SECONDS;
      onFault(`mail: ${(error as Error).message}`);
    } finally {
      this.#isSending = false;
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  get #mailed(): Record<string, MailedAlert> {
    return this.#needs.cloud.store.document.mailed ?? {};
  }

  /** Notes what the next letter says, and answers its name once that is durable; undefined: there is nothing to say. */
  async #write(): Promise<string | undefined> {
    const { cloud, now } = this.#needs;
    const { store, alerts } = cloud;
    const begun = alerts.all.filter((alert) => this.#isDue(alert));
    const over = Object.entries(this.#mailed).filter(([id, { isOver }]) => !isOver && alerts.find(id) === undefined);
    if (begun.length + over.length === 0) return undefined;
    const letter = randomBytes(12).toString("hex");
    const at = Math.floor(now());
    await store.together(() => {
      for (const alert of begun) this.#note(alert.id, { alert, letter, at, isSent: false, isOver: false });
      for (const [id, { alert }] of over) this.#note(id, { alert, letter, at, isSent: false, isOver: true });
    });
    return letter;
  }

  #isDue(alert: Alert): boolean {
    const now = this.#needs.now();
    const before = this.#mailed[alert.id];
    if (alert.acknowledged !== undefined || now - alert.since < SETTLE_SECONDS) return false;
    if (before === undefined) return true;
    return now - before.at >= (before.alert.since === alert.since && !before.isOver ? REMIND_SECONDS : AGAIN_SECONDS);
  }

  async #post(letter: string, to: readonly string[]): Promise<void> {
    const { cloud, send } = this.#needs;
    const { store } = cloud;
    // Another process may have the organisation by now.
    await store.together(() => store.changed("mail"));
    if (this.#isClosed) return;
    const said = Object.entries(this.#mailed).filter(([, one]) => one.letter === letter);
    await send({ ...wordsOf(said.map(([, one]) => one)), messageId: `<${letter}@smartbox-cloud>`, to });
    await store.together(() => {
      for (const [id, one] of said) this.#note(id, { ...one, isSent: true });
      this.#forget();
    });
  }

  /** What is over, told, and long ago. */
  #forget(): void {
    const { cloud, now } = this.#needs;
    for (const [id, { isOver, isSent, at }] of Object.entries(this.#mailed)) {
      if (!isOver || !isSent || now() - at < AGAIN_SECONDS) continue;
      delete cloud.store.document.mailed?.[id];
      cloud.store.changed(`mailed/${id}`);
    }
  }

  #note(id: string, mailed: MailedAlert): void {
    const { store } = this.#needs.cloud;
    store.document.mailed ??= {};
    store.document.mailed[id] = mailed;
    store.changed(`mailed/${id}`);
  }
}

function wordsOf(said: readonly MailedAlert[]): Pick<Letter, "subject" | "text"> {
  const begun = said.filter(({ isOver }) => !isOver).map(({ alert }) => alert);
  const over = said.filter(({ isOver }) => isOver).map(({ alert }) => alert);
  const first = begun[0] ?? over[0]!;
  const more = said.length > 1 ? `, and ${said.length - 1} more` : "";
  const subject = `${begun.length > 0 ? "SmartBox" : "SmartBox, over"}: ${placeOf(first)}${first.what}${more}`;
  const text = [
    ...begun.map(
      (alert) => `${placeOf(alert)}${alert.what}.\n  What to do: ${alert.wayOut}.\n  Since ${timeOf(alert)}.\n`,
    ),
    ...(over.length > 0 ? ["Over:", ...over.map((alert) => `  ${placeOf(alert)}${alert.what}.`), ""] : []),
    "Whoever takes one of these on says so in the cloud: then nobody is reminded of it.",
  ].join("\n");
  return { subject, text };
}

function placeOf({ box }: Alert): string {
  return box === "" ? "" : `${box}: `;
}

function timeOf({ since }: Alert): string {
  return `${new Date(since * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
