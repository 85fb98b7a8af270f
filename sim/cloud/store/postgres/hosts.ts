import pg from "pg";

/** A server that follows another one: it reads, and takes nothing. */
class ReadOnlyError extends Error {}

/** `postgres://user:password@one:5432,two:5432/database`: the addresses in it, and the URL with the first alone. */
export function hostsOf(url: string): { readonly hosts: readonly string[]; readonly url: string } {
  const found = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*,[^/?]*)(.*)$/.exec(url);
  if (found === null) return { hosts: [], url };
  const hosts = found[2]!.split(",");
  return { hosts, url: `${found[1]}${hosts[0]}${found[3]}` };
}

/**
 * Clients that go to whichever of several servers takes commits, as libpq does with `target_session_attrs=read-write`: after a primary was
 * lost and a standby promoted, the next connection is the new primary's. `hosts`: `host:port`, two at least.
 */
export function clientsOf(hosts: readonly string[]): typeof pg.Client {
  let current = 0;
  return class extends pg.Client {
    readonly #place: number;

    constructor(config: pg.ClientConfig) {
      const { hostname, port } = new URL(`postgres://${hosts[current]}`);
      const { connectionString = "", ...rest } = config;
      const url = new URL(connectionString);
      super({
        ...rest,
        host: hostname,
        port: Number(port) || 5_432,
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
        database: url.pathname.slice(1),
      });
      this.#place = current;
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
    /** The pool gives a callback, everybody else awaits. */
    override connect(callback?: unknown): Promise<pg.Client> | undefined {
      const opened = this.#open().then((): pg.Client => this);
      if (callback === undefined) return opened;
      const told = callback as (error: Error | null, client?: pg.Client) => void;
      opened.then((client) => told(null, client), told);
      return undefined;
    }

    async #open(): Promise<void> {
      try {
        await super.connect();
        const { rows } = await this.query<{ transaction_read_only: string }>("show transaction_read_only");
        if (rows[0]!.transaction_read_only === "on") throw new ReadOnlyError(`${hosts[this.#place]} only follows`);
      } catch (error) {
        // Whoever comes next tries the next one, unless somebody has moved on already.
        if (current === this.#place) current = (current + 1) % hosts.length;
        if (error instanceof ReadOnlyError) await this.end();
        throw error;
      }
    }
  };
}
