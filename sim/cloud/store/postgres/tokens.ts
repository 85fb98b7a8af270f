import type { Tokens } from "../../api/tokens.js";
import { CloudError } from "../../domain.js";
import type { Token } from "../../state.js";
import type { Database } from "./database.js";

interface TokenRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly hash: string;
  readonly created: string;
  readonly expires: string | null;
}

const COLUMNS = `id, tenant, name, scopes, hash,
  extract(epoch from created)::bigint as created, extract(epoch from expires)::bigint as expires`;

/** The tokens of all tenants. Asked for each time: what was revoked is good for nothing from then on, at every process. */
export class PostgresTokens implements Tokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects with CloudError where there is no such tenant. */
  async add(tenant: string, { id, name, scopes, hash, created, expires }: Token): Promise<void> {
    try {
      await this.#database.ask(
        `insert into token (id, tenant, name, scopes, hash, created, expires)
         values ($1, $2, $3, $4, $5, to_timestamp($6), to_timestamp($7))`,
        [id, tenant, name, scopes, hash, created, expires ?? null],
      );
    } catch (error) {
      if ((error as { code?: string }).code !== "23503") throw error;
      throw new CloudError(`there is no tenant ${tenant}: add it with --tenant NAME --organisation FILE`);
    }
  }

  async find(id: string) {
    const { rows } = await this.#database.ask<TokenRow>(`select ${COLUMNS} from token where id = $1`, [id]);
    return rows[0] === undefined ? undefined : { tenant: rows[0].tenant, token: tokenOf(rows[0]) };
  }

  async of(tenant: string): Promise<readonly Token[]> {
    const { rows } = await this.#database.ask<TokenRow>(
      `select ${COLUMNS} from token where tenant = $1 order by created, id`,
      [tenant],
    );
    return rows.map(tokenOf);
  }

  async revoke(tenant: string, id: string): Promise<boolean> {
    const { rowCount } = await this.#database.ask("delete from token where tenant = $1 and id = $2", [tenant, id]);
    return rowCount === 1;
  }
}

function tokenOf({ id, name, scopes, hash, created, expires }: TokenRow): Token {
  return {
    id,
    name,
    scopes,
    hash,
    created: Number(created),
    ...(expires !== null && { expires: Number(expires) }),
  };
}
