export interface ChangeListener {
  /** What the status strip or the cloud's status tells may be another now. */
  changed(): void;
}

/** How often one change may bring about another: a link that comes to rest, and a session that ends with it. */
const ECHOES_MAX = 8;

/**
 * The event of the box that something has changed which people at the panel or in the cloud are told. Whoever is told may bring about
 * the next change, such as a link that rests: that one is told after the first, and not from inside it.
 */
export class Changes {
  readonly #listener: ChangeListener;
  #isTelling = false;
  #isNews = false;

  constructor(listener: ChangeListener) {
    this.#listener = listener;
  }

  tell(): void {
    this.#isNews = true;
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let told = 0; this.#isNews && told < ECHOES_MAX; told++) {
        this.#isNews = false;
        this.#listener.changed();
      }
    } finally {
      this.#isTelling = false;
    }
  }
}
