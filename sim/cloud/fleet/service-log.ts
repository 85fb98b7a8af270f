/** What a line says besides its time and level; no secrets. */
type Fields = Readonly<Record<string, string | number | boolean>>;

/** One JSON object a line, for whoever gathers logs. */
export class ServiceLog {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  info(about: string, fields: Fields): void {
    this.#line("info", about, fields);
  }

  /** Something is in the way, and the service goes on. */
  warn(about: string, fields: Fields): void {
    this.#line("warn", about, fields);
  }

  /** The service ends. */
  error(about: string, fields: Fields): void {
    this.#line("error", about, fields);
  }

  #line(level: string, about: string, fields: Fields): void {
    this.#write(JSON.stringify({ time: new Date().toISOString(), level, about, ...fields }));
  }
}
